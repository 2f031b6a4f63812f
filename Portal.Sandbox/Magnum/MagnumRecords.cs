using System.Text.Json.Serialization;

namespace Portal.Sandbox.Magnum;

/// <summary>A cluster template's row.</summary>
internal sealed class ClusterTemplate
{
    public int Id { get; set; }

    public required string Uuid { get; init; }

    public required string ProjectId { get; init; }

    public required string UserId { get; init; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; set; }

    /// <summary>Gets the attributes that people may set, as they are shown.</summary>
    public required System.Text.Json.Nodes.JsonObject Values { get; set; }

    [JsonIgnore]
    public string Name => Text("name") ?? "";

    [JsonIgnore]
    public bool Public => Flag("public");

    [JsonIgnore]
    public bool Hidden => Flag("hidden");

    public string? Text(string name) => Values[name]?.ToString();

    public bool Flag(string name) => Values[name]?.GetValue<bool>() ?? false;

    public int Number(string name) => Values[name]?.GetValue<int>() ?? 0;

    [JsonIgnore]
    public Dictionary<string, string> Labels => LabelMaps.Read(Values["labels"]);
}

/// <summary>A cluster's row, and what the conductor is about to do with it.</summary>
internal sealed class Cluster
{
    public int Id { get; set; }

    public required string Uuid { get; init; }

    public required string Name { get; init; }

    public required string ProjectId { get; init; }

    /// <summary>Gets or sets the creator's id, or the name while Keystone knows no id (declared clusters of federated users).</summary>
    public required string UserId { get; set; }

    public required string UserName { get; init; }

    public required string TemplateId { get; set; }

    public string? Keypair { get; init; }

    public int? DockerVolumeSize { get; init; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public int CreateTimeout { get; init; } = 60;

    public string? FixedNetwork { get; init; }

    public string? FixedSubnet { get; init; }

    public bool FloatingIpEnabled { get; init; }

    public bool MasterLbEnabled { get; init; }

    public required string MasterFlavor { get; init; }

    public required string Flavor { get; init; }

    public string? StackId { get; set; }

    public string Status { get; set; } = "CREATE_IN_PROGRESS";

    public string? StatusReason { get; set; }

    public string? HealthStatus { get; set; }

    public Dictionary<string, string> HealthReason { get; set; } = [];

    public string? DiscoveryUrl { get; set; }

    public string? ApiAddress { get; set; }

    public string? CoeVersion { get; set; }

    public string? ContainerVersion { get; set; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; set; }

    public List<NodeGroup> NodeGroups { get; init; } = [];

    /// <summary>Gets the authorities by use, as certificate and key.</summary>
    public Dictionary<string, SavedAuthority> Authorities { get; init; } = [];

    /// <summary>Gets or sets the change that runs: CREATE, UPDATE, DELETE, or null.</summary>
    public string? Change { get; set; }

    /// <summary>Gets or sets whether the row has shown it.</summary>
    public bool ChangeSeen { get; set; }

    /// <summary>Gets or sets when the conductor next looks at Heat for it.</summary>
    public DateTimeOffset NextSync { get; set; }

    public DateTimeOffset NextHealth { get; set; }

    /// <summary>Gets or sets whether the nodes still serve with the authority before the last rotation.</summary>
    public bool RotationRuns { get; set; }

    /// <summary>Gets or sets whether its Kubernetes API was brought up.</summary>
    public bool ApiStarted { get; set; }

    [JsonIgnore]
    public bool IsFailed => Status.EndsWith("_FAILED", StringComparison.Ordinal);

    [JsonIgnore]
    public bool IsBusy => Status.EndsWith("_IN_PROGRESS", StringComparison.Ordinal);

    [JsonIgnore]
    public NodeGroup Masters => NodeGroups.Find(g => g is { IsDefault: true, Role: "master" })!;

    [JsonIgnore]
    public NodeGroup Workers => NodeGroups.Find(g => g.IsDefault && g.Role != "master")!;
}

/// <summary>An authority as it is kept.</summary>
internal sealed record SavedAuthority(string Certificate, string Key);

/// <summary>A node group's row.</summary>
internal sealed class NodeGroup
{
    public int Id { get; set; }

    public required string Uuid { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    public required string FlavorId { get; init; }

    public required string ImageId { get; set; }

    public int? DockerVolumeSize { get; init; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public int NodeCount { get; set; }

    public int MinNodeCount { get; set; }

    public int? MaxNodeCount { get; set; }

    public bool IsDefault { get; init; }

    public string? StackId { get; set; }

    public string Status { get; set; } = "CREATE_IN_PROGRESS";

    public string? StatusReason { get; set; }

    public List<string> NodeAddresses { get; set; } = [];

    public string? Version { get; set; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; set; }
}

/// <summary>A quota's row.</summary>
internal sealed class MagnumQuota
{
    public int Id { get; init; }

    public required string ProjectId { get; init; }

    public int HardLimit { get; set; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; set; }
}
