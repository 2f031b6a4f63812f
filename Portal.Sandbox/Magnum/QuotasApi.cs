using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary><c>/v1/quotas</c>, <c>/v1/stats</c>.</summary>
internal sealed class QuotasApi(MagnumState state)
{
    private static readonly Dictionary<string, Func<MagnumQuota, IComparable?>> SortKeys = new(StringComparer.Ordinal)
    {
        ["id"] = q => q.Id,
        ["project_id"] = q => q.ProjectId,
        ["hard_limit"] = q => q.HardLimit,
        ["resource"] = _ => "Cluster",
        ["created_at"] = q => q.Created,
    };

    public Task AnswerAsync(MagnumRequest request)
    {
        request.Needs(6);
        return (request.Method, request.Path) switch
        {
            ("GET", ["quotas"]) => List(request),
            ("POST", ["quotas"]) => Create(request),
            ("GET", ["quotas", var project, var resource]) => Show(request, project, resource),
            ("PATCH", ["quotas", var project, var resource]) => Update(request, project, resource),
            ("DELETE", ["quotas", var project, var resource]) => Delete(request, project, resource),
            (_, ["quotas"] or ["quotas", _, _]) => throw new RoutingException(405, "DELETE, GET, PATCH, POST"),
            _ => throw new RoutingException(404),
        };
    }

    /// <summary>Counts clusters and nodes, masters with them.</summary>
    public Task StatsAsync(MagnumRequest request)
    {
        request.Needs(4);
        var project = request.Query("project_id");
        if (!request.Token.IsAdmin)
        {
            if (project is not null && project != request.Token.ProjectId)
            {
                throw MagnumException.NotAuthorized();
            }

            project = request.Token.ProjectId;
        }

        var clusters = state.Clusters.Where(c => project is null || c.ProjectId == project).ToList();
        return request.Reply(200, new JsonObject { ["clusters"] = clusters.Count, ["nodes"] = clusters.Sum(c => c.NodeGroups.Sum(g => g.NodeCount)) });
    }

    private Task List(MagnumRequest request)
    {
        Admin(request, "quota:get_all");
        var all = string.Equals(request.Query("all_tenants"), "true", StringComparison.OrdinalIgnoreCase);
        var page = Pages.Cut(request, state.Quotas.Where(q => all || q.ProjectId == request.Token.ProjectId), q => q.ProjectId, SortKeys, "Quota", out var next);
        return request.Reply(200, Pages.Show("quotas", page.Select(q => Body(q)), next));
    }

    private Task Create(MagnumRequest request)
    {
        Admin(request, "quota:create");
        var (project, limit) = Read(request.Object);
        project ??= request.Token.ProjectId ?? "";
        if (state.Cloud.Context.Find<ITokenAuthority>()?.FindProject(project) is null)
        {
            throw new MagnumException(404, $"The project_id {project} could not be found.");
        }

        if (state.Quotas.Exists(q => q.ProjectId == project))
        {
            throw new MagnumException(409, $"Quota for project {project} already exists for resource Cluster.");
        }

        var quota = new MagnumQuota { Id = state.NextQuota(), ProjectId = project, HardLimit = limit ?? state.MaxClustersPerProject, Created = state.Cloud.Now };
        state.Quotas.Add(quota);
        var body = Body(quota);
        body["created_at"] = Ids.TimeExact(quota.Created);
        return request.Reply(201, body);
    }

    private Task Show(MagnumRequest request, string project, string resource)
    {
        if (!request.Token.IsAdmin && project != request.Token.ProjectId)
        {
            throw MagnumException.NotAuthorized();
        }

        return state.Quotas.Find(q => q.ProjectId == project && resource == "Cluster") is { } quota
            ? request.Reply(200, Body(quota))
            : request.Reply(200, new JsonObject { ["hard_limit"] = state.MaxClustersPerProject, ["project_id"] = project, ["resource"] = resource });
    }

    private Task Update(MagnumRequest request, string project, string resource)
    {
        Admin(request, "quota:update");
        var (_, limit) = Read(request.Object);
        var quota = Row(project, resource);
        quota.HardLimit = limit ?? quota.HardLimit;
        quota.Updated = state.Cloud.Now;
        var body = Body(quota);
        body["updated_at"] = Ids.TimeExact(quota.Updated.Value);
        return request.Reply(202, body);
    }

    private Task Delete(MagnumRequest request, string project, string resource)
    {
        Admin(request, "quota:delete");
        state.Quotas.Remove(Row(project, resource));
        return Reply.EmptyAsync(request.Http, 204);
    }

    private MagnumQuota Row(string project, string resource) => state.Quotas.Find(q => q.ProjectId == project && resource == "Cluster")
        ?? throw new MagnumException(404, $"Quota could not be found for project {project} and resource {resource}.");

    private static (string? Project, int? Limit) Read(JsonObject body)
    {
        var fields = new Fields(body, "quota").Only(["id", "project_id", "resource", "hard_limit", "created_at", "updated_at"]);
        fields.Integer("hard_limit");
        if (fields.OneOf("resource", "Cluster") is null)
        {
            throw MagnumException.Missing("resource");
        }

        return (fields.Text("project_id"), fields.Integer("hard_limit", 0));
    }

    private static void Admin(MagnumRequest request, string rule)
    {
        if (!request.Token.IsAdmin)
        {
            throw MagnumException.Policy(rule);
        }
    }

    private static JsonObject Body(MagnumQuota quota) => new()
    {
        ["id"] = quota.Id,
        ["hard_limit"] = quota.HardLimit,
        ["project_id"] = quota.ProjectId,
        ["resource"] = "Cluster",
        ["created_at"] = Ids.Time(quota.Created),
        ["updated_at"] = Ids.Time(quota.Updated),
    };
}
