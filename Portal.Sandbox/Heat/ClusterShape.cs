namespace Portal.Sandbox.Heat;

/// <summary>What Magnum's driver tells Heat about a cluster.</summary>
internal sealed record ClusterShape
{
    public required string ClusterId { get; init; }

    public required string ClusterName { get; init; }

    public required string ProjectId { get; init; }

    public required string UserName { get; init; }

    public required string Image { get; init; }

    public required string MasterFlavor { get; init; }

    public required string WorkerFlavor { get; init; }

    public string? Keypair { get; init; }

    public string? PublicKey { get; init; }

    public string? ExternalNetworkId { get; init; }

    public string? FixedNetwork { get; init; }

    public string? FixedSubnet { get; init; }

    public string? DnsNameserver { get; init; }

    public string? NetworkDriver { get; init; }

    public string? VolumeDriver { get; init; }

    public string? DockerStorageDriver { get; init; }

    public string? DiscoveryUrl { get; init; }

    public string MasterGroup { get; init; } = "default-master";

    public string WorkerGroup { get; init; } = "default-worker";

    public string WorkerRole { get; init; } = "worker";

    public int Masters { get; init; } = 1;

    public int Workers { get; init; } = 1;

    public int TimeoutMinutes { get; init; } = 60;

    public bool LoadBalancer { get; init; }

    public bool FloatingIps { get; init; }

    /// <summary>Gets the size of a node's extra volume in GiB, 0 for none.</summary>
    public int DockerVolumeSize { get; init; }

    /// <summary>Gets whether this is the stack of the cluster, or that of one more node group.</summary>
    public bool IsClusterStack { get; init; } = true;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public bool Label(string name) => Labels.TryGetValue(name, out var value) && value.Length > 0 && value != "0";
}
