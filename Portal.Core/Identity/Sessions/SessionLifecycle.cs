using Microsoft.Extensions.Logging;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;
using Portal.Core.Live;

namespace Portal.Core.Identity.Sessions;

/// <inheritdoc />
internal sealed class SessionLifecycle(SessionStore store, SessionTokens tokens, IKeystoneClient keystone, ICloudDirectory clouds, IChangeBus changes, TimeProvider time, ILogger<SessionLifecycle> logger) : ISessions
{
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    /// <summary>Gets the topic that says that something happened to a session.</summary>
    public static string Topic(string id) => $"session/{id}";

    public async Task<SignedIn> BeginAsync(ProviderTokens tokens, string? providerSession, CancellationToken cancellationToken)
    {
        var region = clouds.Regions[0];
        var token = await keystone.ExchangeAsync(region, tokens.AccessToken, cancellationToken).ConfigureAwait(false);
        var secrets = new SessionSecrets { Provider = tokens, Tokens = [IssuedToken.Of(region, token, time.GetUtcNow(), null)] };
        var id = await store.CreateAsync(token.UserId, token.UserName, providerSession, secrets, cancellationToken).ConfigureAwait(false);
        logger.SessionBegan(token.UserId);
        return new SignedIn(id, token.UserId, token.UserName);
    }

    public async Task<DateTimeOffset?> TouchAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } session)
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (now - session.Value.UsedAt < TouchEvery)
        {
            return store.EndsAt(session.Value);
        }

        await store.ChangeAsync(id, s => s with { UsedAt = now }, cancellationToken).ConfigureAwait(false);
        return store.EndsAt(session.Value with { UsedAt = now });
    }

    public Task<bool> PutTicketAsync(string id, byte[] ticket, CancellationToken cancellationToken) => store.PutTicketAsync(id, ticket, cancellationToken);

    public Task<byte[]?> FindTicketAsync(string id, CancellationToken cancellationToken) => store.FindTicketAsync(id, cancellationToken);

    public async Task<string?> FindIdTokenAsync(string id, CancellationToken cancellationToken)
    {
        var session = await store.FindAsync(id, cancellationToken).ConfigureAwait(false);
        return session is null ? null : store.Secrets(session).Provider.IdToken;
    }

    public async Task EndAsync(string id, CancellationToken cancellationToken)
    {
        var left = await tokens.EndAsync(id, cancellationToken).ConfigureAwait(false);
        await changes.PublishAsync(Topic(id), cancellationToken).ConfigureAwait(false);

        // Scoped ones first: each is revoked by itself, and revocation does not cascade.
        var revoked = 0;
        foreach (var token in left.Where(t => t.ExpiresAt > time.GetUtcNow()).OrderBy(t => t.ProjectId is null))
        {
            revoked += await RevokeAsync(token, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        logger.SessionEnded(revoked, left.Count(t => t.ExpiresAt > time.GetUtcNow()) - revoked);
    }

    public async Task EndByProviderSessionAsync(string providerSession, CancellationToken cancellationToken)
    {
        foreach (var id in await store.ListByProviderSessionAsync(providerSession, cancellationToken).ConfigureAwait(false))
        {
            await EndAsync(id, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task EndOverAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await store.ListOverAsync(cancellationToken).ConfigureAwait(false))
        {
            await EndAsync(id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> RevokeAsync(IssuedToken token, CancellationToken cancellationToken)
    {
        try
        {
            await keystone.RevokeAsync(token.Region, token.Value, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackendException e)
        {
            logger.RevocationFailed(e.Failure);
            return false;
        }
    }
}
