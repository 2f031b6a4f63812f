using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>A repository: its artifacts, the one that is open, and what a person does with them.</summary>
public sealed class RepositoryModel(IImageService images, IImagePushes pushes, IMappingService mapping, Scope scope, RepositoryName name)
{
    private readonly Asking _asking = new();

    /// <summary>Gets the name.</summary>
    public RepositoryName Name => name;

    /// <summary>Gets who looks.</summary>
    public Scope Scope => scope;

    /// <summary>Gets the project's place, for the host in the snippets and for what may be changed.</summary>
    public Loadable<MappedProject> Place { get; } = new();

    /// <summary>Gets the repository, or a value of null when it is not there.</summary>
    public Loadable<Repository> Repository { get; } = new();

    /// <summary>Gets the artifacts.</summary>
    public Loadable<ImagePage<Artifact>> Artifacts { get; } = new();

    /// <summary>Gets the open artifact, or a value of null when it is not there.</summary>
    public Loadable<Artifact> Artifact { get; private set; } = new();

    /// <summary>Gets what the scanner found in it, or a value of null when there is no report.</summary>
    public Loadable<VulnerabilityReport> Report { get; private set; } = new();

    /// <summary>Gets how it was built.</summary>
    public Loadable<IReadOnlyList<BuildStep>> History { get; private set; } = new();

    /// <summary>Gets what it is made of, or a value of null when that was not written down.</summary>
    public Loadable<SoftwareBill> Bill { get; private set; } = new();

    /// <summary>Gets who pushed it, or a value of null when nobody can tell.</summary>
    public Loadable<ImagePush> Push { get; private set; } = new();

    /// <summary>Gets or sets filter, order and page.</summary>
    public ImageQuery Query { get; set; } = new();

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether something is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may change it: a member, in the own Harbor project.</summary>
    public bool MayChange => scope.Can(Capability.Write) && Place.Value?.HarborProject == name.Project;

    /// <summary>Forgets what was refused, before a dialog opens.</summary>
    public void Begin() => _asking.Begin();

    /// <summary>Loads repository and artifacts.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken) => await Task.WhenAll(
        Place.LoadAsync(() => mapping.FindAsync(scope, cancellationToken)),
        Repository.LoadAsync(() => images.FindRepositoryAsync(scope, name, cancellationToken)),
        Artifacts.LoadAsync(async () => await images.ListArtifactsAsync(scope, name, Query, cancellationToken)));

    /// <summary>Opens an artifact.</summary>
    public async Task OpenAsync(string digest, CancellationToken cancellationToken)
    {
        if (Artifact.Value?.Digest != digest)
        {
            (Artifact, Report, History, Push, Bill) = (new(), new(), new(), new(), new());
        }

        var (artifact, report, history, push, bill) = (Artifact, Report, History, Push, Bill);
        await artifact.LoadAsync(() => images.FindArtifactAsync(scope, name, digest, cancellationToken));
        await Task.WhenAll(
            report.LoadAsync(() => images.FindVulnerabilitiesAsync(scope, name, digest, cancellationToken)),
            history.LoadAsync(async () => await images.ListHistoryAsync(scope, name, digest, cancellationToken)),
            bill.LoadAsync(async () => artifact.Value is { HasBill: true } ? await images.FindBillAsync(scope, name, digest, cancellationToken) : null),
            push.LoadAsync(async () => artifact.Value is { } found ? await pushes.FindAsync(scope, name, found, cancellationToken) : null));
    }

    /// <summary>Looks how the scan of the open artifact goes, while it goes.</summary>
    public async Task FollowScanAsync(CancellationToken cancellationToken)
    {
        if (Artifact.Value is { Scan.IsMoving: true } artifact)
        {
            await OpenAsync(artifact.Digest, cancellationToken);
        }
    }

    /// <summary>Asks for a scan of the open artifact.</summary>
    public async Task ScanAsync(CancellationToken cancellationToken)
    {
        var digest = Artifact.Value!.Digest;
        if (await _asking.RunAsync(() => images.ScanAsync(scope, name, digest, cancellationToken)))
        {
            await OpenAsync(digest, cancellationToken);
        }
    }

    /// <summary>Deletes a tag, an artifact or the repository; gives whether it was done.</summary>
    public Task<bool> DeleteAsync(ImageDeletion deletion, CancellationToken cancellationToken) => _asking.RunAsync(() => deletion switch
    {
        { Tag: { } tag, Digest: { } digest } => images.DeleteTagAsync(scope, name, digest, tag, cancellationToken),
        { Digest: { } digest } => images.DeleteArtifactAsync(scope, name, digest, cancellationToken),
        _ => images.DeleteRepositoryAsync(scope, name, name.Full, cancellationToken),
    });
}

/// <summary>What is to be deleted: a tag of an artifact, an artifact, or the whole repository.</summary>
/// <param name="Digest">The artifact, or null for the repository.</param>
/// <param name="Tag">The tag, or null for the artifact.</param>
/// <param name="Tags">How many tags go with it.</param>
public sealed record ImageDeletion(string? Digest, string? Tag, int Tags);
