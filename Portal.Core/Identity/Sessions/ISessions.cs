using Portal.Core.Backends;

namespace Portal.Core.Identity.Sessions;

/// <summary>A session that has just begun.</summary>
/// <param name="Id">The session's id, opaque and secret enough to be a cookie's content; never in a log or a URL.</param>
/// <param name="UserId">Keystone user id.</param>
/// <param name="UserName">Keystone user name.</param>
public sealed record SignedIn(string Id, string UserId, string UserName);

/// <summary>Beginning, life and end of sessions.</summary>
public interface ISessions
{
    /// <summary>Begins a session with what the OpenID provider gave: exchanges it at Keystone first.</summary>
    /// <param name="tokens">The provider's tokens.</param>
    /// <param name="providerSession">The provider's id of its own session (<c>sid</c>), or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BackendException">As <see cref="Keystone.IKeystoneClient.ExchangeAsync"/>.</exception>
    Task<SignedIn> BeginAsync(ProviderTokens tokens, string? providerSession, CancellationToken cancellationToken);

    /// <summary>Says that the session is used now; gives the time at which it ends if it is not used again, or null when it has ended.</summary>
    Task<DateTimeOffset?> TouchAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps the browser's ticket with the session, encrypted; gives false when the session has ended.</summary>
    Task<bool> PutTicketAsync(string id, byte[] ticket, CancellationToken cancellationToken);

    /// <summary>Gives the ticket, or null when the session has ended.</summary>
    Task<byte[]?> FindTicketAsync(string id, CancellationToken cancellationToken);

    /// <summary>Gives the ID token that the provider wants back at the end of the session, or null.</summary>
    Task<string?> FindIdTokenAsync(string id, CancellationToken cancellationToken);

    /// <summary>Ends the session everywhere: forgets it, tells its circuits, deletes every Keystone token made for it.</summary>
    Task EndAsync(string id, CancellationToken cancellationToken);

    /// <summary>Ends all sessions that a session at the provider gave rise to (log-out that began there).</summary>
    Task EndByProviderSessionAsync(string providerSession, CancellationToken cancellationToken);

    /// <summary>Ends the sessions whose time is over.</summary>
    Task EndOverAsync(CancellationToken cancellationToken);
}
