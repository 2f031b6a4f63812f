using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry;

/// <summary>Says who pushed an image.</summary>
public interface IImagePushes
{
    /// <summary>Gives who pushed it last, or null when Harbor does not tell: an image of somebody else's project, or a log that does not reach back. Needs <see cref="Capability.Read"/>.</summary>
    /// <exception cref="BackendException">Harbor failed.</exception>
    Task<ImagePush?> FindAsync(Scope scope, RepositoryName name, Artifact artifact, CancellationToken cancellationToken);
}

/// <summary>A push.</summary>
/// <param name="Login">Harbor user's or robot's name.</param>
/// <param name="Person">The person whose personal credential that robot is, or null.</param>
/// <param name="At">When (UTC).</param>
public sealed record ImagePush(string Login, string? Person, DateTimeOffset At)
{
    /// <summary>Gets whether it was the project's own Harbor user, and not a robot or a person.</summary>
    public bool IsProject { get; init; }
}

/// <inheritdoc />
internal sealed class ImagePushes(IRegistryPlaces places, IHarborImages harbor, IRegistryCredentials credentials) : IImagePushes
{
    // Harbor writes its log beside the artifact, not in one go.
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(1);

    public async Task<ImagePush?> FindAsync(Scope scope, RepositoryName name, Artifact artifact, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        if (await places.FindAsync(scope, cancellationToken).ConfigureAwait(false) is not { User: { } user } place || place.HarborProject != name.Project)
        {
            return null;
        }

        // A tag may have been another artifact's: of the pushes under its names, the one of its time is its own.
        var pushes = await harbor.ListPushesAsync(user, name, [artifact.Digest, .. artifact.Tags.Select(t => t.Name)], cancellationToken).ConfigureAwait(false);
        if (pushes.Where(p => (p.At - artifact.PushedAt).Duration() <= Near).MinBy(p => (p.At - artifact.PushedAt).Duration()) is not { } push)
        {
            return null;
        }

        var personal = (await credentials.ListAsync(scope, cancellationToken).ConfigureAwait(false)).FirstOrDefault(c => c.Name == push.Login);
        return push with { Person = personal?.UserName, IsProject = push.Login == user.UserName };
    }
}
