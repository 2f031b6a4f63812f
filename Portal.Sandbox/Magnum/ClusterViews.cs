using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <summary>Clusters and node groups as Magnum shows them.</summary>
internal sealed class ClusterViews(MagnumState state)
{
    public static JsonObject Short(MagnumRequest request, Cluster cluster)
    {
        var shown = Head(request, cluster);
        shown["stack_id"] = cluster.StackId;
        shown["status"] = cluster.Status;
        shown["health_status"] = cluster.HealthStatus;
        shown["merge_labels"] = false;
        return shown;
    }

    public JsonObject Full(MagnumRequest request, Cluster cluster, bool faults)
    {
        var shown = Head(request, cluster);
        shown["stack_id"] = cluster.StackId;
        shown["status"] = cluster.Status;
        shown["status_reason"] = cluster.StatusReason;
        shown["health_status"] = cluster.HealthStatus;
        shown["health_status_reason"] = LabelMaps.Show(cluster.HealthReason);
        shown["discovery_url"] = cluster.DiscoveryUrl;
        shown["api_address"] = cluster.ApiAddress;
        shown["coe_version"] = cluster.CoeVersion;
        shown["container_version"] = cluster.ContainerVersion;
        shown["project_id"] = cluster.ProjectId;
        shown["user_id"] = cluster.UserId;
        shown["node_addresses"] = Texts(cluster.NodeGroups.Where(g => g.Role != "master").SelectMany(g => g.NodeAddresses));
        shown["master_addresses"] = Texts(cluster.NodeGroups.Where(g => g.Role == "master").SelectMany(g => g.NodeAddresses));
        if (faults && cluster.IsFailed)
        {
            shown["faults"] = LabelMaps.Show(cluster.NodeGroups.Where(g => g.Status.EndsWith("_FAILED", StringComparison.Ordinal)).ToDictionary(g => g.Name, g => g.StatusReason ?? ""));
        }

        shown["fixed_network"] = cluster.FixedNetwork;
        shown["fixed_subnet"] = cluster.FixedSubnet;
        shown["floating_ip_enabled"] = cluster.FloatingIpEnabled;
        shown["merge_labels"] = false;
        LabelMaps.AddDifference(shown, state.TemplateOf(cluster)?.Labels ?? [], cluster.Labels);
        shown["master_lb_enabled"] = cluster.MasterLbEnabled;
        shown["created_at"] = Ids.Time(cluster.Created);
        shown["updated_at"] = Ids.Time(cluster.Updated);
        return shown;
    }

    /// <summary>A list's row: the limits are always the defaults there, whatever they are.</summary>
    public static JsonObject ShortGroup(NodeGroup group) => new()
    {
        ["uuid"] = group.Uuid,
        ["name"] = group.Name,
        ["flavor_id"] = group.FlavorId,
        ["image_id"] = group.ImageId,
        ["node_count"] = group.NodeCount,
        ["role"] = group.Role,
        ["min_node_count"] = 0,
        ["max_node_count"] = null,
        ["is_default"] = group.IsDefault,
        ["stack_id"] = group.StackId,
        ["status"] = group.Status,
        ["merge_labels"] = false,
    };

    public static JsonObject FullGroup(MagnumRequest request, Cluster cluster, NodeGroup group)
    {
        var shown = new JsonObject { ["id"] = group.Id };
        AddGroupHead(request, shown, cluster, group);
        shown["docker_volume_size"] = group.DockerVolumeSize;
        shown["node_addresses"] = Texts(group.NodeAddresses);
        shown["is_default"] = group.IsDefault;
        shown["stack_id"] = group.StackId;
        shown["status"] = group.Status;
        shown["status_reason"] = group.StatusReason;
        shown["version"] = group.Version;
        shown["created_at"] = Ids.Time(group.Created);
        shown["updated_at"] = Ids.Time(group.Updated);
        return shown;
    }

    /// <summary>What the answer to a creation shows: what was given and derived, nothing of the row.</summary>
    public static JsonObject NewGroup(MagnumRequest request, Cluster cluster, NodeGroup group)
    {
        var shown = new JsonObject();
        AddGroupHead(request, shown, cluster, group);
        if (group.DockerVolumeSize is { } size)
        {
            shown["docker_volume_size"] = size;
        }

        return shown;
    }

    private static void AddGroupHead(MagnumRequest request, JsonObject shown, Cluster cluster, NodeGroup group)
    {
        shown["uuid"] = group.Uuid;
        shown["name"] = group.Name;
        shown["cluster_id"] = cluster.Uuid;
        shown["project_id"] = cluster.ProjectId;
        shown["labels"] = LabelMaps.Show(group.Labels);
        shown["links"] = request.Links($"clusters/{cluster.Uuid}/nodegroups/{group.Uuid}");
        shown["flavor_id"] = group.FlavorId;
        shown["image_id"] = group.ImageId;
        shown["node_count"] = group.NodeCount;
        shown["role"] = group.Role;
        shown["min_node_count"] = group.MinNodeCount;
        shown["max_node_count"] = group.MaxNodeCount;
        shown["merge_labels"] = false;
        LabelMaps.AddDifference(shown, cluster.Labels, group.Labels);
    }

    private static JsonObject Head(MagnumRequest request, Cluster cluster) => new()
    {
        ["uuid"] = cluster.Uuid,
        ["name"] = cluster.Name,
        ["cluster_template_id"] = cluster.TemplateId,
        ["keypair"] = cluster.Keypair,
        ["node_count"] = cluster.NodeGroups.Where(g => g.Role != "master").Sum(g => g.NodeCount),
        ["master_count"] = cluster.NodeGroups.Where(g => g.Role == "master").Sum(g => g.NodeCount),
        ["docker_volume_size"] = cluster.DockerVolumeSize,
        ["labels"] = LabelMaps.Show(cluster.Labels),
        ["master_flavor_id"] = cluster.MasterFlavor,
        ["flavor_id"] = cluster.Flavor,
        ["create_timeout"] = cluster.CreateTimeout,
        ["links"] = request.Links($"clusters/{cluster.Uuid}"),
    };

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode?)v)]);
}
