using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>An assignment as it is listed, with where it comes from when it is an effective one.</summary>
/// <param name="Assignment">Who, which role, where.</param>
/// <param name="Origin">The assignment it follows from, or null when it is itself.</param>
/// <param name="PriorRole">The role that implies this one, or null.</param>
internal sealed record AssignmentRow(Assignment Assignment, Assignment? Origin = null, string? PriorRole = null);

/// <summary>The filters of <c>GET /v3/role_assignments</c>.</summary>
internal sealed class AssignmentQuery(KeystoneCall call)
{
    private readonly string? user = call.Query("user.id");
    private readonly string? group = call.Query("group.id");
    private readonly string? role = call.Query("role.id");
    private readonly string? project = call.Query("scope.project.id");
    private readonly string? domain = call.Query("scope.domain.id");
    private readonly bool system = call.Query("scope.system") is not null;
    private readonly bool inherited = call.Query("scope.OS-INHERIT:inherited_to") is not null;

    public bool Matches(AssignmentRow row)
    {
        var a = row.Assignment;
        return (user is null || a.UserId == user) && (group is null || a.GroupId == group) && (role is null || a.RoleId == role)
            && (project is null || a.ProjectId == project) && (domain is null || a.DomainId == domain)
            && (!system || a.System) && (!inherited || a.Inherited || row.Origin?.Inherited == true);
    }
}

/// <summary>Unfolds groups, inheritance and implied roles.</summary>
internal sealed class EffectiveAssignments(KeystoneState state, RoleGraph graph)
{
    public IEnumerable<AssignmentRow> All()
    {
        var members = state.Users.All.SelectMany(u => graph.GroupsOf(u.Text("id")!).Select(g => (Group: g, User: u.Text("id")!))).ToLookup(m => m.Group, m => m.User);
        return state.Assignments
            .SelectMany(a => a.GroupId is null ? [new AssignmentRow(a)] : members[a.GroupId].Select(u => new AssignmentRow(a with { GroupId = null, UserId = u }, a)))
            .SelectMany(Places)
            .SelectMany(WithImplied)
            .DistinctBy(r => r.Assignment);
    }

    private IEnumerable<AssignmentRow> Places(AssignmentRow row)
    {
        var a = row.Assignment;
        return !a.Inherited
            ? [row]
            : state.Projects.All.Where(p => graph.Reaches(a, p)).Select(p => new AssignmentRow(a with { Inherited = false, DomainId = null, ProjectId = p.Text("id") }, row.Origin ?? a));
    }

    private IEnumerable<AssignmentRow> WithImplied(AssignmentRow row) =>
        graph.Closure([row.Assignment.RoleId]).Select(r => r == row.Assignment.RoleId
            ? row
            : new AssignmentRow(row.Assignment with { RoleId = r }, row.Origin ?? row.Assignment, row.Assignment.RoleId));
}

/// <summary>Writes rows of <c>GET /v3/role_assignments</c>.</summary>
internal sealed class AssignmentWriter(KeystoneState state, string address, bool names)
{
    public JsonObject Write(AssignmentRow row)
    {
        var a = row.Assignment;
        var links = new JsonObject { ["assignment"] = Link(row.Origin ?? a) };
        if (row.Origin?.GroupId is { } group)
        {
            links["membership"] = $"{address}/v3/groups/{group}/users/{a.UserId}";
        }

        if (row.PriorRole is not null)
        {
            links["prior_role"] = $"{address}/v3/roles/{row.PriorRole}";
        }

        var shown = new JsonObject { ["links"] = links, ["scope"] = Scope(a, row.Origin) };
        if (a.UserId is not null)
        {
            shown["user"] = Named(state.Users, a.UserId);
        }
        else
        {
            shown["group"] = Named(state.Groups, a.GroupId!);
        }

        shown["role"] = Named(state.Roles, a.RoleId);
        return shown;
    }

    private JsonObject Scope(Assignment a, Assignment? origin)
    {
        var scope = a.ProjectId is not null ? new JsonObject { ["project"] = Named(state.Projects, a.ProjectId) }
            : a.DomainId is not null ? new JsonObject { ["domain"] = Named(state.Domains, a.DomainId) }
            : new JsonObject { ["system"] = new JsonObject { ["all"] = true } };
        if (a.Inherited || origin?.Inherited == true)
        {
            scope["OS-INHERIT:inherited_to"] = "projects";
        }

        return scope;
    }

    private JsonObject Named(EntitySet set, string id)
    {
        var shown = new JsonObject { ["id"] = id };
        if (names)
        {
            var item = set.Find(id);
            shown["name"] = item.Text("name");
            if (item.Text("domain_id") is { } domain)
            {
                shown["domain"] = new JsonObject { ["id"] = domain, ["name"] = state.Domains.Find(domain).Text("name") };
            }
        }

        return shown;
    }

    private string Link(Assignment a)
    {
        var who = a.UserId is not null ? $"users/{a.UserId}" : $"groups/{a.GroupId}";
        if (a.System)
        {
            return $"{address}/v3/system/{who}/roles/{a.RoleId}";
        }

        var where = a.ProjectId is not null ? $"projects/{a.ProjectId}" : $"domains/{a.DomainId}";
        return a.Inherited ? $"{address}/v3/OS-INHERIT/{where}/{who}/roles/{a.RoleId}/inherited_to_projects" : $"{address}/v3/{where}/{who}/roles/{a.RoleId}";
    }
}
