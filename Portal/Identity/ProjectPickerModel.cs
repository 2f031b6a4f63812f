using Portal.Core.Backends;
using Portal.Core.Identity;

namespace Portal.Identity;

/// <summary>The choice of a project.</summary>
public sealed class ProjectPickerModel
{
    private string? last;

    /// <summary>Gets the projects, or null before they are known.</summary>
    public IReadOnlyList<Project>? Projects { get; private set; }

    /// <summary>Gets the person's name.</summary>
    public string? Name { get; private set; }

    /// <summary>Gets why the projects cannot be listed, or null.</summary>
    public BackendException? Failure { get; private set; }

    /// <summary>Gets the id of the project that needs no choice: the last one, or the only one.</summary>
    public string? Obvious => Projects switch
    {
        [var only] => only.Id,
        { } several => several.FirstOrDefault(p => p.Id == last)?.Id,
        _ => null,
    };

    /// <summary>Asks for the projects.</summary>
    public async Task LoadAsync(PortalSession session, CancellationToken cancellationToken)
    {
        try
        {
            Failure = null;
            Name = await session.FindNameAsync();
            last = await session.FindPreferenceAsync(PreferenceKeys.LastProject, cancellationToken);
            Projects = await session.ListProjectsAsync(cancellationToken);
        }
        catch (BackendException e)
        {
            Failure = e;
        }
    }
}
