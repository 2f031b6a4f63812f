using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Identity.Keystone;

namespace Portal.Core.Identity.Sessions;

/// <inheritdoc />
internal sealed class SessionScopes(SessionTokens tokens, ConfirmedTokens confirmed, IKeystoneClient keystone, ICloudDirectory clouds, IOptions<IdentityOptions> options) : ISessionScopes
{
    private readonly CloudRegion region = clouds.Regions[0];

    public async Task<Scope> EnterAsync(string sessionId, string projectId, CancellationToken cancellationToken)
    {
        var token = await confirmed.GetAsync(sessionId, region, projectId, cancellationToken).ConfigureAwait(false);
        return new Scope
        {
            Region = region,
            ProjectId = token.ProjectId!,
            ProjectName = token.ProjectName ?? token.ProjectId!,
            UserId = token.UserId,
            UserName = token.UserName,
            Capabilities = [.. options.Value.Capabilities.Of(token.Roles)],
            Tokens = new SessionTokenSource(tokens, clouds, sessionId, region, token.ProjectId!),
        };
    }

    public async Task<IReadOnlyList<Project>> ListProjectsAsync(string sessionId, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(sessionId, region, null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await keystone.ListProjectsAsync(region, token.Value, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.SignInAgain)
        {
            await tokens.RefuseAsync(sessionId, token.Value, cancellationToken).ConfigureAwait(false);
            token = await tokens.GetAsync(sessionId, region, null, cancellationToken).ConfigureAwait(false);
            return await keystone.ListProjectsAsync(region, token.Value, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Tokens of one session in one project.</summary>
internal sealed class SessionTokenSource(SessionTokens tokens, ICloudDirectory clouds, string sessionId, CloudRegion region, string projectId) : ITokenSource
{
    public async Task<ScopedToken> GetTokenAsync(CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(sessionId, region, projectId, cancellationToken).ConfigureAwait(false);
        return new ScopedToken(token.Value, token.ExpiresAt, Endpoints(token.Catalog, clouds.Of(region).Interface, region.Region));
    }

    public Task RefuseAsync(ScopedToken token, CancellationToken cancellationToken) =>
        tokens.RefuseAsync(sessionId, token.Value, cancellationToken);

    internal static ImmutableDictionary<string, string> Endpoints(IEnumerable<CatalogEndpoint> catalog, string @interface, string regionId) => catalog
        .Where(e => e.Interface == @interface && e.Region == regionId)
        .GroupBy(e => e.ServiceType, StringComparer.Ordinal)
        .ToImmutableDictionary(g => g.Key, g => g.First().Url, StringComparer.Ordinal);
}
