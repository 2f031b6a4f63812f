using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Tests.Support;

/// <summary>Scopes for tests whose tokens are made up.</summary>
internal static class TestScopes
{
    public static readonly CloudRegion Region = new("default", "RegionOne");

    /// <summary>Makes a scope whose tokens are the given texts, one after the other.</summary>
    public static Scope Fake(IReadOnlyDictionary<string, string> endpoints, string projectId = "p1", Capability[]? capabilities = null, params string[] tokens) => new()
    {
        Region = Region,
        ProjectId = projectId,
        ProjectName = projectId + "-name",
        UserId = "u1",
        UserName = "alice",
        Capabilities = [.. capabilities ?? [Capability.Read, Capability.Write]],
        Tokens = new FixedTokens(tokens is [] ? ["token-1"] : tokens, endpoints.ToImmutableDictionary()),
    };
}

/// <summary>Gives tokens of a list; a refused one is followed by the next.</summary>
internal sealed class FixedTokens(IReadOnlyList<string> values, ImmutableDictionary<string, string> endpoints) : ITokenSource
{
    private int index;

    public int Refused { get; private set; }

    public Task<ScopedToken> GetTokenAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new ScopedToken(values[Math.Min(index, values.Count - 1)], DateTimeOffset.MaxValue, endpoints));

    public Task RefuseAsync(ScopedToken token, CancellationToken cancellationToken)
    {
        Refused++;
        index++;
        return Task.CompletedTask;
    }
}
