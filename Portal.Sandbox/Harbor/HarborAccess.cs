using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Who may do what: administrators all, members by role, robots by their permissions, everybody what is public.</summary>
internal sealed class HarborAccess(HarborCall call)
{
    private static readonly string[] Public =
    [
        "project:read", "repository:list", "repository:read", "repository:pull", "artifact:list", "artifact:read", "artifact-addition:read",
        "accessory:list", "tag:list", "label:list", "label:read", "scan:read", "scanner:read",
    ];

    private static readonly string[] Guest =
    [
        .. Public, "member:list", "member:read", "metadata:list", "metadata:read", "log:list", "quota:read", "configuration:read", "immutable-tag:list", "tag-retention:read",
    ];

    private static readonly string[] Developer =
    [
        .. Guest, "repository:push", "repository:create", "artifact:create", "tag:create", "artifact-label:create", "artifact-label:delete", "robot:list", "robot:read",
        "label:create", "label:update", "label:delete",
    ];

    private static readonly string[] Maintainer =
    [
        .. Developer, "repository:update", "repository:delete", "artifact:delete", "tag:delete", "scan:create", "scan:stop", "immutable-tag:create", "immutable-tag:update", "immutable-tag:delete",
        "tag-retention:create", "tag-retention:update", "tag-retention:list", "notification-policy:list", "notification-policy:read",
    ];

    private static readonly string[] ProjectAdmin =
    [
        .. Maintainer, "project:update", "project:delete", "member:create", "member:update", "member:delete", "metadata:create", "metadata:update", "metadata:delete",
        "robot:create", "robot:update", "robot:delete", "notification-policy:create", "notification-policy:update", "notification-policy:delete", "scanner:create", "configuration:update",
    ];

    /// <summary>Gives what a role may do, as <c>resource:action</c>.</summary>
    public static IReadOnlyList<string> Of(int role) => role switch
    {
        1 => ProjectAdmin,
        2 => Developer,
        3 => Guest,
        4 => Maintainer,
        5 => Public,
        _ => [],
    };

    public HarborUser RequireUser()
    {
        Require();
        return call.Caller.User ?? throw HarborException.Precondition("get current user not available for security context: robot");
    }

    public void Require()
    {
        if (!call.Caller.IsAuthenticated)
        {
            throw HarborException.Unauthorized();
        }
    }

    /// <summary>For administrators, and for robots that were given it; the refusal's message is the caller's name.</summary>
    public void RequireSystem(string resource, string action)
    {
        Require();
        if (!call.Caller.IsAdmin && !RobotMay("system", "/", resource, action))
        {
            throw HarborException.Forbidden(call.Caller.Name);
        }
    }

    /// <summary>Gives a project; who may not see it is not told whether it exists.</summary>
    public HarborProject RequireProject(string nameOrId, string resource, string action) => RequireProject(call.FindProject(nameOrId), nameOrId, resource, action);

    /// <summary>Gives a project that a body names by its id: the header that makes a name a name has no say there.</summary>
    public HarborProject RequireProject(long id, string resource, string action) => RequireProject(call.State.FindProject(id), $"{id}", resource, action);

    private HarborProject RequireProject(HarborProject? project, string nameOrId, string resource, string action)
    {
        if (!(project is null ? call.Caller.IsAdmin : May(project, resource, action)))
        {
            throw call.Caller.IsAuthenticated ? HarborException.Forbidden("forbidden") : HarborException.Unauthorized();
        }

        return project ?? throw HarborException.NotFound($"project {nameOrId} not found");
    }

    public bool May(HarborProject project, string resource, string action)
    {
        var right = resource + ":" + action;
        return call.Caller.IsAdmin
            || (project.IsPublic && Public.Contains(right))
            || (call.Caller.Robot is not null && RobotMay("project", project.Name, resource, action))
            || Of(call.State.RoleOf(call.Caller.User, project)).Contains(right);
    }

    /// <summary>Says whether the caller sees a project in lists.</summary>
    public bool Sees(HarborProject project) =>
        call.Caller.IsAdmin || project.IsPublic || call.State.RoleOf(call.Caller.User, project) > 0
        || (call.Caller.Robot is { } robot && (robot.ProjectId == project.Id || RobotMay("system", "/", "project", "list")));

    private bool RobotMay(string kind, string nameSpace, string resource, string action)
    {
        // Members are refused to every robot, whatever it was given: seen on the real server.
        if (call.Caller.Robot is not { } robot || resource == "member")
        {
            return false;
        }

        return robot.Permissions.OfType<JsonObject>()
            .Where(p => p.Text("kind") == kind && (p.Text("namespace") == nameSpace || (kind == "project" && p.Text("namespace") == "*" && robot.ProjectId == 0)))
            .SelectMany(p => (p["access"] as JsonArray ?? []).OfType<JsonObject>())
            .Any(a => a.Text("resource") == resource && (a.Text("action") == action || a.Text("action") == "*"));
    }
}
