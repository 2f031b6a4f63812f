using System.Collections.Concurrent;
using System.Security.Cryptography;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;
using Portal.Core.Storage;

namespace Portal.Core.Identity.Sessions;

/// <summary>
/// Makes and renews the Keystone tokens of sessions: refresh at the provider → exchange → rescope, as much of it as is
/// needed, one renewal at a time for each session. Every token is kept with its session until it has ended.
/// </summary>
internal sealed class SessionTokens(SessionStore sessions, IKeystoneClient keystone, IIdentityProvider provider, TimeProvider time, Microsoft.Extensions.Logging.ILogger<SessionTokens> logger)
{
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Gives a token of the session for a project (null: unscoped).</summary>
    /// <exception cref="BackendException">See <see cref="ISessionScopes.EnterAsync"/>.</exception>
    public async Task<IssuedToken> GetAsync(string sessionId, CloudRegion region, string? projectId, CancellationToken cancellationToken)
    {
        var entry = entries.GetOrAdd(sessionId, _ => new Entry());
        if (entry.Fresh(region, projectId, time.GetUtcNow()) is { } known)
        {
            return known;
        }

        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RenewAsync(entry, sessionId, region, projectId, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Marks a token as refused by a backend.</summary>
    public async Task RefuseAsync(string sessionId, string token, CancellationToken cancellationToken)
    {
        var entry = entries.GetOrAdd(sessionId, _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var session = await LoadAsync(entry, sessionId, cancellationToken).ConfigureAwait(false);
            await SaveAsync(entry, session, entry.Secrets!.Refuse(token)).ConfigureAwait(false);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Forgets the session and gives every token of it that may still live; nobody gets one any more.</summary>
    public async Task<IReadOnlyList<IssuedToken>> EndAsync(string sessionId, CancellationToken cancellationToken)
    {
        var entry = entries.GetOrAdd(sessionId, _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var session = await sessions.FindAnyAsync(sessionId, cancellationToken).ConfigureAwait(false);
            await sessions.DeleteAsync(sessionId, cancellationToken).ConfigureAwait(false);
            entry.Forget();
            entries.TryRemove(sessionId, out _);
            return session is null ? [] : [.. sessions.Secrets(session).Tokens];
        }
        catch (CryptographicException)
        {
            // Another master key: what cannot be read cannot be revoked either; it ends by itself.
            return [];
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private async Task<IssuedToken> RenewAsync(Entry entry, string sessionId, CloudRegion region, string? projectId, CancellationToken cancellationToken)
    {
        var session = await LoadAsync(entry, sessionId, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var known = entry.Secrets!.Find(region, projectId);
        if (known is not null && known.FreshUntil > now)
        {
            return known;
        }

        try
        {
            return projectId is null
                ? await UnscopedAsync(entry, session, region, cancellationToken).ConfigureAwait(false)
                : await ScopedAsync(entry, session, region, projectId, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.MayHeal && known is not null && known.ExpiresAt - now > Usable)
        {
            logger.RenewalPutOff(e.Backend, e.Failure);
            return known;
        }
    }

    private async Task<IssuedToken> ScopedAsync(Entry entry, Stored<SessionDocument> session, CloudRegion region, string projectId, CancellationToken cancellationToken)
    {
        var parent = await UnscopedAsync(entry, session, region, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RescopeAsync(entry, parent, region, projectId, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.SignInAgain)
        {
            // Keystone knows the unscoped token no more, before its time: a new exchange, once.
            await SaveAsync(entry, entry.Session!, entry.Secrets!.Refuse(parent.Value)).ConfigureAwait(false);
            parent = await UnscopedAsync(entry, entry.Session!, region, cancellationToken).ConfigureAwait(false);
            return await RescopeAsync(entry, parent, region, projectId, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IssuedToken> RescopeAsync(Entry entry, IssuedToken parent, CloudRegion region, string projectId, CancellationToken cancellationToken)
    {
        var token = await keystone.RescopeAsync(region, parent.Value, projectId, cancellationToken).ConfigureAwait(false);
        return await KeepAsync(entry, IssuedToken.Of(region, token, time.GetUtcNow(), parent)).ConfigureAwait(false);
    }

    private async Task<IssuedToken> UnscopedAsync(Entry entry, Stored<SessionDocument> session, CloudRegion region, CancellationToken cancellationToken)
    {
        if (entry.Secrets!.Find(region, null) is { } known && known.FreshUntil > time.GetUtcNow())
        {
            return known;
        }

        if (entry.Secrets.Provider.FreshUntil <= time.GetUtcNow())
        {
            await RefreshAsync(entry, session, cancellationToken).ConfigureAwait(false);
        }

        KeystoneToken token;
        try
        {
            token = await keystone.ExchangeAsync(region, entry.Secrets.Provider.AccessToken, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.SignInAgain && entry.Secrets.Provider.RefreshToken is not null)
        {
            await RefreshAsync(entry, entry.Session!, cancellationToken).ConfigureAwait(false);
            token = await keystone.ExchangeAsync(region, entry.Secrets.Provider.AccessToken, cancellationToken).ConfigureAwait(false);
        }

        return await KeepAsync(entry, IssuedToken.Of(region, token, time.GetUtcNow(), null)).ConfigureAwait(false);
    }

    private async Task RefreshAsync(Entry entry, Stored<SessionDocument> session, CancellationToken cancellationToken)
    {
        var old = entry.Secrets!.Provider;
        if (old.RefreshToken is null)
        {
            throw new BackendException("provider", "renew the session", BackendFailure.SignInAgain, "the provider gave no refresh token");
        }

        ProviderTokens fresh;
        try
        {
            fresh = await provider.RefreshAsync(old.RefreshToken, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.SignInAgain)
        {
            // Another replica may have used this refresh token a moment ago.
            await LoadAsync(entry, session.Id, cancellationToken).ConfigureAwait(false);
            if (entry.Secrets.Provider.RefreshToken == old.RefreshToken)
            {
                throw;
            }

            return;
        }

        var kept = fresh with { RefreshToken = fresh.RefreshToken ?? old.RefreshToken, IdToken = fresh.IdToken ?? old.IdToken };
        await SaveAsync(entry, session, entry.Secrets with { Provider = kept }).ConfigureAwait(false);
        logger.SessionRenewed(session.Value.UserId);
    }

    private async Task<IssuedToken> KeepAsync(Entry entry, IssuedToken token)
    {
        await SaveAsync(entry, entry.Session!, entry.Secrets!.With(token, time.GetUtcNow())).ConfigureAwait(false);
        return token;
    }

    // What was made must not be lost, or it could not be revoked: the caller's cancellation comes too late here.
    private async Task SaveAsync(Entry entry, Stored<SessionDocument> session, SessionSecrets secrets)
    {
        while (true)
        {
            try
            {
                entry.Set(await sessions.PutSecretsAsync(session, secrets, CancellationToken.None).ConfigureAwait(false), secrets, time.GetUtcNow());
                return;
            }
            catch (StoreConflictException)
            {
                session = await LoadAsync(entry, session.Id, CancellationToken.None).ConfigureAwait(false);
                secrets = entry.Secrets!.Merge(secrets);
            }
        }
    }

    private async Task<Stored<SessionDocument>> LoadAsync(Entry entry, string sessionId, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(sessionId, cancellationToken).ConfigureAwait(false);
        if (session is null)
        {
            entry.Forget();
            entries.TryRemove(sessionId, out _);
            throw new BackendException("portal", "find the session", BackendFailure.SignInAgain, "the session has ended");
        }

        entry.Set(session, entry.Session?.Version == session.Version ? entry.Secrets! : Read(session), time.GetUtcNow());

        return session;
    }

    private SessionSecrets Read(Stored<SessionDocument> session)
    {
        try
        {
            return sessions.Secrets(session);
        }
        catch (CryptographicException)
        {
            throw new BackendException("portal", "read the session", BackendFailure.SignInAgain, "the session was kept under another master key");
        }
    }

    private sealed class Entry
    {
        private DateTimeOffset readAt;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public Stored<SessionDocument>? Session { get; private set; }

        public SessionSecrets? Secrets { get; private set; }

        public void Set(Stored<SessionDocument> session, SessionSecrets secrets, DateTimeOffset now) => (Session, Secrets, readAt) = (session, secrets, now);

        public void Forget() => (Session, Secrets) = (null, null);

        // Read without the gate: a session that ended on another replica is noticed when the trust in memory ends.
        public IssuedToken? Fresh(CloudRegion region, string? projectId, DateTimeOffset now) =>
            now - readAt < Trust && Secrets?.Find(region, projectId) is { } token && token.FreshUntil > now ? token : null;
    }
}
