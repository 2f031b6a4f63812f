using System.Net;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry;

/// <inheritdoc />
internal sealed class ImageService(IRegistryPlaces places, IHarborImages harbor, AuditedChange audited) : IImageService
{
    public async Task<ImagePage<PublicProject>> ListPublicProjectsAsync(Scope scope, ImageQuery query, CancellationToken cancellationToken) =>
        await harbor.ListPublicProjectsAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), query, cancellationToken).ConfigureAwait(false);

    public async Task<ImagePage<Repository>> ListRepositoriesAsync(Scope scope, string harborProject, ImageQuery query, CancellationToken cancellationToken) =>
        await harbor.ListRepositoriesAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), harborProject, query, cancellationToken).ConfigureAwait(false);

    public async Task<Repository?> FindRepositoryAsync(Scope scope, RepositoryName name, CancellationToken cancellationToken) =>
        await harbor.FindRepositoryAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), name, cancellationToken).ConfigureAwait(false);

    public async Task<ImagePage<Artifact>> ListArtifactsAsync(Scope scope, RepositoryName name, ImageQuery query, CancellationToken cancellationToken) =>
        await harbor.ListArtifactsAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), name, query, cancellationToken).ConfigureAwait(false);

    public async Task<Artifact?> FindArtifactAsync(Scope scope, RepositoryName name, string reference, CancellationToken cancellationToken) =>
        await harbor.FindArtifactAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), name, reference, cancellationToken).ConfigureAwait(false);

    public async Task<VulnerabilityReport?> FindVulnerabilitiesAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        await harbor.FindVulnerabilitiesAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), name, digest, cancellationToken).ConfigureAwait(false);

    public async Task<SoftwareBill?> FindBillAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        await harbor.FindBillAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), name, digest, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<BuildStep>> ListHistoryAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        await harbor.ListHistoryAsync(await ReaderAsync(scope, cancellationToken).ConfigureAwait(false), name, digest, cancellationToken).ConfigureAwait(false);

    public Task ScanAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        ChangeAsync(scope, name, "image.scan", $"{name.Full}@{digest}", user => JoinScanAsync(user, name, digest, cancellationToken), cancellationToken);

    public Task DeleteTagAsync(Scope scope, RepositoryName name, string digest, string tag, CancellationToken cancellationToken) =>
        ChangeAsync(scope, name, "image.tag.delete", $"{name.Full}:{tag}", user => harbor.DeleteTagAsync(user, name, digest, tag, cancellationToken), cancellationToken);

    public Task DeleteArtifactAsync(Scope scope, RepositoryName name, string digest, CancellationToken cancellationToken) =>
        ChangeAsync(scope, name, "image.delete", $"{name.Full}@{digest}", user => harbor.DeleteArtifactAsync(user, name, digest, cancellationToken), cancellationToken);

    public Task DeleteRepositoryAsync(Scope scope, RepositoryName name, string typedName, CancellationToken cancellationToken) =>
        ChangeAsync(
            scope, name, "image.repository.delete", name.Full,
            user => typedName == name.Full
                ? harbor.DeleteRepositoryAsync(user, name, cancellationToken)
                : throw new BackendException(HarborHttp.Backend, "delete repository", BackendFailure.Invalid, "the typed name is another one"),
            cancellationToken);

    private async Task JoinScanAsync(HarborLogin user, RepositoryName name, string digest, CancellationToken cancellationToken)
    {
        try
        {
            await harbor.ScanAsync(user, name, digest, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Conflict)
        {
            // One is under way: that one's result is wanted as well.
        }
    }

    private async Task<HarborLogin> ReaderAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return (await PlaceAsync(scope, cancellationToken).ConfigureAwait(false)).User!;
    }

    private async Task<RegistryPlace> PlaceAsync(Scope scope, CancellationToken cancellationToken) =>
        await places.FindAsync(scope, cancellationToken).ConfigureAwait(false) is { User: not null } place
            ? place
            : throw new BackendException(HarborHttp.Backend, "find the project's place", BackendFailure.NotFound, "the project has no Harbor user yet");

    /// <summary>Changes something of the own Harbor project, and writes down who did, or wanted to.</summary>
    private Task<bool> ChangeAsync(Scope scope, RepositoryName name, string action, string what, Func<HarborLogin, Task> change, CancellationToken cancellationToken) =>
        audited.RunAsync(scope, action, "repository/" + name.Full, async _ =>
        {
            var place = await PlaceAsync(scope, cancellationToken).ConfigureAwait(false);
            if (name.Project != place.HarborProject)
            {
                throw new ForbiddenException(Capability.Write, scope.ProjectId);
            }

            await change(place.User!).ConfigureAwait(false);
            return true;
        }, what);
}
