using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>Copies an image to another of the person's projects.</summary>
/// <param name="copies">Copies.</param>
/// <param name="mapping">Knows which project has a place.</param>
/// <param name="scope">Where the image is.</param>
/// <param name="image">Its repository.</param>
/// <param name="list">Lists the person's projects.</param>
/// <param name="enter">Enters one of them.</param>
public sealed class CopyModel(
    IImageCopies copies, IMappingService mapping, Scope scope, RepositoryName image, Func<CancellationToken, Task<IReadOnlyList<Project>>> list, Func<string, CancellationToken, Task<Scope>> enter)
{
    private readonly Asking _asking = new();
    private string? _placeless;

    /// <summary>Gets the person's other projects, once they were asked for.</summary>
    public Loadable<IReadOnlyList<Project>> Projects { get; } = new();

    /// <summary>Gets or sets the chosen project's id, or empty.</summary>
    public string Target { get; set; } = "";

    /// <summary>Gets or sets the name of the repository there.</summary>
    public string Name { get; set; } = image.Name;

    /// <summary>Gets whether the form was sent as it is, so that what is wrong in it is told.</summary>
    public bool IsChecked { get; private set; }

    /// <summary>Gets where the last copy is, or null.</summary>
    public (string ProjectId, RepositoryName Repository)? Copied { get; private set; }

    /// <summary>Gets why it was not copied, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether it is being copied.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets what is wrong with the choice of the project, or null.</summary>
    public string? TargetWrong => Target.Length == 0 ? ImagesText.CopyTargetMissing : IsPlaceless ? ImagesText.CopyTargetPlaceless : null;

    /// <summary>Gets whether the chosen project was found without a place in the registry.</summary>
    public bool IsPlaceless => Target.Length > 0 && Target == _placeless;

    /// <summary>Gets what is wrong with the name, or null.</summary>
    public string? NameWrong => RepositoryName.IsName(Name) ? null : ImagesText.CopyNameWrong;

    /// <summary>Lists the person's other projects.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => Projects.LoadAsync(async () =>
        [.. (await list(cancellationToken)).Where(p => p.Id != scope.ProjectId && p.IsEnabled).OrderBy(p => p.Name, StringComparer.CurrentCulture)]);

    /// <summary>Copies, when the form is filled in rightly.</summary>
    public async Task CopyAsync(string digest, CancellationToken cancellationToken)
    {
        (Name, IsChecked, Copied, _placeless) = (Name.Trim(), true, null, null);
        if (TargetWrong is null && NameWrong is null)
        {
            await _asking.RunAsync(() => CopyAsync(digest, Target, cancellationToken));
        }
    }

    private async Task CopyAsync(string digest, string target, CancellationToken cancellationToken)
    {
        var there = await enter(target, cancellationToken);
        if (await mapping.FindAsync(there, cancellationToken) is { ReadyAt: not null })
        {
            Copied = (target, await copies.CopyAsync(scope, image, digest, there, Name, cancellationToken));
        }
        else
        {
            _placeless = target;
        }
    }
}
