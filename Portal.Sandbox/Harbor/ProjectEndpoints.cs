using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>Projects.</summary>
internal static partial class ProjectEndpoints
{
    private static readonly HarborShape Shape = new(
        "project",
        new("project_name", "ProjectReq", "string", 255),
        new("storage_limit", "ProjectReq", "int64"),
        new("metadata.public", "ProjectMetadata", "string"),
        new("metadata.auto_scan", "ProjectMetadata", "string"),
        new("metadata.prevent_vul", "ProjectMetadata", "string"),
        new("metadata.severity", "ProjectMetadata", "string"),
        new("metadata.enable_content_trust", "ProjectMetadata", "string"),
        new("metadata.enable_content_trust_cosign", "ProjectMetadata", "string"),
        new("metadata.reuse_sys_cve_allowlist", "ProjectMetadata", "string"));

    private static readonly Dictionary<string, Func<HarborProject, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["project_id"] = p => p.Id,
        ["name"] = p => p.Name,
        ["owner_id"] = p => p.OwnerId,
        ["public"] = p => p.IsPublic,
        ["creation_time"] = p => p.CreatedAt,
        ["update_time"] = p => p.UpdatedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", "/api/v2.0/projects", Create, Shape),
        new("GET", "/api/v2.0/projects", List),
        new("HEAD", "/api/v2.0/projects", Head),
        new("GET", "/api/v2.0/projects/{}", call => HarborAnswer.Ok(Write(call, call.Access.RequireProject(call.Values[0], "project", "read")))),
        new("PUT", "/api/v2.0/projects/{}", Update, Shape),
        new("DELETE", "/api/v2.0/projects/{}", Delete),
        new("GET", "/api/v2.0/projects/{}/_deletable", Deletable),
        new("GET", "/api/v2.0/projects/{}/summary", Summary),
        new("GET", "/api/v2.0/projects/{}/logs", Logs),
    ];

    /// <summary>Makes a project with its quota and its owner as administrator.</summary>
    public static HarborProject Add(HarborState state, string name, HarborUser owner, IEnumerable<KeyValuePair<string, string>> metadata, long limit, DateTimeOffset now)
    {
        var project = new HarborProject
        {
            Id = state.Next("project"),
            Name = name,
            OwnerId = owner.Id,
            AllowlistId = state.Next("allowlist"),
            CreatedAt = now,
            UpdatedAt = now,
        };
        project.Metadata["public"] = "false";
        foreach (var (key, value) in metadata)
        {
            project.Metadata[key] = value;
        }

        state.Projects.Add(project);
        state.Quotas.Add(new HarborQuota { Id = state.Next("quota"), ProjectId = project.Id, Hard = limit, CreatedAt = now, UpdatedAt = now });
        state.Members.Add(new HarborMember { Id = state.Next("member"), ProjectId = project.Id, UserId = owner.Id, Role = 1 });
        return project;
    }

    public static JsonObject Write(HarborCall call, HarborProject project)
    {
        var role = call.State.RoleOf(call.Caller.User, project);
        var wire = new JsonObject
        {
            ["creation_time"] = HarborAnswer.Time(project.CreatedAt),
            ["current_user_role_ids"] = role == 0 ? null : new JsonArray(role),
            ["cve_allowlist"] = new JsonObject
            {
                ["creation_time"] = HarborAnswer.Never,
                ["id"] = project.AllowlistId,
                ["items"] = new JsonArray(),
                ["project_id"] = project.Id,
                ["update_time"] = HarborAnswer.Never,
            },
            ["metadata"] = WriteMetadata(project),
            ["name"] = project.Name,
            ["owner_id"] = project.OwnerId,
            ["project_id"] = project.Id,
            ["repo_count"] = call.Server.RepositoryCount(project),
            ["update_time"] = HarborAnswer.Time(project.UpdatedAt),
        };
        if (role != 0)
        {
            wire["current_user_role_id"] = role;
        }

        if (call.State.FindUser(project.OwnerId) is { } owner)
        {
            wire["owner_name"] = owner.Username;
        }

        return wire;
    }

    public static JsonObject WriteMetadata(HarborProject project) =>
        new(project.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));

    public static Dictionary<string, string> ReadMetadata(JsonObject? body)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in body?["metadata"] as JsonObject ?? [])
        {
            if (value is not null)
            {
                metadata[key] = CheckMetadata(key, value.ToString());
            }
        }

        return metadata;
    }

    public static string CheckMetadata(string key, string value) => key switch
    {
        "public" or "auto_scan" or "prevent_vul" or "enable_content_trust" or "enable_content_trust_cosign" or "reuse_sys_cve_allowlist" when value is not ("true" or "false") =>
            throw HarborException.BadRequest($"metadata.{key} should only be 'true' or 'false', but got: '{value}'"),
        "severity" when value is not ("none" or "low" or "medium" or "high" or "critical") =>
            throw HarborException.BadRequest($"metadata.severity should only be one of 'none', 'low', 'medium', 'high' or 'critical', but got: '{value}'"),
        _ => value,
    };

    private static HarborAnswer Create(HarborCall call)
    {
        call.Access.Require();
        var isAdmin = call.Caller.IsAdmin || call.Caller.Robot is not null;
        if (call.Caller.Robot is not null)
        {
            call.Access.RequireSystem("project", "create");
        }
        else if (!isAdmin && call.Server.Setting("project_creation_restriction") == "adminonly")
        {
            throw HarborException.Forbidden("Only system admin can create project");
        }

        var name = call.Body.Text("project_name");
        CheckName(name);
        var metadata = ReadMetadata(call.Body);
        var limit = long.Parse(call.Server.Setting("storage_per_project"), CultureInfo.InvariantCulture);
        if (isAdmin && call.Body.Number("storage_limit") is { } wanted and not 0)
        {
            QuotaEndpoints.CheckLimit(wanted, "bad request: ");
            limit = wanted;
        }

        if (call.State.FindProject(name) is not null)
        {
            throw HarborException.Conflict($"The project named {name} already exists");
        }

        var owner = call.Caller.User ?? call.State.FindUser(1)!;
        var project = Add(call.State, name, owner, metadata, limit, call.Now);
        call.Log("create", "project", name, project.Id);
        var shown = call.Header("X-Resource-Name-In-Location") is "true" ? name : project.Id.ToString(CultureInfo.InvariantCulture);
        return HarborAnswer.Created($"/api/v2.0/projects/{shown}");
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 255)
        {
            throw HarborException.BadRequest($"Project name {name} is illegal in length. (greater than 255 or less than 1)");
        }

        if (!NameForm().IsMatch(name))
        {
            throw HarborException.BadRequest("project name is not in lower case or contains illegal characters");
        }
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        var projects = call.State.Projects.Where(call.Access.Sees);
        if (call.Query("name") is { Length: > 0 } part)
        {
            projects = projects.Where(p => p.Name.Contains(part, StringComparison.Ordinal));
        }

        if (call.Query("public") is { Length: > 0 })
        {
            projects = projects.Where(p => p.IsPublic == call.QueryFlag("public"));
        }

        if (call.Query("owner") is { Length: > 0 } owner)
        {
            projects = projects.Where(p => call.State.FindUser(p.OwnerId)?.Username == owner);
        }

        return query.Answer(projects, Fields, p => Write(call, p), "name");
    }

    /// <summary>Tells any logged-in user whether a project exists, private or not.</summary>
    private static HarborAnswer Head(HarborCall call)
    {
        var name = call.Query("project_name") ?? throw HarborException.Unprocessable("project_name in query is required");
        call.Access.Require();
        return call.State.FindProject(name) is not null ? HarborAnswer.Ok() : throw HarborException.NotFound($"project {name} not found");
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "project", "update");
        foreach (var (key, value) in ReadMetadata(call.Body))
        {
            project.Metadata[key] = value;
        }

        project.UpdatedAt = call.Now;
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "project", "delete");
        if (WhyNotDeletable(call, project) is { } why)
        {
            throw HarborException.Precondition("precondition failed: " + why);
        }

        call.State.Projects.Remove(project);
        call.State.Members.RemoveAll(m => m.ProjectId == project.Id);
        call.State.Quotas.RemoveAll(q => q.ProjectId == project.Id);
        call.State.Robots.RemoveAll(r => r.ProjectId == project.Id);
        call.Log("delete", "project", project.Name, project.Id);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Deletable(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "project", "delete");
        return HarborAnswer.Ok(WhyNotDeletable(call, project) is { } why ? new JsonObject { ["message"] = why } : new JsonObject { ["deletable"] = true });
    }

    private static string? WhyNotDeletable(HarborCall call, HarborProject project) =>
        call.Server.RepositoryCount(project) > 0 ? "the project contains repositories, can not be deleted" : null;

    private static HarborAnswer Summary(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "project", "read");
        var quota = call.State.Quotas.Find(q => q.ProjectId == project.Id)!;
        var summary = new JsonObject
        {
            ["quota"] = new JsonObject
            {
                ["hard"] = new JsonObject { ["storage"] = quota.Hard },
                ["used"] = new JsonObject { ["storage"] = call.Server.StorageUsed(project.Id) },
            },
            ["repo_count"] = call.Server.RepositoryCount(project),
        };
        var names = new[] { "project_admin_count", "developer_count", "guest_count", "maintainer_count", "limited_guest_count" };
        for (var role = 1; role <= names.Length; role++)
        {
            if (call.State.Members.Count(m => m.ProjectId == project.Id && m.Role == role) is > 0 and var count)
            {
                summary[names[role - 1]] = count;
            }
        }

        return HarborAnswer.Ok(summary);
    }

    private static HarborAnswer Logs(HarborCall call)
    {
        var query = new HarborQuery(call);
        var project = call.Access.RequireProject(call.Values[0], "log", "list");
        return SystemEndpoints.AuditAnswer(query, call.State.Audit.Where(a => a.ProjectId == project.Id));
    }

    [GeneratedRegex("^[a-z0-9]+(?:[._-][a-z0-9]+)*$")]
    private static partial Regex NameForm();
}
