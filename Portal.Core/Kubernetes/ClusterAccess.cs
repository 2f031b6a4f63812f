using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Kubernetes;

/// <summary>The portal's own identity in one cluster, as it is kept. The key is encrypted.</summary>
public sealed record ClusterAccess
{
    /// <summary>Gets how these documents are kept.</summary>
    public static DocumentType<ClusterAccess> Type { get; } = new("cluster_access", 1, a => ["project:" + a.ProjectId]);

    /// <summary>Gets the project that owns the cluster.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the Magnum uuid.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Gets the address of the API.</summary>
    public required string ApiAddress { get; init; }

    /// <summary>Gets the cluster's CA certificate, PEM.</summary>
    public required string AuthorityPem { get; init; }

    /// <summary>Gets the client certificate, PEM.</summary>
    public required string CertificatePem { get; init; }

    /// <summary>Gets the encrypted private key.</summary>
    public required string ProtectedKey { get; init; }

    /// <summary>Gets when the client certificate ends (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets until when a renewal that was begun keeps others from beginning one (UTC); null: none was begun.</summary>
    public DateTimeOffset? RenewalHeldUntil { get; init; }

    /// <summary>Gives the cluster that a kept identity is in.</summary>
    public static ClusterKey KeyOf(Stored<ClusterAccess> stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var parts = stored.Id.Split('/');
        return new ClusterKey(new CloudRegion(parts[0], parts[1]), stored.Value.ProjectId, stored.Value.ClusterId);
    }

    internal static string Purpose(string clusterId) => "cluster-access/" + clusterId;
}
