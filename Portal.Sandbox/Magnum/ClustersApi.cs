using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <summary><c>/v1/clusters</c> and their actions.</summary>
internal sealed class ClustersApi(MagnumState state, Conductor conductor)
{
    private static readonly Dictionary<string, Func<Cluster, IComparable?>> SortKeys = new(StringComparer.Ordinal)
    {
        ["id"] = c => c.Id,
        ["uuid"] = c => c.Uuid,
        ["name"] = c => c.Name,
        ["status"] = c => c.Status,
        ["created_at"] = c => c.Created,
        ["updated_at"] = c => c.Updated,
        ["stack_id"] = c => c.StackId,
        ["keypair"] = c => c.Keypair,
        ["cluster_template_id"] = c => c.TemplateId,
        ["health_status"] = c => c.HealthStatus,
        ["create_timeout"] = c => c.CreateTimeout,
        ["master_flavor_id"] = c => c.MasterFlavor,
        ["flavor_id"] = c => c.Flavor,
    };

    private readonly ClusterViews views = new(state);

    public Task AnswerAsync(MagnumRequest request) => (request.Method, request.Path) switch
    {
        ("GET", ["clusters"] or ["clusters", "detail"]) => List(request),
        ("POST", ["clusters"]) => Create(request),
        ("GET", ["clusters", var id]) => request.Reply(200, views.Full(request, state.Find(request.Token, id), faults: true)),
        ("PATCH", ["clusters", var id]) => Patch(request, id),
        ("DELETE", ["clusters", var id]) => Delete(request, id),
        ("POST", ["clusters", var id, "actions", "resize"]) => Resize(request, id),
        ("POST", ["clusters", var id, "actions", "upgrade"]) => Upgrade(request, id),
        (_, ["clusters"]) => throw new RoutingException(405, "GET, POST"),
        (_, ["clusters", _]) => throw new RoutingException(405, "DELETE, GET, PATCH, POST"),
        (_, ["clusters", _, "actions", "resize" or "upgrade"]) => throw new RoutingException(405, "POST"),
        _ => throw new RoutingException(404),
    };

    private Task List(MagnumRequest request)
    {
        if (request.Token.ProjectId is null)
        {
            // Filtered by user, no node groups are found, and the row cannot be shown.
            throw MagnumException.Invalid("master_count", "0", "Value should be greater or equal to 1");
        }

        var page = Pages.Cut(request, state.Seen(request.Token), c => c.Uuid, SortKeys, "Cluster", out var next);
        var detail = request.Path.Length == 2;
        return request.Reply(200, Pages.Show("clusters", page.Select(c => detail ? views.Full(request, c, faults: false) : ClusterViews.Short(request, c)), next));
    }

    private Task Create(MagnumRequest request)
    {
        var wish = ClusterWish.Read(request.Object, request.Version);
        var token = request.Token;
        var project = token.ProjectId ?? "";
        var limit = state.Quotas.Find(q => q.ProjectId == project)?.HardLimit ?? state.MaxClustersPerProject;
        var template = state.FindTemplate(token, wish.TemplateId);
        if (state.Clusters.Count(c => c.ProjectId == project) >= limit)
        {
            throw new MagnumException(403, $"Resource limit exceeded: You have reached the maximum clusters per project, {limit}. You may delete a cluster to make room for a new one.");
        }

        var cluster = wish.ToCluster(state, template, token, state.Cloud.Now);
        state.Clusters.Add(cluster);
        conductor.Create(cluster);
        return Accepted(request, cluster);
    }

    private Task Patch(MagnumRequest request, string id)
    {
        var cluster = state.Find(request.Token, id);
        var shown = ClusterViews.Short(request, cluster);
        shown["discovery_url"] = cluster.DiscoveryUrl;
        shown["health_status_reason"] = LabelMaps.Show(cluster.HealthReason);
        var (patched, touched) = JsonPatch.Apply(request.Body, shown, ["/cluster_template_id"]);
        var refused = touched.Where(n => n is not ("node_count" or "health_status" or "health_status_reason")).Order(StringComparer.Ordinal).ToList();
        if (refused.Count > 0)
        {
            throw new MagnumException(400, $"cannot change cluster property(ies) {string.Join(", ", refused)}.");
        }

        if (touched.Contains("health_status"))
        {
            cluster.HealthStatus = patched["health_status"]?.ToString();
        }

        if (touched.Contains("node_count"))
        {
            var count = new Fields(patched, "cluster").Integer("node_count", 0) ?? 1;
            Range(cluster.Workers, count);
            conductor.Resize(cluster, cluster.Workers, count, []);
        }

        return Accepted(request, cluster);
    }

    private Task Resize(MagnumRequest request, string id)
    {
        request.Needs(7);
        var fields = new Fields(request.Object, "cluster_resize_req").Only(["node_count", "nodes_to_remove", "nodegroup"]);
        var count = fields.Integer("node_count", 0) ?? throw MagnumException.Missing("node_count");
        var remove = (request.Object["nodes_to_remove"] as JsonArray)?.Select(PythonText.Str).ToList() ?? [];
        var cluster = state.Find(request.Token, id);
        var group = fields.Text("nodegroup") is { } name ? MagnumState.FindGroup(cluster, name) : cluster.Workers;
        if (group.Role == "master")
        {
            throw new MagnumException(400, "Resizing a master nodegroup is currently not supported.");
        }

        if (count == 0 && request.Version < MicroVersion.V(10))
        {
            throw MagnumException.Invalid("node_count", "0", "Value should be greater or equal to 1");
        }

        Range(group, count);
        conductor.Resize(cluster, group, count, remove);
        return Accepted(request, cluster);
    }

    private Task Upgrade(MagnumRequest request, string id)
    {
        request.Needs(8);
        var fields = new Fields(request.Object, "cluster_upgrade_req").Only(["cluster_template", "max_batch_size", "nodegroup"]);
        fields.Integer("max_batch_size", 1);
        var wanted = fields.Text("cluster_template") ?? throw MagnumException.Missing("cluster_template");
        var cluster = state.Find(request.Token, id);
        var template = state.FindTemplate(request.Token, wanted);
        if (fields.Text("nodegroup") is { } name)
        {
            MagnumState.FindGroup(cluster, name);
        }

        if (cluster.IsBusy || cluster.Status.EndsWith("_FAILED", StringComparison.Ordinal))
        {
            throw new MagnumException(400, $"Upgrading a cluster when status is \"{cluster.Status}\" is not supported.");
        }

        conductor.Upgrade(cluster, template);
        return Accepted(request, cluster);
    }

    private Task Delete(MagnumRequest request, string id)
    {
        conductor.Delete(state.Find(request.Token, id));
        return Reply.EmptyAsync(request.Http, 204);
    }

    private static void Range(NodeGroup group, int count)
    {
        if (count < group.MinNodeCount || count > group.MaxNodeCount)
        {
            throw new MagnumException(400, $"Resizing {group.Name} outside the allowed range: min_node_count = {group.MinNodeCount}, max_node_count = {group.MaxNodeCount?.ToString(CultureInfo.InvariantCulture) ?? "None"}");
        }
    }

    private static Task Accepted(MagnumRequest request, Cluster cluster) => request.Reply(202, new JsonObject { ["uuid"] = cluster.Uuid });
}
