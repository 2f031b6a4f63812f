using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Nova;

/// <summary>Nova v2.1 as far as clusters need it: keypairs, flavors, limits, quotas, servers of clusters.</summary>
internal sealed class NovaService(SandboxContext context) : OpenStackService(context, "nova", 26774)
{
    private static readonly string[] QuotaNames = ["instances", "cores", "ram", "key_pairs", "server_groups", "server_group_members"];

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (Cloud.Gate)
        {
            new NovaSeed(Cloud).Fill(Context.Declarations?["nova"], saved?["keypairs"].Deserialize<List<Keypair>>(SavedJson.Options));
        }

        return Task.CompletedTask;
    }

    public override JsonNode Save()
    {
        lock (Cloud.Gate)
        {
            return new JsonObject { ["keypairs"] = JsonSerializer.SerializeToNode(Cloud.Keypairs, SavedJson.Options) };
        }
    }

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path.Length > 1 || (path.Length == 1 && path[0] != "v2.1"))
        {
            return false;
        }

        var version = new JsonObject
        {
            ["id"] = "v2.1",
            ["status"] = "CURRENT",
            ["version"] = "2.93",
            ["min_version"] = "2.1",
            ["updated"] = "2013-07-23T11:33:21Z",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Address + "/v2.1/" }),
        };
        await Reply.JsonAsync(http, 200, path.Length == 0 ? new JsonObject { ["versions"] = new JsonArray(version) } : new JsonObject { ["version"] = version });
        return true;
    }

    protected override async Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        var asked = http.Request.Headers["OpenStack-API-Version"].ToString() is { } header && header.StartsWith("compute ", StringComparison.Ordinal) ? header[8..]
            : http.Request.Headers["X-OpenStack-Nova-API-Version"].ToString();
        var minor = asked == "latest" ? 93 : asked.Split('.') is [_, var text] && int.TryParse(text, out var given) ? given : 1;
        http.Response.Headers["OpenStack-API-Version"] = $"compute 2.{minor}";
        http.Response.Headers["X-OpenStack-Nova-API-Version"] = $"2.{minor}";
        http.Response.Headers.Vary = "OpenStack-API-Version, X-OpenStack-Nova-API-Version";
        var body = HttpMethods.IsPost(http.Request.Method) || HttpMethods.IsPut(http.Request.Method) ? await BodyAsync(http) : null;
        var rest = path is ["v2.1" or "v2", .. var tail] ? tail : [];
        if (rest.Length > 0 && rest[0] == token.ProjectId)
        {
            rest = rest[1..];
        }

        Task answer;
        lock (Cloud.Gate)
        {
            answer = Answer(http, rest, token, body, minor);
        }

        await answer;
    }

    private Task Answer(HttpContext http, string[] path, TokenInfo token, JsonNode? body, int minor) => (http.Request.Method, path) switch
    {
        ("GET", ["flavors"] or ["flavors", "detail"]) => Reply.JsonAsync(http, 200, new JsonObject { ["flavors"] = new JsonArray([.. Cloud.Flavors.Select(f => Flavor(f, path.Length == 2, minor))]) }),
        ("GET", ["flavors", var id, .. var more]) => Cloud.Flavors.Find(f => f.Id == id) is { } flavor
            ? Reply.JsonAsync(http, 200, more is ["os-extra_specs"] ? new JsonObject { ["extra_specs"] = new JsonObject() } : new JsonObject { ["flavor"] = Flavor(flavor, true, minor) })
            : Error(http, 404, "itemNotFound", $"Flavor {id} could not be found."),
        (_, ["os-keypairs", ..]) => new KeypairsApi(Cloud).AnswerAsync(http, path, token, body, minor),
        ("GET", ["limits"]) => Reply.JsonAsync(http, 200, Limits(http.Request.Query["tenant_id"].ToString() is { Length: > 0 } other && token.IsAdmin ? other : token.ProjectId ?? "", minor)),
        ("GET", ["os-quota-sets", var project, .. var more]) => QuotaSet(http, token, project, more is ["detail"]),
        ("PUT", ["os-quota-sets", var project]) => ChangeQuota(http, token, project, body),
        ("GET", ["servers", ..]) => new ServersApi(Cloud, Address).AnswerAsync(http, path, token, minor),
        ("GET", ["os-server-groups"]) => Reply.JsonAsync(http, 200, new JsonObject { ["server_groups"] = new JsonArray([.. Groups(token)]) }),
        ("GET", ["os-availability-zone", ..]) => Reply.JsonAsync(http, 200, new JsonObject { ["availabilityZoneInfo"] = new JsonArray(new JsonObject { ["zoneName"] = "nova", ["zoneState"] = new JsonObject { ["available"] = true }, ["hosts"] = null }) }),
        _ => Error(http, 404, "itemNotFound", "The resource could not be found."),
    };

    internal static Task Error(HttpContext http, int status, string kind, string message) =>
        Reply.JsonAsync(http, status, new JsonObject { [kind] = new JsonObject { ["code"] = status, ["message"] = message } });

    private JsonObject Flavor(Flavor flavor, bool detail, int minor)
    {
        var shown = new JsonObject
        {
            ["id"] = flavor.Id,
            ["name"] = flavor.Name,
            ["links"] = new JsonArray(
                new JsonObject { ["rel"] = "self", ["href"] = $"{Address}/v2.1/flavors/{flavor.Id}" },
                new JsonObject { ["rel"] = "bookmark", ["href"] = $"{Address}/flavors/{flavor.Id}" }),
        };
        if (detail)
        {
            shown["ram"] = flavor.Ram;
            shown["disk"] = flavor.Disk;
            shown["swap"] = minor >= 75 ? 0 : "";
            shown["OS-FLV-EXT-DATA:ephemeral"] = 0;
            shown["OS-FLV-DISABLED:disabled"] = false;
            shown["vcpus"] = flavor.Vcpus;
            shown["os-flavor-access:is_public"] = true;
            shown["rxtx_factor"] = 1.0;
        }

        if (minor >= 55)
        {
            shown["description"] = null;
        }

        if (minor >= 61 && detail)
        {
            shown["extra_specs"] = new JsonObject();
        }

        return shown;
    }

    private JsonObject Limits(string project, int minor)
    {
        int Max(string name) => Cloud.Quotas.Limit(project, name);
        int Used(string name) => Cloud.Used(project, name);
        var absolute = new JsonObject
        {
            ["maxTotalInstances"] = Max("instances"),
            ["maxTotalCores"] = Max("cores"),
            ["maxTotalRAMSize"] = Max("ram"),
            ["maxTotalKeypairs"] = Max("key_pairs"),
            ["maxServerGroups"] = Max("server_groups"),
            ["maxServerGroupMembers"] = Max("server_group_members"),
            ["totalRAMUsed"] = Used("ram"),
            ["totalCoresUsed"] = Used("cores"),
            ["totalInstancesUsed"] = Used("instances"),
            ["totalServerGroupsUsed"] = Used("server_groups"),
        };
        if (minor < 57)
        {
            absolute["maxServerMeta"] = 128;
            absolute["maxImageMeta"] = 128;
            absolute["maxPersonality"] = 5;
            absolute["maxPersonalitySize"] = 10240;
        }
        else
        {
            absolute["maxServerMeta"] = 128;
        }

        if (minor < 36)
        {
            absolute["maxSecurityGroups"] = -1;
            absolute["maxSecurityGroupRules"] = -1;
            absolute["maxTotalFloatingIps"] = -1;
            absolute["totalSecurityGroupsUsed"] = 0;
            absolute["totalFloatingIpsUsed"] = 0;
        }

        return new JsonObject { ["limits"] = new JsonObject { ["rate"] = new JsonArray(), ["absolute"] = absolute } };
    }

    private Task QuotaSet(HttpContext http, TokenInfo token, string project, bool detail)
    {
        if (project != token.ProjectId && !token.IsAdmin)
        {
            return Error(http, 403, "forbidden", "Policy doesn't allow os_compute_api:os-quota-sets:show to be performed.");
        }

        var set = new JsonObject { ["id"] = project };
        foreach (var name in QuotaNames)
        {
            set[name] = detail
                ? new JsonObject { ["in_use"] = Cloud.Used(project, name), ["limit"] = Cloud.Quotas.Limit(project, name), ["reserved"] = 0 }
                : Cloud.Quotas.Limit(project, name);
        }

        return Reply.JsonAsync(http, 200, new JsonObject { ["quota_set"] = set });
    }

    private Task ChangeQuota(HttpContext http, TokenInfo token, string project, JsonNode? body)
    {
        if (!token.IsAdmin)
        {
            return Error(http, 403, "forbidden", "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed.");
        }

        foreach (var (name, value) in body?["quota_set"] as JsonObject ?? [])
        {
            if (QuotaNames.Contains(name))
            {
                Cloud.Quotas.Change(project, name, value!.GetValue<int>());
            }
        }

        return QuotaSet(http, token, project, false);
    }

    private IEnumerable<JsonNode> Groups(TokenInfo token) => Cloud.Stacks.Values.Where(s => s.ProjectId == token.ProjectId)
        .SelectMany(s => s.Resources.Where(r => r.Type == "OS::Nova::ServerGroup" && r.Exists).Select(r => new JsonObject
        {
            ["id"] = r.PhysicalId,
            ["name"] = $"{s.Name}-{r.Name}-{r.PhysicalId[..8]}",
            ["policies"] = new JsonArray("soft-anti-affinity"),
            ["members"] = new JsonArray(),
            ["metadata"] = new JsonObject(),
            ["project_id"] = s.ProjectId,
            ["user_id"] = token.UserId,
        }));
}
