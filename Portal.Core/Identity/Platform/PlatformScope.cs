using System.Collections.Immutable;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Sessions;

namespace Portal.Core.Identity.Platform;

/// <inheritdoc />
internal sealed class PlatformScope(PlatformTokens tokens, ICloudDirectory clouds, IAuditLog audit) : IPlatformScope
{
    /// <summary>The audit's word for a use of the portal's own credential.</summary>
    internal const string Action = "platform-credential.use";

    private const int MostRemembered = 10_000;
    private readonly HashSet<(string ProjectId, string Purpose, string? AskedBy, DateTimeOffset TokenEnds)> audited = [];

    public async Task<Scope> ForProjectAsync(CloudRegion region, string projectId, string purpose, string? askedBy, CancellationToken cancellationToken)
    {
        var (token, _) = await tokens.GetAsync(region, projectId, cancellationToken).ConfigureAwait(false);
        var scope = ScopeOf(region, token, projectId);

        // A step that waits asks every few seconds for the same: one entry for each purpose in each life of a token says it all.
        if (IsNewUse((projectId, purpose, askedBy), token.ExpiresAt))
        {
            await AuditAsync(scope, purpose, askedBy, cancellationToken).ConfigureAwait(false);
        }

        return scope;
    }

    public async Task<Scope> ForCloudAsync(CloudRegion region, string purpose, CancellationToken cancellationToken)
    {
        var (token, isNew) = await tokens.GetAsync(region, null, cancellationToken).ConfigureAwait(false);
        var scope = ScopeOf(region, token, null);

        // The pollers ask every few seconds for the same: one entry for each life of a token says it all.
        if (isNew)
        {
            await AuditAsync(scope, purpose, null, cancellationToken).ConfigureAwait(false);
        }

        return scope;
    }

    /// <summary>Gives whether this use is new in this life of the token.</summary>
    private bool IsNewUse((string ProjectId, string Purpose, string? AskedBy) use, DateTimeOffset tokenEnds)
    {
        lock (audited)
        {
            if (audited.Count > MostRemembered)
            {
                audited.Clear();
            }

            return audited.Add((use.ProjectId, use.Purpose, use.AskedBy, tokenEnds));
        }
    }

    private Task AuditAsync(Scope scope, string purpose, string? askedBy, CancellationToken cancellationToken) =>
        audit.WriteAsync(scope, Action, purpose, "ok", cancellationToken, details: new Dictionary<string, string> { ["askedBy"] = askedBy ?? "nobody" });

    private Scope ScopeOf(CloudRegion region, KeystoneToken token, string? projectId) => new()
    {
        Region = region,
        ProjectId = token.Project!.Id,
        ProjectName = token.Project.Name,
        UserId = token.UserId,
        UserName = token.UserName,
        Capabilities = [Capability.Read, Capability.Write, Capability.Administer],
        Tokens = new Source(tokens, clouds, region, projectId),
    };

    private sealed class Source(PlatformTokens tokens, ICloudDirectory clouds, CloudRegion region, string? projectId) : ITokenSource
    {
        public async Task<ScopedToken> GetTokenAsync(CancellationToken cancellationToken)
        {
            var (token, _) = await tokens.GetAsync(region, projectId, cancellationToken).ConfigureAwait(false);
            ImmutableDictionary<string, string> endpoints = SessionTokenSource.Endpoints(token.Catalog, clouds.Of(region).Interface, region.Region);
            return new ScopedToken(token.Value, token.ExpiresAt, endpoints);
        }

        public Task RefuseAsync(ScopedToken token, CancellationToken cancellationToken) =>
            tokens.RefuseAsync(region, projectId, token.Value, cancellationToken);
    }
}
