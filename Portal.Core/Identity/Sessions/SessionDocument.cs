using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Identity.Sessions;

/// <summary>A session as it is kept. Everything secret is in <see cref="Secrets"/> and <see cref="Ticket"/>, encrypted.</summary>
internal sealed record SessionDocument
{
    public static readonly DocumentType<SessionDocument> Type = new("sessions", 1, s => s.ProviderSession is null ? [$"user:{s.UserId}"] : [$"user:{s.UserId}", $"sid:{s.ProviderSession}"]);

    public required string UserId { get; init; }

    public required string UserName { get; init; }

    /// <summary>Gets the provider's own id of its session (<c>sid</c>), for log-out that begins there.</summary>
    public string? ProviderSession { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UsedAt { get; init; }

    /// <summary>Gets the encrypted <see cref="SessionSecrets"/>.</summary>
    public required string Secrets { get; init; }

    /// <summary>Gets the encrypted authentication ticket, or null before the browser has its cookie.</summary>
    public string? Ticket { get; init; }
}

/// <summary>The secrets of a session: what the provider gave, and every Keystone token that was made with it and still lives.</summary>
internal sealed record SessionSecrets
{
    public required ProviderTokens Provider { get; init; }

    public ImmutableArray<IssuedToken> Tokens { get; init; } = [];

    /// <summary>Gives the youngest token for a project (null: the unscoped one).</summary>
    public IssuedToken? Find(CloudRegion region, string? projectId) =>
        Tokens.LastOrDefault(t => t.Region.Cloud == region.Cloud && t.ProjectId == projectId && !t.IsRefused);

    /// <summary>Adds a token and forgets those whose life has ended.</summary>
    public SessionSecrets With(IssuedToken token, DateTimeOffset now) => this with { Tokens = [.. Tokens.Where(t => t.ExpiresAt > now), token] };

    /// <summary>Marks a token as refused: it is not given again, but still revoked at the end.</summary>
    public SessionSecrets Refuse(string value) => this with { Tokens = [.. Tokens.Select(t => t.Value == value ? t with { IsRefused = true } : t)] };

    /// <summary>Takes what somebody else made of the same session in between: the younger provider's tokens, everybody's Keystone tokens.</summary>
    public SessionSecrets Merge(SessionSecrets other) => this with
    {
        Provider = other.Provider.FreshUntil > Provider.FreshUntil ? other.Provider : Provider,
        Tokens = [.. Tokens.Concat(other.Tokens).GroupBy(t => t.Value, StringComparer.Ordinal).Select(g => g.FirstOrDefault(t => t.IsRefused) ?? g.First())],
    };

    public override string ToString() => $"{Tokens.Length} tokens";
}

/// <summary>A Keystone token that the portal made for a session.</summary>
internal sealed record IssuedToken
{
    public required CloudRegion Region { get; init; }

    public string? ProjectId { get; init; }

    public string? ProjectName { get; init; }

    public required string Value { get; init; }

    /// <summary>Gets the end of its life by our clock: Keystone's own may differ.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets until when it is given without asking for a new one.</summary>
    public required DateTimeOffset FreshUntil { get; init; }

    public required string UserId { get; init; }

    public required string UserName { get; init; }

    public ImmutableHashSet<string> Roles { get; init; } = [];

    public ImmutableArray<Keystone.CatalogEndpoint> Catalog { get; init; } = [];

    public bool IsRefused { get; init; }

    /// <summary>Keeps a token; one made from <paramref name="parent"/> is fresh as long as that one, because it ends with it.</summary>
    public static IssuedToken Of(CloudRegion region, Keystone.KeystoneToken token, DateTimeOffset now, IssuedToken? parent) => new()
    {
        Region = region,
        ProjectId = token.Project?.Id,
        ProjectName = token.Project?.Name,
        Value = token.Value,
        ExpiresAt = now + (token.ExpiresAt - token.IssuedAt),
        FreshUntil = parent?.FreshUntil ?? Lifetimes.FreshUntil(now, token.ExpiresAt - token.IssuedAt),
        UserId = token.UserId,
        UserName = token.UserName,
        Roles = token.Roles,
        Catalog = token.Project is null ? [] : token.Catalog,
    };

    public override string ToString() => $"token for {ProjectId ?? "no project"} until {ExpiresAt:O}";
}

/// <summary>When a token is renewed: a minute before its end, or after three quarters of a life shorter than four minutes.</summary>
public static class Lifetimes
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

    /// <summary>Gives the time from which a token received now is renewed.</summary>
    public static DateTimeOffset FreshUntil(DateTimeOffset now, TimeSpan life) => now + life - (life / 4 < Usual ? life / 4 : Usual);
}
