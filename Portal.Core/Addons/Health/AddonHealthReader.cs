using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons.Health;

/// <inheritdoc />
internal sealed class AddonHealthReader(IClusterConnector connector, AddonCatalog catalog, IOptions<AddonsOptions> options) : IAddonHealthReader
{
    private readonly AddonHealthCheck check = new(catalog, options.Value.Registry);

    public async Task<IReadOnlyList<AddonHealth>> ReadAsync(Scope scope, string clusterId, IReadOnlyList<string> addons, CancellationToken cancellationToken)
    {
        var api = await connector.AsPersonAsync(new ClusterKey(scope.Region, scope.ProjectId, clusterId), scope, cancellationToken).ConfigureAwait(false);
        return await check.ReadAsync(api, addons, cancellationToken).ConfigureAwait(false);
    }
}
