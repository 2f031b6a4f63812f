using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Cinder;

/// <summary>Cinder v3: limits, quotas, volume types.</summary>
internal sealed class CinderService(SandboxContext context) : OpenStackService(context, "cinder", 26776)
{
    private readonly List<(string Id, string Name, string Description)> types = [];

    public override Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        lock (Cloud.Gate)
        {
            var declared = Context.Declarations?["cinder"];
            QuotaSeed.Fill(Cloud, declared?["quotas"]);
            foreach (var type in declared?["volume_types"] as JsonArray ?? [new JsonObject { ["name"] = "__DEFAULT__", ["description"] = "Default Volume Type" }])
            {
                var name = type!["name"]!.ToString();
                types.Add((saved?["ids"]?[name]?.ToString() ?? Ids.Uuid(), name, type["description"]?.ToString() ?? ""));
            }
        }

        return Task.CompletedTask;
    }

    public override JsonNode Save() => new JsonObject { ["ids"] = new JsonObject(types.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)t.Id))) };

    protected override async Task<bool> AnswerOpenAsync(HttpContext http, string[] path)
    {
        if (path is not ([] or ["v3"]))
        {
            return false;
        }

        var version = new JsonObject
        {
            ["id"] = "v3.0",
            ["status"] = "CURRENT",
            ["version"] = "3.70",
            ["min_version"] = "3.0",
            ["updated"] = "2022-09-23T00:00:00Z",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Address + "/v3/" }),
            ["media-types"] = new JsonArray(new JsonObject { ["base"] = "application/json", ["type"] = "application/vnd.openstack.volume+json;version=3" }),
        };
        await Reply.JsonAsync(http, path is [] ? 300 : 200, new JsonObject { ["versions"] = new JsonArray(version) });
        return true;
    }

    protected override Task AnswerAsync(HttpContext http, string[] path, TokenInfo token)
    {
        http.Response.Headers["OpenStack-API-Version"] = "volume 3.0";
        var rest = path is ["v3", .. var tail] ? tail : [];
        var project = token.ProjectId ?? "";
        if (rest.Length > 0 && rest[0] == project)
        {
            rest = rest[1..];
        }

        lock (Cloud.Gate)
        {
            return (http.Request.Method, rest) switch
            {
                ("GET", ["limits"]) => Reply.JsonAsync(http, 200, Limits(project)),
                ("GET", ["types"]) => Reply.JsonAsync(http, 200, new JsonObject { ["volume_types"] = new JsonArray([.. types.Select(Type)]) }),
                ("GET", ["types", "default"]) when types.Count > 0 => Reply.JsonAsync(http, 200, new JsonObject { ["volume_type"] = Type(types[0]) }),
                ("GET", ["os-quota-sets", var of]) when of == project || token.IsAdmin => Reply.JsonAsync(http, 200, new JsonObject { ["quota_set"] = QuotaSet(of, http.Request.Query["usage"] == "True") }),
                ("GET", ["volumes" or "snapshots" or "backups", ..]) => Reply.JsonAsync(http, 200, new JsonObject { [rest[0]] = new JsonArray() }),
                _ => Reply.JsonAsync(http, 404, new JsonObject { ["itemNotFound"] = new JsonObject { ["code"] = 404, ["message"] = "The resource could not be found." } }),
            };
        }
    }

    private static JsonObject Type((string Id, string Name, string Description) type) => new()
    {
        ["id"] = type.Id,
        ["name"] = type.Name,
        ["is_public"] = true,
        ["description"] = type.Description,
        ["extra_specs"] = new JsonObject(),
        ["qos_specs_id"] = null,
        ["os-volume-type-access:is_public"] = true,
    };

    private JsonObject Limits(string project) => new()
    {
        ["limits"] = new JsonObject
        {
            ["rate"] = new JsonArray(),
            ["absolute"] = new JsonObject
            {
                ["maxTotalVolumes"] = Cloud.Quotas.Limit(project, "volumes"),
                ["maxTotalSnapshots"] = Cloud.Quotas.Limit(project, "snapshots"),
                ["maxTotalVolumeGigabytes"] = Cloud.Quotas.Limit(project, "gigabytes"),
                ["maxTotalBackups"] = Cloud.Quotas.Limit(project, "backups"),
                ["maxTotalBackupGigabytes"] = Cloud.Quotas.Limit(project, "backup_gigabytes"),
                ["totalVolumesUsed"] = Cloud.Used(project, "volumes"),
                ["totalGigabytesUsed"] = Cloud.Used(project, "gigabytes"),
                ["totalSnapshotsUsed"] = 0,
                ["totalBackupsUsed"] = 0,
                ["totalBackupGigabytesUsed"] = 0,
            },
        },
    };

    private JsonObject QuotaSet(string project, bool usage)
    {
        var set = new JsonObject { ["id"] = project };
        foreach (var name in new[] { "volumes", "gigabytes", "snapshots", "backups", "backup_gigabytes" })
        {
            set[name] = usage
                ? new JsonObject { ["limit"] = Cloud.Quotas.Limit(project, name), ["in_use"] = Cloud.Used(project, name), ["reserved"] = 0, ["allocated"] = 0 }
                : Cloud.Quotas.Limit(project, name);
        }

        return set;
    }
}
