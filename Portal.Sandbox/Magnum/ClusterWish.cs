using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>What the body of a creation asks for.</summary>
internal sealed record ClusterWish
{
    private static readonly string[] Known =
    [
        "name", "cluster_template_id", "keypair", "node_count", "master_count", "docker_volume_size", "labels", "merge_labels", "master_flavor_id", "flavor_id",
        "create_timeout", "discovery_url", "fixed_network", "fixed_subnet", "floating_ip_enabled", "master_lb_enabled", "uuid", "links", "stack_id", "status",
        "status_reason", "health_status", "health_status_reason", "api_address", "coe_version", "container_version", "project_id", "user_id", "node_addresses",
        "master_addresses", "faults", "labels_overridden", "labels_added", "labels_skipped", "created_at", "updated_at", "trust_id", "trustee_username", "trustee_password", "trustee_user_id",
    ];

    private static readonly string[] Words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "omega"];

    public required string Name { get; init; }

    public required string TemplateId { get; init; }

    public string? Keypair { get; init; }

    public int Nodes { get; init; } = 1;

    public int Masters { get; init; } = 1;

    public int? DockerVolumeSize { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public bool MergeLabels { get; init; }

    public string? MasterFlavor { get; init; }

    public string? Flavor { get; init; }

    public int Timeout { get; init; } = 60;

    public string? DiscoveryUrl { get; init; }

    public string? FixedNetwork { get; init; }

    public string? FixedSubnet { get; init; }

    public bool? FloatingIps { get; init; }

    public bool? MasterLb { get; init; }

    public static ClusterWish Read(JsonObject body, MicroVersion version)
    {
        var fields = new Fields(body, "cluster").Only(Known);
        var zero = version >= MicroVersion.V(10) ? 0 : 1;

        // Types are looked at before ranges.
        foreach (var number in new[] { "node_count", "master_count", "create_timeout", "docker_volume_size" })
        {
            fields.Integer(number);
        }

        return new ClusterWish
        {
            Name = fields.Name() ?? $"{Words[Random.Shared.Next(Words.Length)]}-{Random.Shared.Next(1, 25)}-cluster",
            Masters = fields.Integer("master_count", 1) ?? 1,
            Nodes = fields.Integer("node_count", zero) ?? 1,
            Timeout = fields.Integer("create_timeout", 0) ?? 60,
            DockerVolumeSize = fields.Integer("docker_volume_size", 1),
            TemplateId = fields.Text("cluster_template_id") ?? throw MagnumException.Missing("cluster_template_id"),
            Keypair = fields.Text("keypair"),
            Labels = fields.Labels(),
            MergeLabels = fields.Flag("merge_labels") ?? false,
            MasterFlavor = fields.Text("master_flavor_id"),
            Flavor = fields.Text("flavor_id"),
            DiscoveryUrl = fields.Text("discovery_url"),
            FixedNetwork = fields.Text("fixed_network"),
            FixedSubnet = fields.Text("fixed_subnet"),
            FloatingIps = fields.Flag("floating_ip_enabled"),
            MasterLb = fields.Flag("master_lb_enabled"),
        };
    }

    /// <summary>Makes the row, with what the template gives; checks what it names in the cloud.</summary>
    public Cluster ToCluster(MagnumState state, ClusterTemplate template, TokenInfo token, DateTimeOffset now)
    {
        var cloud = state.Cloud;
        var project = token.ProjectId ?? "";
        var keypair = Keypair ?? template.Text("keypair_id");
        var flavor = Flavor ?? template.Text("flavor_id") ?? "m1.medium";
        var masterFlavor = MasterFlavor ?? template.Text("master_flavor_id") ?? "m1.medium";
        TemplateFields.CheckFlavor(cloud, Flavor ?? template.Text("flavor_id"));
        TemplateFields.CheckFlavor(cloud, MasterFlavor ?? template.Text("master_flavor_id"));
        if (keypair is not null && cloud.FindKeypair(keypair, token.UserId, token.UserName) is null)
        {
            throw new MagnumException(404, $"Unable to find keypair {keypair}.");
        }

        var lb = MasterLb ?? template.Flag("master_lb_enabled");
        if (Masters > 1 && !lb)
        {
            throw new MagnumException(400, "master_count must be 1 when master_lb_enabled is False");
        }

        var cluster = new Cluster
        {
            Id = state.NextCluster(),
            Uuid = Ids.Uuid(),
            Name = Name,
            ProjectId = project,
            UserId = token.UserId,
            UserName = token.UserName,
            TemplateId = template.Uuid,
            Keypair = keypair,
            DockerVolumeSize = DockerVolumeSize ?? (template.Values["docker_volume_size"] is null ? null : template.Number("docker_volume_size")),
            Labels = Labels is null ? template.Labels : MergeLabels ? LabelMaps.Merge(template.Labels, Labels) : Labels,
            CreateTimeout = Timeout,
            FixedNetwork = FixedNetwork ?? template.Text("fixed_network"),
            FixedSubnet = FixedSubnet ?? template.Text("fixed_subnet"),
            FloatingIpEnabled = FloatingIps ?? template.Flag("floating_ip_enabled"),
            MasterLbEnabled = lb,
            MasterFlavor = masterFlavor,
            Flavor = flavor,
            DiscoveryUrl = DiscoveryUrl,
            Created = now,
        };
        AddGroups(state, cluster, template);
        return cluster;
    }

    private void AddGroups(MagnumState state, Cluster cluster, ClusterTemplate template)
    {
        foreach (var (role, count, flavor) in new[] { ("master", Masters, cluster.MasterFlavor), ("worker", Nodes, cluster.Flavor) })
        {
            cluster.NodeGroups.Add(new NodeGroup
            {
                Id = state.NextGroup(),
                Uuid = Ids.Uuid(),
                Name = "default-" + role,
                Role = role,
                FlavorId = flavor,
                ImageId = template.Text("image_id")!,
                DockerVolumeSize = cluster.DockerVolumeSize,
                Labels = cluster.Labels,
                NodeCount = count,
                IsDefault = true,
                Created = cluster.Created,
            });
        }
    }
}
