using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry;

/// <summary>Copies images from one project of a person's to another.</summary>
public interface IImageCopies
{
    /// <summary>
    /// Copies an artifact with its tags into the place of another project; the layers are not sent again. Needs <see cref="Capability.Read"/>
    /// where it is and <see cref="Capability.Write"/> where it goes, of one and the same person. Audited in the project where it goes.
    /// </summary>
    /// <param name="scope">Where it is: an image that this project's Harbor user may read.</param>
    /// <param name="image">Its repository.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="name">Name of the repository there, without the project.</param>
    /// <param name="cancellationToken">Ends the wait; the copy may be made all the same.</param>
    /// <returns>The repository that it is in now.</returns>
    /// <exception cref="BackendException">
    /// <see cref="BackendFailure.NotFound"/>: no such image, or a project without a place; <see cref="BackendFailure.Conflict"/>: it is there already, or a
    /// protected tag is in the way; <see cref="BackendFailure.QuotaExceeded"/>: no room.
    /// </exception>
    Task<RepositoryName> CopyAsync(Scope scope, RepositoryName image, string digest, Scope target, string name, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class ImageCopies(IRegistryPlaces places, IHarborImages harbor, AuditedChange audited) : IImageCopies
{
    public Task<RepositoryName> CopyAsync(Scope scope, RepositoryName image, string digest, Scope target, string name, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        if (!RepositoryName.IsName(name))
        {
            // Before the audit entry, which would bear it.
            throw new BackendException(HarborHttp.Backend, "copy image", BackendFailure.Invalid, "the name is none that a repository can have");
        }

        return audited.RunAsync(target, "image.copy", "repository/" + name, async details =>
        {
            details["from"] = $"{image.Full}@{digest}";
            if (scope.UserId != target.UserId || scope.Region.Cloud != target.Region.Cloud)
            {
                throw new ForbiddenException(Capability.Write, target.ProjectId);
            }

            // The portal's account may read everything: whether this project may is asked as its own user.
            var from = await PlaceAsync(scope, cancellationToken).ConfigureAwait(false);
            if (await harbor.FindArtifactAsync(from.User!, image, digest, cancellationToken).ConfigureAwait(false) is null)
            {
                throw new BackendException(HarborHttp.Backend, "copy image", BackendFailure.NotFound, "the image is not there");
            }

            var to = new RepositoryName((await PlaceAsync(target, cancellationToken).ConfigureAwait(false)).HarborProject, name);
            details["name"] = to.Full;
            await harbor.CopyAsync(image, digest, to, cancellationToken).ConfigureAwait(false);
            return to;
        }, name);
    }

    private async Task<RegistryPlace> PlaceAsync(Scope scope, CancellationToken cancellationToken) =>
        await places.FindAsync(scope, cancellationToken).ConfigureAwait(false) is { User: not null } place
            ? place
            : throw new BackendException(HarborHttp.Backend, "find the project's place", BackendFailure.NotFound, $"project {scope.ProjectName} has no place in Harbor yet");
}
