using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;

namespace Portal.Core.Identity.Sessions;

/// <summary>
/// What a session's token for a project is worth now. The portal keeps a token for its whole life; a role may be given or
/// taken away meanwhile, and only Keystone knows. So Keystone is asked again, at most once in <see cref="Trust"/>.
/// </summary>
internal sealed class ConfirmedTokens(SessionTokens tokens, IKeystoneClient keystone, TimeProvider time, NetworkTime network)
{
    /// <summary>How long an answer is believed.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromSeconds(10);

    // Every request of a person waits for this; a slow Keystone is as good as none.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private const int Room = 4096;
    private readonly ConcurrentDictionary<(string Session, string Project), Confirmed> known = new();

    /// <summary>Gives a token for a project with the roles that the person has there now.</summary>
    /// <exception cref="BackendException">See <see cref="ISessionScopes.EnterAsync"/>.</exception>
    public async Task<IssuedToken> GetAsync(string sessionId, CloudRegion region, string projectId, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(sessionId, region, projectId, cancellationToken).ConfigureAwait(false);
        if (known.TryGetValue((sessionId, projectId), out var confirmed) && confirmed.Token == token.Value && time.GetUtcNow() - confirmed.At < Trust)
        {
            return token with { Roles = confirmed.Roles };
        }

        KeystoneToken? live;
        using var patience = network.Within(Patience, cancellationToken);
        try
        {
            live = await keystone.FindTokenAsync(region, token.Value, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BackendException { MayHeal: true } || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Keystone is away for now: what was known stays, and not every request waits for it.
            return Keep(sessionId, projectId, confirmed?.Token == token.Value ? token with { Roles = confirmed.Roles } : token);
        }

        if (live is null)
        {
            await tokens.RefuseAsync(sessionId, token.Value, cancellationToken).ConfigureAwait(false);
            token = await tokens.GetAsync(sessionId, region, projectId, cancellationToken).ConfigureAwait(false);
        }

        return Keep(sessionId, projectId, token with { Roles = live?.Roles ?? token.Roles });
    }

    private IssuedToken Keep(string sessionId, string projectId, IssuedToken token)
    {
        var now = time.GetUtcNow();
        known[(sessionId, projectId)] = new Confirmed(token.Value, token.Roles, now);
        if (known.Count > Room)
        {
            foreach (var old in known.Where(k => now - k.Value.At >= Trust))
            {
                known.TryRemove(old);
            }
        }

        return token;
    }

    private sealed record Confirmed(string Token, ImmutableHashSet<string> Roles, DateTimeOffset At)
    {
        public override string ToString() => $"confirmed at {At:O}";
    }
}
