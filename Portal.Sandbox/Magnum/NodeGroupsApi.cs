using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <summary><c>/v1/clusters/{id}/nodegroups</c>.</summary>
internal sealed class NodeGroupsApi(MagnumState state, Conductor conductor)
{
    private static readonly string[] Known =
    [
        "name", "docker_volume_size", "labels", "flavor_id", "image_id", "node_count", "role", "min_node_count", "max_node_count", "merge_labels",
        "id", "uuid", "cluster_id", "project_id", "links", "node_addresses", "is_default", "stack_id", "status", "status_reason", "version",
    ];

    private static readonly Dictionary<string, Func<NodeGroup, IComparable?>> SortKeys = new(StringComparer.Ordinal)
    {
        ["id"] = g => g.Id,
        ["uuid"] = g => g.Uuid,
        ["name"] = g => g.Name,
        ["role"] = g => g.Role,
        ["created_at"] = g => g.Created,
        ["node_count"] = g => g.NodeCount,
    };

    public Task AnswerAsync(MagnumRequest request)
    {
        request.Needs(9);
        var cluster = state.Find(request.Token, request.Path[1]);
        return (request.Method, request.Path) switch
        {
            ("GET", [_, _, _]) => List(request, cluster),
            ("POST", [_, _, _]) => Create(request, cluster),
            ("GET", [_, _, _, var id]) => request.Reply(200, ClusterViews.FullGroup(request, cluster, MagnumState.FindGroup(cluster, id))),
            ("PATCH", [_, _, _, var id]) => Patch(request, cluster, MagnumState.FindGroup(cluster, id)),
            ("DELETE", [_, _, _, var id]) => Delete(request, cluster, MagnumState.FindGroup(cluster, id)),
            (_, [_, _, _] or [_, _, _, _]) => throw new RoutingException(405, "DELETE, GET, PATCH, POST"),
            _ => throw new RoutingException(404),
        };
    }

    private static Task List(MagnumRequest request, Cluster cluster)
    {
        var role = request.Query("role");
        var page = Pages.Cut(request, cluster.NodeGroups.Where(g => role is null || g.Role == role), g => g.Uuid, SortKeys, "Nodegroup", out var next);
        return request.Reply(200, Pages.Show("nodegroups", page.Select(ClusterViews.ShortGroup), next));
    }

    private Task Create(MagnumRequest request, Cluster cluster)
    {
        var fields = new Fields(request.Object, "nodegroup").Only(Known);
        var name = fields.Name() ?? throw MagnumException.Missing("name");
        var count = fields.Integer("node_count", request.Version >= MicroVersion.V(10) ? 0 : 1) ?? 1;
        var min = fields.Integer("min_node_count", 0) ?? (request.Version >= MicroVersion.V(10) ? 0 : 1);
        var max = fields.Integer("max_node_count", 0);
        var role = fields.Text("role") ?? "worker";
        if (role == "master")
        {
            throw new MagnumException(400, "Creating master nodegroups is currently not supported.");
        }

        if (cluster.ApiAddress is null)
        {
            throw new MagnumException(409, "Cluster API address is not available yet");
        }

        if (cluster.NodeGroups.Exists(g => g.Name == name))
        {
            throw new MagnumException(409, $"A node group with name {name} already exists in the cluster {cluster.Name}.");
        }

        CheckRange(name, count, min, max);
        TemplateFields.CheckFlavor(state.Cloud, fields.Text("flavor_id"));
        var labels = fields.Labels();
        var group = new NodeGroup
        {
            Id = state.NextGroup(),
            Uuid = Ids.Uuid(),
            Name = name,
            Role = role,
            FlavorId = fields.Text("flavor_id") ?? cluster.Flavor,
            ImageId = fields.Text("image_id") ?? cluster.Workers.ImageId,
            DockerVolumeSize = fields.Integer("docker_volume_size", 1) ?? cluster.DockerVolumeSize,
            Labels = labels is null ? cluster.Labels : fields.Flag("merge_labels") == true ? LabelMaps.Merge(cluster.Labels, labels) : labels,
            NodeCount = count,
            MinNodeCount = min,
            MaxNodeCount = max,
            Created = state.Cloud.Now,
        };
        cluster.NodeGroups.Add(group);
        conductor.CreateGroup(cluster, group);
        return request.Reply(202, ClusterViews.NewGroup(request, cluster, group));
    }

    private static void CheckRange(string name, int count, int min, int? max)
    {
        if (max < min)
        {
            throw new MagnumException(409, $"max_node_count for {name} is invalid (min_node_count ({min}) should be less or equal to max_node_count ({max})).");
        }

        if (count > max)
        {
            throw new MagnumException(409, $"max_node_count for {name} is invalid (node_count ({count}) should be less or equal to max_node_count ({max})).");
        }

        if (count < min)
        {
            throw new MagnumException(409, $"min_node_count for {name} is invalid (min_node_count ({min}) should be less or equal to node_count ({count})).");
        }
    }

    private Task Patch(MagnumRequest request, Cluster cluster, NodeGroup group)
    {
        var (patched, touched) = JsonPatch.Apply(request.Body, ClusterViews.FullGroup(request, cluster, group), []);
        var refused = touched.Where(n => n is not ("min_node_count" or "max_node_count")).Order(StringComparer.Ordinal).ToList();
        if (refused.Count > 0)
        {
            throw new MagnumException(400, $"cannot change nodegroup property(ies) {string.Join(", ", refused)}.");
        }

        var fields = new Fields(patched, "nodegroup");
        var min = fields.Integer("min_node_count", 0) ?? 0;
        var max = fields.Integer("max_node_count", 0);
        CheckRange(group.Name, group.NodeCount, min, max);
        (group.MinNodeCount, group.MaxNodeCount) = (min, max);
        var shown = ClusterViews.FullGroup(request, cluster, group);
        conductor.Touch(cluster, group);
        return request.Reply(202, shown);
    }

    private Task Delete(MagnumRequest request, Cluster cluster, NodeGroup group)
    {
        if (group.IsDefault)
        {
            throw new MagnumException(400, "Deleting a default nodegroup is not supported.");
        }

        conductor.DeleteGroup(cluster, group);
        return Reply.EmptyAsync(request.Http, 204);
    }
}
