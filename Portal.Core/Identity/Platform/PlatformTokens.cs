using System.Collections.Concurrent;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;

namespace Portal.Core.Identity.Platform;

/// <summary>Tokens of the portal's service user, one for each project, in memory only; one sign-in at a time for each.</summary>
internal sealed class PlatformTokens(IKeystoneClient keystone, TimeProvider time)
{
    private readonly ConcurrentDictionary<Key, Entry> entries = new();

    /// <summary>Gives a token in a project (null: the service user's own); says whether it was made for this call.</summary>
    public async Task<(KeystoneToken Token, bool IsNew)> GetAsync(CloudRegion region, string? projectId, CancellationToken cancellationToken)
    {
        var entry = entries.GetOrAdd(new Key(region.Cloud, projectId), _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (entry.Token is { } known && entry.FreshUntil > time.GetUtcNow())
            {
                return (known, false);
            }

            var token = await keystone.SignInServiceUserAsync(region, projectId, cancellationToken).ConfigureAwait(false);
            var now = time.GetUtcNow();
            var life = token.ExpiresAt - token.IssuedAt;
            entry.FreshUntil = Sessions.Lifetimes.FreshUntil(now, life);
            entry.Token = token with { IssuedAt = now, ExpiresAt = now + life };
            return (entry.Token, true);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Forgets a token that a backend refused.</summary>
    public async Task RefuseAsync(CloudRegion region, string? projectId, string token, CancellationToken cancellationToken)
    {
        var entry = entries.GetOrAdd(new Key(region.Cloud, projectId), _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (entry.Token?.Value == token)
        {
            entry.Token = null;
        }

        entry.Gate.Release();
    }

    private sealed record Key(string Cloud, string? ProjectId);

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public KeystoneToken? Token { get; set; }

        public DateTimeOffset FreshUntil { get; set; }
    }
}
