using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Health, version, settings, audit.</summary>
internal static class SystemEndpoints
{
    private static readonly string[] Components = ["core", "database", "jobservice", "portal", "redis", "registry", "registryctl"];

    private static readonly Dictionary<string, Func<HarborAudit, object?>> AuditFields = new(StringComparer.Ordinal)
    {
        ["id"] = a => a.Id,
        ["op_time"] = a => a.At,
        ["operation"] = a => a.Operation,
        ["resource"] = a => a.Resource,
        ["resource_type"] = a => a.ResourceType,
        ["username"] = a => a.Username,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", "/api/version", _ => HarborAnswer.Text("{\"version\":\"v2.0\"}", "text/plain; charset=utf-8")),
        new("GET", "/api/v2.0/ping", _ => HarborAnswer.Text("Pong", "text/plain")) { Produces = "text/plain" },
        new("GET", "/api/v2.0/health", Health),
        new("GET", "/api/v2.0/systeminfo", SystemInfo),
        new("GET", "/api/v2.0/systeminfo/volumes", Volumes),
        new("GET", "/api/v2.0/configurations", Configurations),
        new("PUT", "/api/v2.0/configurations", Configure, new("configurations")),
        new("GET", "/api/v2.0/audit-logs", Audit),
        new("GET", "/api/v2.0/statistics", Statistics),
    ];

    public static HarborAnswer AuditAnswer(HarborQuery query, IEnumerable<HarborAudit> entries) => query.Answer(
        entries,
        AuditFields,
        a => new JsonObject
        {
            ["id"] = a.Id,
            ["op_time"] = HarborAnswer.Time(a.At),
            ["operation"] = a.Operation,
            ["resource"] = a.Resource,
            ["resource_type"] = a.ResourceType,
            ["username"] = a.Username,
        },
        "-op_time,-id");

    /// <summary>Always 200; the switch <c>harbor_unhealthy</c> takes two components down, a dead registry behind it a third.</summary>
    private static HarborAnswer Health(HarborCall call)
    {
        var down = call.Server.IsUnhealthy();
        var components = Components.Select(name =>
        {
            var sick = name == "registry" ? call.IsRegistryDown : down && name is "jobservice" or "registryctl";
            var wire = new JsonObject { ["name"] = name, ["status"] = sick ? "unhealthy" : "healthy" };
            if (sick)
            {
                var host = name + ".internal.sandbox.invalid";
                wire["error"] = $"failed to check health: Get \"http://{host}{name switch { "jobservice" => "/api/v1/stats", "registry" => "/", _ => "/api/health" }}\": dial tcp {host}: connect: connection refused";
            }

            return wire;
        });
        return HarborAnswer.Ok(new JsonObject { ["components"] = new JsonArray([.. components]), ["status"] = down || call.IsRegistryDown ? "unhealthy" : "healthy" });
    }

    private static HarborAnswer SystemInfo(HarborCall call)
    {
        var settings = call.Server;
        var wire = new JsonObject
        {
            ["auth_mode"] = settings.Setting("auth_mode"),
            ["banner_message"] = settings.Setting("banner_message"),
            ["harbor_version"] = "v2.9.5-672ec4ad",
            ["primary_auth_mode"] = settings.Setting("primary_auth_mode") == "true",
            ["self_registration"] = settings.Setting("self_registration") == "true",
        };
        if (call.Caller.IsAuthenticated)
        {
            var url = settings.ExternalUrl();
            wire["current_time"] = HarborAnswer.Time(call.Now);
            wire["external_url"] = url;
            wire["has_ca_root"] = false;
            wire["notification_enable"] = settings.Setting("notification_enable") == "true";
            wire["project_creation_restriction"] = settings.Setting("project_creation_restriction");
            wire["read_only"] = settings.Setting("read_only") == "true";
            wire["registry_storage_provider_name"] = "filesystem";
            wire["registry_url"] = new Uri(url).Authority;
        }

        return HarborAnswer.Ok(wire);
    }

    private static HarborAnswer Volumes(HarborCall call)
    {
        call.Access.RequireSystem("system-volumes", "read");
        var volume = new JsonObject { ["free"] = 71525675008, ["total"] = 270553174016 };
        return HarborAnswer.Ok(new JsonObject { ["storage"] = new JsonArray(volume) });
    }

    private static HarborAnswer Configurations(HarborCall call)
    {
        call.Access.RequireSystem("configuration", "read");
        return HarborAnswer.Ok(HarborConfiguration.Write(call.State));
    }

    private static HarborAnswer Configure(HarborCall call)
    {
        call.Access.RequireSystem("configuration", "update");
        HarborConfiguration.Change(call.State, call.Body!);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Audit(HarborCall call)
    {
        var query = new HarborQuery(call);
        call.Access.Require();
        return AuditAnswer(query, call.State.Audit.Where(a => call.Caller.IsAdmin || (call.State.FindProject(a.ProjectId) is { } p && call.State.RoleOf(call.Caller.User, p) > 0)));
    }

    /// <summary>Administrators also see the storage used; others count what is theirs.</summary>
    private static HarborAnswer Statistics(HarborCall call)
    {
        call.Access.Require();
        var seen = call.State.Projects.Where(call.Access.Sees).ToList();
        long Count(bool isPublic) => seen.Count(p => p.IsPublic == isPublic);
        long Repositories(bool isPublic) => seen.Where(p => p.IsPublic == isPublic).Sum(call.Server.RepositoryCount);
        var wire = new JsonObject
        {
            ["private_project_count"] = Count(false),
            ["private_repo_count"] = Repositories(false),
            ["public_project_count"] = Count(true),
            ["public_repo_count"] = Repositories(true),
            ["total_project_count"] = Count(true) + Count(false),
            ["total_repo_count"] = Repositories(true) + Repositories(false),
        };
        if (call.Caller.IsAdmin)
        {
            wire["total_storage_consumption"] = call.Server.StorageTotal();
        }

        return HarborAnswer.Ok(wire);
    }
}
