using Portal.Core.Backends;

namespace Portal.Core.Registry;

/// <summary>
/// Images of the scope's project and of public projects. Everything is asked as the project's own Harbor user, so that Harbor
/// itself says what may be seen. Fails with <see cref="BackendException"/> and <see cref="ForbiddenException"/> only;
/// <see cref="BackendFailure.NotFound"/> while the project has no place in Harbor. Reads need <see cref="Capability.Read"/>.
/// </summary>
public interface IImageService
{
    /// <summary>Lists the public projects, a page at a time.</summary>
    Task<ImagePage<PublicProject>> ListPublicProjectsAsync(Scope scope, ImageQuery query, CancellationToken cancellationToken);

    /// <summary>Lists a Harbor project's repositories, a page at a time.</summary>
    Task<ImagePage<Repository>> ListRepositoriesAsync(Scope scope, string harborProject, ImageQuery query, CancellationToken cancellationToken);

    /// <summary>Gives a repository, or null.</summary>
    Task<Repository?> FindRepositoryAsync(Scope scope, RepositoryName name, CancellationToken cancellationToken);

    /// <summary>Lists a repository's artifacts, a page at a time. A repository that is not there has none.</summary>
    Task<ImagePage<Artifact>> ListArtifactsAsync(Scope scope, RepositoryName name, ImageQuery query, CancellationToken cancellationToken);

    /// <summary>Gives an artifact by digest or tag, or null.</summary>
    Task<Artifact?> FindArtifactAsync(Scope scope, RepositoryName name, string reference, CancellationToken cancellationToken);

    /// <summary>Gives what the scanner found, or null when there is no report.</summary>
    Task<VulnerabilityReport?> FindVulnerabilitiesAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Gives what an image is made of (SBOM), or null when Harbor has not written it down.</summary>
    Task<SoftwareBill?> FindBillAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Lists how an image was built, first step first; empty when nothing is told.</summary>
    Task<IReadOnlyList<BuildStep>> ListHistoryAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Asks for a scan of an own artifact; needs <see cref="Capability.Write"/>. One that is under way is joined. Audited.</summary>
    Task ScanAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Takes a tag off an own artifact, which stays; needs <see cref="Capability.Write"/>. One that is gone is fine. Audited.</summary>
    Task DeleteTagAsync(Scope scope, RepositoryName name, string digest, string tag, CancellationToken cancellationToken);

    /// <summary>Deletes an own artifact with all its tags; needs <see cref="Capability.Write"/>. One that is gone is fine. Audited.</summary>
    Task DeleteArtifactAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Deletes an own repository with everything in it; needs <see cref="Capability.Write"/> and its name typed. One that is gone is fine. Audited.</summary>
    Task DeleteRepositoryAsync(Scope scope, RepositoryName name, string typedName, CancellationToken cancellationToken);
}
