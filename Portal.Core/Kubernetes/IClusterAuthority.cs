using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>Where a cluster's API is and what its certificates are worth.</summary>
/// <param name="ApiAddress">Address of the API, https.</param>
/// <param name="AuthorityPem">CA certificate, PEM.</param>
public sealed record ClusterEndpoint(string ApiAddress, string AuthorityPem);

/// <summary>Who made the cluster and signs for it: Magnum (<c>/v1/certificates</c>).</summary>
public interface IClusterAuthority
{
    /// <summary>Gives address and CA, or null while the cluster has no address yet.</summary>
    Task<ClusterEndpoint?> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Signs a certificate request. Only for an administrator in the cluster's project, or its creator.</summary>
    Task<string> SignAsync(Scope scope, string clusterId, string requestPem, CancellationToken cancellationToken);
}
