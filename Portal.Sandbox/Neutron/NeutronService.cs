using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Neutron;

/// <summary>Neutron v2.0: networks, subnets, floating IPs, quotas, to read.</summary>
internal sealed class NeutronService(SandboxContext context) : OpenStackService(context, "neutron", 26696)
{
    private static readonly string[] QuotaNames = ["network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule"];

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (Cloud.Gate)
        {
            var declared = Context.Declarations?["neutron"];
            QuotaSeed.Fill(Cloud, declared?["quotas"]);
            foreach (var network in declared?["networks"] as JsonArray ?? [])
            {
                var name = network!["name"]!.ToString();
                Cloud.Networks.Add(new Network
                {
                    Id = network["id"]?.ToString() ?? saved?["ids"]?[name]?.ToString() ?? Ids.Uuid(),
                    Name = name,
                    External = network["external"]?.GetValue<bool>() ?? false,
                    Shared = network["shared"]?.GetValue<bool>() ?? false,
                    ProjectId = Cloud.ProjectId(network["project"]?.ToString() ?? "admin"),
                    Subnets = [.. (network["subnets"] as JsonArray ?? []).Select(s => new Subnet(saved?["ids"]?[$"{name}/{s!["name"]}"]?.ToString() ?? Ids.Uuid(), s!["name"]!.ToString(), s["cidr"]!.ToString()))],
                    Created = Cloud.Now.AddDays(-90),
                });
            }
        }

        return Task.CompletedTask;
    }

    public override JsonNode Save()
    {
        lock (Cloud.Gate)
        {
            var ids = new JsonObject();
            foreach (var network in Cloud.Networks)
            {
                ids[network.Name] = network.Id;
                foreach (var subnet in network.Subnets)
                {
                    ids[$"{network.Name}/{subnet.Name}"] = subnet.Id;
                }
            }

            return new JsonObject { ["ids"] = ids };
        }
    }

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path is not [])
        {
            return false;
        }

        var version = new JsonObject { ["id"] = "v2.0", ["status"] = "CURRENT", ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Address + "/v2.0/" }) };
        await Reply.JsonAsync(http, 200, new JsonObject { ["versions"] = new JsonArray(version) });
        return true;
    }

    protected override Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        var views = new NeutronViews(Cloud);
        var query = http.Request.Query;
        lock (Cloud.Gate)
        {
            return (http.Request.Method, path.Length > 0 ? path[^1] = path[^1].Replace(".json", "", StringComparison.Ordinal) : "", path) switch
            {
                ("GET", _, ["v2.0"]) => Reply.JsonAsync(http, 200, new JsonObject { ["resources"] = new JsonArray() }),
                ("GET", _, ["v2.0", "extensions", ..]) => Reply.JsonAsync(http, 200, new JsonObject { ["extensions"] = new JsonArray() }),
                ("GET", _, ["v2.0", "networks"]) => Reply.JsonAsync(http, 200, NeutronViews.List("networks", views.Networks(token), query)),
                ("GET", _, ["v2.0", "subnets"]) => Reply.JsonAsync(http, 200, NeutronViews.List("subnets", views.Subnets(token), query)),
                ("GET", _, ["v2.0", "floatingips"]) => Reply.JsonAsync(http, 200, NeutronViews.List("floatingips", views.FloatingIps(token), query)),
                ("GET", _, ["v2.0", "ports"]) => Reply.JsonAsync(http, 200, NeutronViews.List("ports", views.Ports(token, query["fixed_ips"]), query)),
                ("GET", _, ["v2.0", "networks", var id]) => One(http, "network", views.Networks(token), id),
                ("GET", _, ["v2.0", "subnets", var id]) => One(http, "subnet", views.Subnets(token), id),
                ("GET", _, ["v2.0", "floatingips", var id]) => One(http, "floatingip", views.FloatingIps(token), id),
                ("GET", _, ["v2.0", "quotas", var project]) => Quota(http, token, project, false),
                ("GET", _, ["v2.0", "quotas", var project, "details"]) => Quota(http, token, project, true),
                ("GET", _, ["v2.0", var kind]) => Reply.JsonAsync(http, 200, new JsonObject { [kind.Replace('-', '_')] = new JsonArray() }),
                _ => NotFound(http, "HTTPNotFound", "The resource could not be found."),
            };
        }
    }

    private static Task One(HttpContext http, string kind, IEnumerable<JsonObject> seen, string id) =>
        seen.FirstOrDefault(o => o["id"]!.ToString() == id) is { } found
            ? Reply.JsonAsync(http, 200, new JsonObject { [kind] = found })
            : NotFound(http, char.ToUpperInvariant(kind[0]) + kind[1..] + "NotFound", $"{char.ToUpperInvariant(kind[0])}{kind[1..]} {id} could not be found.");

    private static Task NotFound(HttpContext http, string type, string message) => Reply.JsonAsync(http, 404, new JsonObject
    {
        ["NeutronError"] = new JsonObject { ["type"] = type, ["message"] = message, ["detail"] = "" },
    });

    private Task Quota(HttpContext http, TokenInfo token, string project, bool details)
    {
        if (project != token.ProjectId && !token.IsAdmin)
        {
            return Reply.JsonAsync(http, 403, new JsonObject { ["NeutronError"] = new JsonObject { ["type"] = "AdminRequired", ["message"] = "User does not have admin privileges: Non-admin is not authorised to view quotas.", ["detail"] = "" } });
        }

        var quota = new JsonObject();
        foreach (var name in QuotaNames)
        {
            quota[name] = details
                ? new JsonObject { ["limit"] = Cloud.Quotas.Limit(project, name), ["used"] = Cloud.Used(project, name), ["reserved"] = 0 }
                : Cloud.Quotas.Limit(project, name);
        }

        return Reply.JsonAsync(http, 200, new JsonObject { ["quota"] = quota });
    }
}
