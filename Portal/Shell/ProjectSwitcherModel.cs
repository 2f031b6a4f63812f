using Portal.Core.Backends;
using Portal.Core.Identity;

namespace Portal.Shell;

/// <summary>The projects that a person may enter, filtered by what they type.</summary>
public sealed class ProjectSwitcherModel
{
    /// <summary>Gets the projects, by name.</summary>
    public IReadOnlyList<Project> Projects { get; private set; } = [];

    /// <summary>Gets or sets the filter over name and description.</summary>
    public string Filter { get; set; } = "";

    /// <summary>Gets why they are missing, or null.</summary>
    public BackendException? Failure { get; private set; }

    /// <summary>Gets whether they have been asked for.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Gets those that the filter leaves, at most 50.</summary>
    public IReadOnlyList<Project> Shown =>
        [.. Projects.Where(p => p.IsEnabled && (p.Name + " " + p.Description).Contains(Filter.Trim(), StringComparison.CurrentCultureIgnoreCase)).Take(50)];

    /// <summary>Gives the name of a project, or null while it is unknown.</summary>
    public string? NameOf(string? projectId) => Projects.FirstOrDefault(p => p.Id == projectId)?.Name ?? (IsLoaded ? null : projectId);

    /// <summary>Asks for the projects.</summary>
    public async Task LoadAsync(ISessionScopes sessions, string sessionId, CancellationToken cancellationToken)
    {
        try
        {
            Projects = [.. (await sessions.ListProjectsAsync(sessionId, cancellationToken)).OrderBy(p => p.Name, StringComparer.CurrentCultureIgnoreCase)];
            Failure = null;
        }
        catch (BackendException failure)
        {
            Failure = failure;
        }

        IsLoaded = true;
    }
}
