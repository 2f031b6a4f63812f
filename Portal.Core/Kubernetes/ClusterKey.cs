using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>Names one cluster's Kubernetes API: where, whose, which.</summary>
/// <param name="Region">Cloud and region.</param>
/// <param name="ProjectId">Keystone project that owns the cluster; callers must have checked that the person may enter it.</param>
/// <param name="ClusterId">Magnum uuid.</param>
public sealed record ClusterKey(CloudRegion Region, string ProjectId, string ClusterId)
{
    /// <summary>Gets the id of documents about this cluster.</summary>
    public string DocumentId => $"{Region.Cloud}/{Region.Region}/{ClusterId}";
}
