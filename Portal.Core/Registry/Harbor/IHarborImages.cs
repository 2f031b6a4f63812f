using Portal.Core.Backends;

namespace Portal.Core.Registry.Harbor;

/// <summary>Harbor's repositories and artifacts, as one Harbor user sees and changes them. Fails with <see cref="BackendException"/> only.</summary>
internal interface IHarborImages
{
    Task<ImagePage<PublicProject>> ListPublicProjectsAsync(HarborLogin user, ImageQuery query, CancellationToken cancellationToken);

    Task<ImagePage<Repository>> ListRepositoriesAsync(HarborLogin user, string project, ImageQuery query, CancellationToken cancellationToken);

    Task<Repository?> FindRepositoryAsync(HarborLogin user, RepositoryName name, CancellationToken cancellationToken);

    Task<ImagePage<Artifact>> ListArtifactsAsync(HarborLogin user, RepositoryName name, ImageQuery query, CancellationToken cancellationToken);

    Task<Artifact?> FindArtifactAsync(HarborLogin user, RepositoryName name, string reference, CancellationToken cancellationToken);

    Task<VulnerabilityReport?> FindVulnerabilitiesAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Gives what an artifact is made of, or null when Harbor has not written it down.</summary>
    Task<SoftwareBill?> FindBillAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken);

    Task<IReadOnlyList<BuildStep>> ListHistoryAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Asks for a scan; <see cref="BackendFailure.Conflict"/> with status 409 while one is under way, with 412 when there is no scanner.</summary>
    Task ScanAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Deletes; what is gone already is fine. <see cref="BackendFailure.Conflict"/>: a rule keeps it.</summary>
    Task DeleteTagAsync(HarborLogin user, RepositoryName name, string digest, string tag, CancellationToken cancellationToken);

    /// <summary>Deletes; what is gone already is fine. <see cref="BackendFailure.Conflict"/>: a rule keeps one of its tags.</summary>
    Task DeleteArtifactAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken);

    /// <summary>Deletes; what is gone already is fine.</summary>
    Task DeleteRepositoryAsync(HarborLogin user, RepositoryName name, CancellationToken cancellationToken);

    /// <summary>Lists who pushed something under one of these digests and tags, as far as Harbor's log of the project tells; newest first, a page at most.</summary>
    Task<IReadOnlyList<ImagePush>> ListPushesAsync(HarborLogin user, RepositoryName name, IReadOnlyList<string> references, CancellationToken cancellationToken);

    /// <summary>Copies an artifact with its tags, with the portal's own account. <see cref="BackendFailure.Conflict"/>: it is there already, or a rule keeps a tag there.</summary>
    Task CopyAsync(RepositoryName from, string digest, RepositoryName to, CancellationToken cancellationToken);
}
