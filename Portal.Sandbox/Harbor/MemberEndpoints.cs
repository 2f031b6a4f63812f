using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Members of a project.</summary>
internal static class MemberEndpoints
{
    private static readonly string[] RoleNames = ["", "projectAdmin", "developer", "guest", "maintainer", "limitedGuest"];

    private static readonly HarborShape Shape = new(
        "projectMember",
        new("role_id", "ProjectMember", "int64"),
        new("member_user.user_id", "UserEntity", "int64"),
        new("member_user.username", "UserEntity", "string"));

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", "/api/v2.0/projects/{}/members", Add, Shape),
        new("GET", "/api/v2.0/projects/{}/members", List),
        new("GET", "/api/v2.0/projects/{}/members/{}", Get),
        new("PUT", "/api/v2.0/projects/{}/members/{}", Update, new("role", new HarborField("role_id", "RoleRequest", "int64"))),
        new("DELETE", "/api/v2.0/projects/{}/members/{}", Delete),
    ];

    private static HarborAnswer Add(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "member", "create");
        var user = Wanted(call);
        if (call.State.Members.Exists(m => m.ProjectId == project.Id && m.UserId == user.Id))
        {
            throw HarborException.Conflict("The project member specified already exist");
        }

        var role = call.Body.Number("role_id") ?? 0;
        if (role is < 1 or > 5)
        {
            throw HarborException.BadRequest("Failed to update project member, role is not in 1,2,3");
        }

        var member = new HarborMember { Id = call.State.Next("member"), ProjectId = project.Id, UserId = user.Id, Role = (int)role };
        call.State.Members.Add(member);
        return HarborAnswer.Created($"/api/v2.0/projects/{call.Values[0]}/members/{member.Id}");
    }

    private static HarborUser Wanted(HarborCall call)
    {
        var wanted = call.Body!["member_user"] as JsonObject;
        if (wanted.Number("user_id") is > 0 and var id)
        {
            return call.State.FindUser(id) ?? throw HarborException.BadRequest($"Failed to get user {id}: user {id} not found");
        }

        if (wanted.Text("username") is { Length: > 0 } name)
        {
            return call.State.FindUser(name) ?? throw HarborException.NotFound($"user {name} is not found");
        }

        throw (call.Body["member_group"] as JsonObject).Text("group_name") is { Length: > 0 } group
            ? HarborException.NotFound($"{group} not found: not supported")
            : new HarborException(500, "UNKNOWN", "internal server error");
    }

    /// <summary>The total counts members that the list does not show: those of other names, and those whose role does not exist.</summary>
    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        var project = call.Access.RequireProject(call.Values[0], "member", "list");
        var all = call.State.Members.Where(m => m.ProjectId == project.Id).ToList();
        var name = call.Query("entityname");
        var shown = all.Where(m => m.HasRole)
            .Select(m => (Member: m, User: call.State.FindUser(m.UserId)))
            .Where(m => m.User is not null && (string.IsNullOrEmpty(name) || m.User.Username == name))
            .OrderBy(m => m.User!.Username, StringComparer.Ordinal)
            .ToList();
        return query.Answer(all.Count, query.Cut(shown).Select(m => Write(m.Member, m.User!)));
    }

    private static HarborAnswer Get(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "member", "read");
        var id = call.Id(1, "mid");
        return call.State.Members.Find(m => m.ProjectId == project.Id && m.Id == id && m.HasRole) is { } member && call.State.FindUser(member.UserId) is { } user
            ? HarborAnswer.Ok(Write(member, user))
            : throw HarborException.NotFound($"the project member is not found, project id {project.Id}, member id {id}");
    }

    /// <summary>Does not check the role: one that does not exist is taken, and the member vanishes.</summary>
    private static HarborAnswer Update(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "member", "update");
        var id = call.Id(1, "mid");
        if (call.State.Members.Find(m => m.ProjectId == project.Id && m.Id == id) is { } member)
        {
            member.Role = (int)(call.Body.Number("role_id") ?? 0);
        }

        return HarborAnswer.Ok();
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "member", "delete");
        var id = call.Id(1, "mid");
        call.State.Members.RemoveAll(m => m.ProjectId == project.Id && m.Id == id);
        return HarborAnswer.Ok();
    }

    private static JsonObject Write(HarborMember member, HarborUser user) => new()
    {
        ["entity_id"] = user.Id,
        ["entity_name"] = user.Username,
        ["entity_type"] = "u",
        ["id"] = member.Id,
        ["project_id"] = member.ProjectId,
        ["role_id"] = member.Role,
        ["role_name"] = RoleNames[member.Role],
    };
}
