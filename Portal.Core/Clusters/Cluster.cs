using System.Collections.Immutable;

namespace Portal.Core.Clusters;

/// <summary>A cluster as Magnum tells it. <see cref="NodeCount"/> is the wish; <see cref="NodeAddresses"/> is what is there.</summary>
public sealed record Cluster
{
    /// <summary>Gets Magnum's uuid.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name. Not unique.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the Keystone project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the Keystone user who created it; Magnum's trust hangs on them. Empty in short lists.</summary>
    public string UserId { get; init; } = "";

    /// <summary>Gets the cluster template's uuid.</summary>
    public required string TemplateId { get; init; }

    /// <summary>Gets the Nova keypair, or null.</summary>
    public string? Keypair { get; init; }

    /// <summary>Gets how many workers are wished, over all worker node groups.</summary>
    public int NodeCount { get; init; }

    /// <summary>Gets how many masters are wished.</summary>
    public int MasterCount { get; init; }

    /// <summary>Gets the labels in force.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the masters' flavor, name or id as it was given.</summary>
    public string? MasterFlavorId { get; init; }

    /// <summary>Gets the workers' flavor, name or id as it was given.</summary>
    public string? FlavorId { get; init; }

    /// <summary>Gets how long creation may take, or null for no limit.</summary>
    public TimeSpan? CreateTimeout { get; init; }

    /// <summary>Gets the Heat stack, or null in the first seconds.</summary>
    public string? StackId { get; init; }

    /// <summary>Gets Magnum's status.</summary>
    public required ClusterStatus Status { get; init; }

    /// <summary>Gets Magnum's word for the status.</summary>
    public required string StatusText { get; init; }

    /// <summary>Gets Magnum's sentence for the status, or null.</summary>
    public string? StatusReason { get; init; }

    /// <summary>Gets Magnum's health.</summary>
    public HealthStatus Health { get; init; }

    /// <summary>Gets Magnum's reasons for the health, by part.</summary>
    public ImmutableDictionary<string, string> HealthReasons { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the failures by node group, empty when there are none.</summary>
    public ImmutableDictionary<string, string> Faults { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the Kubernetes API's URL, or null until Heat is done.</summary>
    public string? ApiAddress { get; init; }

    /// <summary>Gets the Kubernetes version, <c>v1.24.9</c>, or null until it is known.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>Gets the workers' addresses.</summary>
    public ImmutableArray<string> NodeAddresses { get; init; } = [];

    /// <summary>Gets the masters' addresses.</summary>
    public ImmutableArray<string> MasterAddresses { get; init; } = [];

    /// <summary>Gets the private network, or null when Heat makes one.</summary>
    public string? FixedNetwork { get; init; }

    /// <summary>Gets the private subnet, or null when Heat makes one.</summary>
    public string? FixedSubnet { get; init; }

    /// <summary>Gets whether nodes get floating IPs.</summary>
    public bool FloatingIpEnabled { get; init; }

    /// <summary>Gets whether a load balancer stands before the masters.</summary>
    public bool MasterLbEnabled { get; init; }

    /// <summary>Gets when it was created (UTC), or null in short lists.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Gets when it was changed last (UTC), or null.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Gets whether the row has its details (addresses, owner, times); false when only the short list could be read.</summary>
    public bool IsDetailed { get; init; } = true;

    /// <summary>Compares by value, collections included, so that an unchanged poll changes nothing.</summary>
    public bool Equals(Cluster? other) =>
        other is not null && (ReferenceEquals(this, other) || ClusterComparison.Same(this, other));

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Id, Status, UpdatedAt);
}

/// <summary>Compares what records do not: the collections.</summary>
internal static class ClusterComparison
{
    public static bool Same(Cluster a, Cluster b) => Scalars(a).Equals(Scalars(b))
        && Same(a.Labels, b.Labels) && Same(a.HealthReasons, b.HealthReasons) && Same(a.Faults, b.Faults)
        && a.NodeAddresses.SequenceEqual(b.NodeAddresses) && a.MasterAddresses.SequenceEqual(b.MasterAddresses);

    private static (string, string, string, string, string, string?, int, int) Identity(Cluster c) =>
        (c.Id, c.Name, c.ProjectId, c.UserId, c.TemplateId, c.Keypair, c.NodeCount, c.MasterCount);

    private static object Scalars(Cluster c) => (
        Identity(c),
        (c.MasterFlavorId, c.FlavorId, c.CreateTimeout, c.StackId, c.StatusText, c.StatusReason, c.Health),
        (c.ApiAddress, c.KubernetesVersion, c.FixedNetwork, c.FixedSubnet, c.FloatingIpEnabled, c.MasterLbEnabled),
        (c.CreatedAt, c.UpdatedAt, c.IsDetailed));

    private static bool Same(ImmutableDictionary<string, string> a, ImmutableDictionary<string, string> b) =>
        a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var value) && value == p.Value);
}
