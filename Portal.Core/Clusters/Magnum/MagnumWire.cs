using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Core.Clusters.Magnum;

/// <summary>The shapes that Magnum sends.</summary>
internal static class MagnumWire
{
    public sealed record ClusterPage(IReadOnlyList<ClusterBody>? Clusters, string? Next);

    public sealed record TemplatePage(IReadOnlyList<TemplateBody>? Clustertemplates, string? Next);

    public sealed record NodeGroupPage(IReadOnlyList<NodeGroupBody>? Nodegroups, string? Next);

    public sealed record Created(string Uuid);

    public sealed record Quota(long HardLimit);

    public sealed record Stats(long Clusters, long Nodes);

    public sealed record Certificate(string? Pem);

    public sealed record ClusterBody
    {
        public required string Uuid { get; init; }

        public string? Name { get; init; }

        public string? ClusterTemplateId { get; init; }

        public string? Keypair { get; init; }

        public int? NodeCount { get; init; }

        public int? MasterCount { get; init; }

        public Dictionary<string, JsonElement>? Labels { get; init; }

        public string? MasterFlavorId { get; init; }

        public string? FlavorId { get; init; }

        public int? CreateTimeout { get; init; }

        public string? StackId { get; init; }

        public string? Status { get; init; }

        public string? StatusReason { get; init; }

        public string? HealthStatus { get; init; }

        public Dictionary<string, JsonElement>? HealthStatusReason { get; init; }

        public Dictionary<string, JsonElement>? Faults { get; init; }

        public string? ApiAddress { get; init; }

        public string? CoeVersion { get; init; }

        public string? ProjectId { get; init; }

        public string? UserId { get; init; }

        public ImmutableArray<string>? NodeAddresses { get; init; }

        public ImmutableArray<string>? MasterAddresses { get; init; }

        public string? FixedNetwork { get; init; }

        public string? FixedSubnet { get; init; }

        public bool? FloatingIpEnabled { get; init; }

        public bool? MasterLbEnabled { get; init; }

        public DateTimeOffset? CreatedAt { get; init; }

        public DateTimeOffset? UpdatedAt { get; init; }

        public Cluster ToCluster() => new()
        {
            Id = Uuid,
            Name = Name ?? Uuid,
            ProjectId = ProjectId ?? "",
            UserId = UserId ?? "",
            TemplateId = ClusterTemplateId ?? "",
            Keypair = Keypair,
            NodeCount = NodeCount ?? 0,
            MasterCount = MasterCount ?? 0,
            Labels = Texts(Labels),
            MasterFlavorId = MasterFlavorId,
            FlavorId = FlavorId,
            CreateTimeout = CreateTimeout is > 0 and { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            StackId = StackId,
            Status = ClusterStatuses.Parse(Status),
            StatusText = Status ?? "",
            StatusReason = StatusReason,
            Health = Enum.TryParse<HealthStatus>(HealthStatus, ignoreCase: true, out var health) ? health : Clusters.HealthStatus.None,
            HealthReasons = Texts(HealthStatusReason),
            Faults = Texts(Faults),
            ApiAddress = ApiAddress,
            KubernetesVersion = CoeVersion ?? Labels?.GetValueOrDefault("kube_tag").ToString().NullIfEmpty(),
            NodeAddresses = NodeAddresses ?? [],
            MasterAddresses = MasterAddresses ?? [],
            FixedNetwork = FixedNetwork,
            FixedSubnet = FixedSubnet,
            FloatingIpEnabled = FloatingIpEnabled ?? false,
            MasterLbEnabled = MasterLbEnabled ?? false,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            IsDetailed = ProjectId is not null,
        };
    }

    public sealed record TemplateBody
    {
        public required string Uuid { get; init; }

        public string? Name { get; init; }

        public string? Coe { get; init; }

        public string? ImageId { get; init; }

        public string? FlavorId { get; init; }

        public string? MasterFlavorId { get; init; }

        public string? KeypairId { get; init; }

        public string? ExternalNetworkId { get; init; }

        public string? FixedNetwork { get; init; }

        public string? FixedSubnet { get; init; }

        public string? NetworkDriver { get; init; }

        public string? VolumeDriver { get; init; }

        public int? DockerVolumeSize { get; init; }

        public Dictionary<string, JsonElement>? Labels { get; init; }

        public bool? MasterLbEnabled { get; init; }

        public bool? FloatingIpEnabled { get; init; }

