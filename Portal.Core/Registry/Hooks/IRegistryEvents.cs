using Portal.Core.Backends;

namespace Portal.Core.Registry.Hooks;

/// <summary>What came of a message from Harbor.</summary>
public enum HookReceipt
{
    /// <summary>Taken; who looks at the project's images is told.</summary>
    Taken,

    /// <summary>The token is none of the portal's.</summary>
    Unknown,

    /// <summary>It is no message of Harbor's.</summary>
    NotUnderstood,
}

/// <summary>What happens to a project's images in Harbor, as Harbor's web hooks tell it.</summary>
public interface IRegistryEvents
{
    /// <summary>Takes a message. The token says whose it is; of the body only the kind is read, so that nothing in it is believed.</summary>
    /// <param name="token">What came as bearer token.</param>
    /// <param name="body">Harbor's default payload, JSON.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<HookReceipt> ReceiveAsync(string token, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Gives a signal for each change of the images of the scope's project; bursts are folded. Needs <see cref="Capability.Read"/>. Endless until cancelled.</summary>
    /// <exception cref="ForbiddenException">The scope may not read.</exception>
    IAsyncEnumerable<string> WatchAsync(Scope scope, CancellationToken cancellationToken);
}
