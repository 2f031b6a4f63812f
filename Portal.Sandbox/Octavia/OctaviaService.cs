using System.Text.Json.Nodes;
using Portal.Sandbox.Heat;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Octavia;

/// <summary>Octavia v2: the load balancers of clusters, and quotas.</summary>
internal sealed class OctaviaService(SandboxContext context) : OpenStackService(context, "octavia", 26876)
{
    private static readonly string[] Versions = ["v2.0", "v2.26"];

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (Cloud.Gate)
        {
            QuotaSeed.Fill(Cloud, Context.Declarations?["octavia"]?["quotas"]);
        }

        return Task.CompletedTask;
    }

    public override JsonNode? Save() => null;

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path is not [])
        {
            return false;
        }

        var versions = Versions.Select(id => (JsonNode?)new JsonObject
        {
            ["id"] = id,
            ["status"] = id == "v2.26" ? "CURRENT" : "SUPPORTED",
            ["updated"] = "2021-10-26T00:00:00Z",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Address + "/v2" }),
        });
        await Reply.JsonAsync(http, 200, new JsonObject { ["versions"] = new JsonArray([.. versions]) });
        return true;
    }

    protected override Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        var rest = path is ["v2" or "v2.0", "lbaas", .. var tail] ? tail : path is ["v2" or "v2.0", .. var bare] ? bare : [];
        lock (Cloud.Gate)
        {
            return (http.Request.Method, rest) switch
            {
                ("GET", ["loadbalancers"]) => Reply.JsonAsync(http, 200, new JsonObject { ["loadbalancers"] = new JsonArray([.. LoadBalancers(token)]), ["loadbalancers_links"] = new JsonArray() }),
                ("GET", ["loadbalancers", var id]) when LoadBalancers(token).FirstOrDefault(l => l["id"]!.ToString() == id) is { } found => Reply.JsonAsync(http, 200, new JsonObject { ["loadbalancer"] = found }),
                ("GET", ["quotas", var project]) when project == token.ProjectId || token.IsAdmin => Reply.JsonAsync(http, 200, new JsonObject { ["quota"] = Quota(project) }),
                ("GET", ["quotas", _]) => Fault(http, 403, "Policy does not allow this request to be performed."),
                _ => Fault(http, 404, "The requested resource was not found."),
            };
        }
    }

    private static Task Fault(HttpContext http, int status, string words) =>
        Reply.JsonAsync(http, status, new JsonObject { ["faultcode"] = "Client", ["faultstring"] = words, ["debuginfo"] = null });

    private IEnumerable<JsonObject> LoadBalancers(TokenInfo token) => Made(token).Concat(Left(token));

    // What the cloud controller of a cluster made for a service, and its deletion did not take away.
    private IEnumerable<JsonObject> Left(TokenInfo token) =>
        from stack in Cloud.Stacks.Values
        where stack.FailureCause == "delete-load-balancer" && (stack.ProjectId == token.ProjectId || token.IsAdmin)
        let cluster = stack.Parameters["cluster_uuid"]
        select Show(StackFailures.LeftOver(cluster), $"kube_service_{cluster}_default_web", $"Kubernetes external service default/web from cluster {cluster}", "PENDING_DELETE", "OFFLINE", stack, stack.Created, null);

    private IEnumerable<JsonObject> Made(TokenInfo token) =>
        from stack in Cloud.Stacks.Values
        where stack.ProjectId == token.ProjectId || token.IsAdmin
        from resource in stack.Resources
        where resource.Type.EndsWith("::LoadBalancer", StringComparison.Ordinal) && resource.Exists
        let status = resource.State switch { "COMPLETE" => "ACTIVE", "FAILED" => "ERROR", _ => resource.Action == "DELETE" ? "PENDING_DELETE" : "PENDING_CREATE" }
        select Show(resource.PhysicalId, $"{stack.Name}-loadbalancer", "", status, resource.IsDone ? "ONLINE" : "OFFLINE", stack, resource.Created, resource.Updated);

    private static JsonObject Show(string id, string name, string description, string status, string operating, Stack stack, DateTimeOffset created, DateTimeOffset? updated) => new()
    {
        ["id"] = id,
        ["name"] = name,
        ["description"] = description,
        ["provisioning_status"] = status,
        ["operating_status"] = operating,
        ["admin_state_up"] = true,
        ["project_id"] = stack.ProjectId,
        ["tenant_id"] = stack.ProjectId,
        ["provider"] = "amphora",
        ["vip_address"] = "10.0.0.5",
        ["vip_network_id"] = null,
        ["created_at"] = Ids.ZuluTime(created)?.TrimEnd('Z'),
        ["updated_at"] = Ids.ZuluTime(updated)?.TrimEnd('Z'),
        ["listeners"] = new JsonArray(),
        ["pools"] = new JsonArray(),
        ["tags"] = new JsonArray(),
    };

    private JsonObject Quota(string project)
    {
        var quota = new JsonObject();
        foreach (var name in new[] { "load_balancer", "listener", "pool", "health_monitor", "member" })
        {
            quota[name] = Cloud.Quotas.Limit(project, name);
        }

        return quota;
    }
}