        public bool? TlsDisabled { get; init; }

        public bool? Public { get; init; }

        public bool? Hidden { get; init; }

        public string? ProjectId { get; init; }

        public ClusterTemplate ToTemplate() => new()
        {
            Id = Uuid,
            Name = Name ?? Uuid,
            Coe = Coe ?? "",
            ImageId = ImageId,
            FlavorId = FlavorId,
            MasterFlavorId = MasterFlavorId,
            KeypairId = KeypairId,
            ExternalNetworkId = ExternalNetworkId,
            FixedNetwork = FixedNetwork,
            FixedSubnet = FixedSubnet,
            NetworkDriver = NetworkDriver,
            VolumeDriver = VolumeDriver,
            DockerVolumeSize = DockerVolumeSize,
            Labels = Texts(Labels),
            MasterLbEnabled = MasterLbEnabled ?? false,
            FloatingIpEnabled = FloatingIpEnabled ?? false,
            TlsDisabled = TlsDisabled ?? false,
            IsPublic = Public ?? false,
            IsHidden = Hidden ?? false,
            ProjectId = ProjectId ?? "",
        };
    }

    public sealed record NodeGroupBody
    {
        public required string Uuid { get; init; }

        public string? Name { get; init; }

        public string? Role { get; init; }

        public int? NodeCount { get; init; }

        public int? MinNodeCount { get; init; }

        public int? MaxNodeCount { get; init; }

        public string? FlavorId { get; init; }

        public string? ImageId { get; init; }

        public bool? IsDefault { get; init; }

        public string? StackId { get; init; }

        public string? Status { get; init; }

        public NodeGroup ToNodeGroup() => new()
        {
            Id = Uuid,
            Name = Name ?? Uuid,
            Role = Role ?? "worker",
            NodeCount = NodeCount ?? 0,
            MinNodeCount = MinNodeCount ?? 0,
            MaxNodeCount = MaxNodeCount,
            FlavorId = FlavorId,
            ImageId = ImageId,
            IsDefault = IsDefault ?? false,
            StackId = StackId,
            Status = ClusterStatuses.Parse(Status),
        };
    }

    /// <summary>What is posted. Everything null is left to the template; labels are always an object.</summary>
    public sealed record CreateBody
    {
        public required string Name { get; init; }

        public required string ClusterTemplateId { get; init; }

        public required int NodeCount { get; init; }

        public required int MasterCount { get; init; }

        public required int CreateTimeout { get; init; }

        public string? Keypair { get; init; }

        public string? FlavorId { get; init; }

        public string? MasterFlavorId { get; init; }

        public string? FixedNetwork { get; init; }

        public string? FixedSubnet { get; init; }

        public int? DockerVolumeSize { get; init; }

        public Dictionary<string, string>? Labels { get; init; }

        public bool? MergeLabels { get; init; }

        public static CreateBody Of(ClusterSpec spec) => new()
        {
            Name = spec.Name,
            ClusterTemplateId = spec.TemplateId,
            NodeCount = spec.NodeCount,
            MasterCount = spec.MasterCount,
            CreateTimeout = (int)Math.Round(spec.CreateTimeout.TotalMinutes),
            Keypair = spec.Keypair.NullIfEmpty(),
            FlavorId = spec.FlavorId.NullIfEmpty(),
            MasterFlavorId = spec.MasterFlavorId.NullIfEmpty(),
            FixedNetwork = spec.FixedNetwork.NullIfEmpty(),
            FixedSubnet = spec.FixedSubnet.NullIfEmpty(),
            DockerVolumeSize = spec.DockerVolumeSize,
            Labels = spec.Labels.IsEmpty ? null : spec.Labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal),
            MergeLabels = spec.Labels.IsEmpty ? null : spec.MergeLabels,
        };
    }

    public sealed record ResizeBody(int NodeCount, [property: JsonPropertyName("nodegroup")] string? NodeGroup);

    public sealed record SignBody(string ClusterUuid, string Csr);

    public static string? NullIfEmpty(this string? text) => string.IsNullOrEmpty(text) ? null : text;

    // Magnum keeps strings, but older rows and health reasons have numbers and objects in them.
    private static ImmutableDictionary<string, string> Texts(Dictionary<string, JsonElement>? values) =>
        values?.ToImmutableDictionary(p => p.Key, p => p.Value.ToString()) ?? ImmutableDictionary<string, string>.Empty;
}
