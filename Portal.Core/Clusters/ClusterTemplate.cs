using System.Collections.Immutable;

namespace Portal.Core.Clusters;

/// <summary>A cluster template as Magnum tells it. A null means that the template leaves it open.</summary>
public sealed record ClusterTemplate
{
    /// <summary>Gets Magnum's uuid.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name. Not unique.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the orchestrator; only <c>kubernetes</c> can become a platform.</summary>
    public required string Coe { get; init; }

    /// <summary>Gets the image, name or id.</summary>
    public string? ImageId { get; init; }

    /// <summary>Gets the workers' flavor, or null.</summary>
    public string? FlavorId { get; init; }

    /// <summary>Gets the masters' flavor, or null.</summary>
    public string? MasterFlavorId { get; init; }

    /// <summary>Gets the keypair, or null when each cluster names its own.</summary>
    public string? KeypairId { get; init; }

    /// <summary>Gets the external network.</summary>
    public string? ExternalNetworkId { get; init; }

    /// <summary>Gets the private network, or null when Heat makes one (or the cluster names one).</summary>
    public string? FixedNetwork { get; init; }

    /// <summary>Gets the private subnet, or null.</summary>
    public string? FixedSubnet { get; init; }

    /// <summary>Gets the network driver: <c>calico</c>, <c>flannel</c>.</summary>
    public string? NetworkDriver { get; init; }

    /// <summary>Gets the volume driver, or null.</summary>
    public string? VolumeDriver { get; init; }

    /// <summary>Gets the size of each node's volume for images in GiB, or null for none.</summary>
    public int? DockerVolumeSize { get; init; }

    /// <summary>Gets the labels.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets whether a load balancer stands before the masters; without it there is one master.</summary>
    public bool MasterLbEnabled { get; init; }

    /// <summary>Gets whether nodes get floating IPs.</summary>
    public bool FloatingIpEnabled { get; init; }

    /// <summary>Gets whether TLS is off; such a cluster cannot become a platform.</summary>
    public bool TlsDisabled { get; init; }

    /// <summary>Gets whether every project sees it.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Gets whether it is hidden from lists.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Gets the project that owns it.</summary>
    public string ProjectId { get; init; } = "";

    /// <summary>Gets the Kubernetes version its labels ask for (<c>kube_tag</c>), or null for the driver's default.</summary>
    public string? KubernetesVersion => Labels.GetValueOrDefault("kube_tag");
}
