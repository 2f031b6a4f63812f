using Portal.Core.Backends;

namespace Portal.Core.Clusters.Magnum;

/// <summary>Magnum's clusters and templates (API version 1.10), in domain words. Throws <see cref="BackendException"/>.</summary>
public interface IMagnumClient
{
    /// <summary>Lists the clusters that the scope sees, over all pages; without <paramref name="detail"/> owner, addresses and (for an administrator) projects are missing.</summary>
    Task<IReadOnlyList<Cluster>> ListClustersAsync(Scope scope, bool detail, CancellationToken cancellationToken);

    /// <summary>Gives a cluster, or null when it is gone, another project's, or <paramref name="id"/> is no uuid.</summary>
    Task<Cluster?> FindClusterAsync(Scope scope, string id, CancellationToken cancellationToken);

    /// <summary>Creates a cluster and gives its uuid. Not idempotent: names are not unique.</summary>
    Task<string> CreateClusterAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken);

    /// <summary>Asks for another number of workers. 202 does not mean that anything has begun, and nothing stops a second one.</summary>
    Task ResizeClusterAsync(Scope scope, string id, int nodeCount, string? nodeGroup, CancellationToken cancellationToken);

    /// <summary>Asks for deletion; false when it is gone already.</summary>
    Task<bool> DeleteClusterAsync(Scope scope, string id, CancellationToken cancellationToken);

    /// <summary>Lists the node groups.</summary>
    Task<IReadOnlyList<NodeGroup>> ListNodeGroupsAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Lists the templates that the scope sees.</summary>
    Task<IReadOnlyList<ClusterTemplate>> ListTemplatesAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives a template, or null.</summary>
    Task<ClusterTemplate?> FindTemplateAsync(Scope scope, string id, CancellationToken cancellationToken);

    /// <summary>Gives how many clusters the project may have and has.</summary>
    Task<ProjectQuota> GetClusterQuotaAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>Magnum's certificates of a cluster.</summary>
public interface IMagnumCertificates
{
    /// <summary>Gives the cluster's CA certificate (PEM), or null while there is none or the cluster is gone.</summary>
    Task<string?> FindAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Signs a certificate request; only for an administrator in the cluster's project, or the cluster's creator.</summary>
    /// <exception cref="BackendException">Not allowed, bad request, or no such cluster (which Magnum says as <see cref="BackendFailure.Invalid"/>).</exception>
    Task<string> SignAsync(Scope scope, string clusterId, string requestPem, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a new CA (<c>PATCH /v1/certificates/UUID</c>). When it answers, Magnum has the new one and the nodes do not have it yet.
    /// Every certificate of the old one ends. Not idempotent: sent twice, it makes two.
    /// </summary>
    /// <exception cref="BackendException">The cluster is busy or failed (<see cref="BackendFailure.Invalid"/>), or its driver cannot.</exception>
    Task RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken);
}
