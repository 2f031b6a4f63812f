using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery;

/// <summary>Magnum as the authority of its clusters.</summary>
internal sealed class MagnumClusterAuthority(IMagnumClient clusters, IMagnumCertificates certificates) : IClusterAuthority
{
    public async Task<ClusterEndpoint?> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var cluster = await clusters.FindClusterAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        if (cluster?.ApiAddress is not { Length: > 0 } address)
        {
            return null;
        }

        var authority = await certificates.FindAuthorityAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        return authority is null ? null : new ClusterEndpoint(address, authority);
    }

    public Task<string> SignAsync(Scope scope, string clusterId, string requestPem, CancellationToken cancellationToken) =>
        certificates.SignAsync(scope, clusterId, requestPem, cancellationToken);
}
