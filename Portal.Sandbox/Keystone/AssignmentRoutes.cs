using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Roles given and taken, listed as they are and as they work; group members; implied roles.</summary>
internal sealed class AssignmentRoutes(KeystoneState state, RoleGraph graph, TokenDocument document)
{
    public void Map(KeystoneRouter router)
    {
        foreach (var who in new[] { "users", "groups" })
        {
            foreach (var place in new[] { "projects", "domains" })
            {
                Grants(router, $"/v3/{place}/{{target}}/{who}/{{actor}}/roles", place, who, inherited: false);
                Grants(router, $"/v3/OS-INHERIT/{place}/{{target}}/{who}/{{actor}}/roles", place, who, inherited: true);
            }

            Grants(router, $"/v3/system/{who}/{{actor}}/roles", null, who, inherited: false);
        }

        router.Get("/v3/role_assignments", List);
        router.Get("/v3/role_inferences", Inferences);
        router.Get("/v3/users/{user}/projects", UserProjects);
        router.Get("/v3/users/{user}/groups", UserGroups);
        router.Get("/v3/groups/{group}/users", GroupUsers);
        router.Put("/v3/groups/{group}/users/{user}", AddMember);
        router.Head("/v3/groups/{group}/users/{user}", CheckMember);
        router.Delete("/v3/groups/{group}/users/{user}", RemoveMember);
        router.Post("/v3/users/{user}/password", ChangePassword);
    }

    private void Grants(KeystoneRouter router, string path, string? place, string who, bool inherited)
    {
        var tail = inherited ? "/inherited_to_projects" : "";
        Assignment Of(KeystoneCall call, string? role) => Read(call, place, who, inherited, role);
        router.Get(path + tail, call => ListGrants(call, Of(call, null)));
        router.Put(path + "/{role}" + tail, call => Grant(call, Of(call, state.Roles.Get(call["role"]).Text("id"))));
        router.Head(path + "/{role}" + tail, call => Check(call, Of(call, call["role"])));
        router.Get(path + "/{role}" + tail, call => Check(call, Of(call, call["role"])));
        router.Delete(path + "/{role}" + tail, call => Take(call, Of(call, call["role"])));
    }

    private Assignment Read(KeystoneCall call, string? place, string who, bool inherited, string? role)
    {
        var (project, domain) = (place == "projects" ? call["target"] : null, place == "domains" ? call["target"] : null);
        _ = project is null ? null : state.Projects.Get(project);
        _ = domain is null ? null : state.Domains.Get(domain);
        var users = who == "users";
        _ = users ? state.Users.Get(call["actor"]) : state.Groups.Get(call["actor"]);
        return new Assignment(role ?? "")
        {
            UserId = users ? call["actor"] : null,
            GroupId = users ? null : call["actor"],
            ProjectId = project,
            DomainId = domain,
            System = place is null,
            Inherited = inherited,
        };
    }

    private KeystoneAnswer ListGrants(KeystoneCall call, Assignment pattern)
    {
        call.RequireAdmin("list_grants");
        var roles = state.Assignments.Where(a => a with { RoleId = "" } == pattern).Select(a => state.Roles.Get(a.RoleId));
        return KeystoneAnswer.Ok(call.List("roles", roles.Select(r => state.Roles.Show(r, call.Address))));
    }

    private KeystoneAnswer Grant(KeystoneCall call, Assignment assignment)
    {
        call.RequireAdmin("create_grant");
        if (!state.Assignments.Contains(assignment))
        {
            state.Assignments.Add(assignment);
        }

        return KeystoneAnswer.Nothing;
    }

    private KeystoneAnswer Check(KeystoneCall call, Assignment assignment)
    {
        call.RequireAdmin("check_grant");
        return state.Assignments.Contains(assignment) ? KeystoneAnswer.Nothing : throw Missing(call);
    }

    private KeystoneAnswer Take(KeystoneCall call, Assignment assignment)
    {
        call.RequireAdmin("revoke_grant");
        return state.Assignments.Remove(assignment) ? KeystoneAnswer.Nothing : throw Missing(call);
    }

    private static KeystoneFault Missing(KeystoneCall call) =>
        new(404, $"Could not find role assignment with role: {call["role"]}, user or group: {call["actor"]}, project, domain, or system: {call.Http.Request.RouteValues["target"] ?? "system"}.", "Not Found");

    private KeystoneAnswer List(KeystoneCall call)
    {
        call.RequireAdmin("list_role_assignments");
        var query = new AssignmentQuery(call);
        var rows = call.Asked("effective") ? new EffectiveAssignments(state, graph).All() : state.Assignments.Select(a => new AssignmentRow(a));
        var writer = new AssignmentWriter(state, call.Address, call.Asked("include_names"));
        return KeystoneAnswer.Ok(call.List("role_assignments", rows.Where(query.Matches).Select(writer.Write)));
    }

    private KeystoneAnswer Inferences(KeystoneCall call)
    {
        call.RequireAdmin("list_role_inference_rules");
        return KeystoneAnswer.Ok(new JsonObject
        {
            ["role_inferences"] = new JsonArray([.. state.Implied.GroupBy(i => i.Prior).Select(g => new JsonObject
            {
                ["prior_role"] = document.Role(g.Key, whole: false),
                ["implies"] = new JsonArray([.. g.Select(i => document.Role(i.Implied, whole: false))]),
            })]),
            ["links"] = new JsonObject { ["self"] = call.Address + "/v3/role_inferences" },
        });
    }

    private KeystoneAnswer UserProjects(KeystoneCall call)
    {
        call.RequireAdminOr(call["user"], "list_user_projects");
        _ = state.Users.Get(call["user"]);
        return KeystoneAnswer.Ok(call.List("projects", graph.ProjectsOf(call["user"], graph.GroupsOf(call["user"])).Select(p => state.Projects.Show(p, call.Address))));
    }

    private KeystoneAnswer UserGroups(KeystoneCall call)
    {
        call.RequireAdminOr(call["user"], "list_groups_for_user");
        _ = state.Users.Get(call["user"]);
        return KeystoneAnswer.Ok(call.List("groups", graph.GroupsOf(call["user"]).Order(StringComparer.Ordinal).Select(state.Groups.Find).OfType<JsonObject>().Select(g => state.Groups.Show(g, call.Address))));
    }

    private KeystoneAnswer GroupUsers(KeystoneCall call)
    {
        call.RequireAdmin("list_users_in_group");
        _ = state.Groups.Get(call["group"]);
        var users = state.Users.All.Where(u => graph.GroupsOf(u.Text("id")!).Contains(call["group"]));
        return KeystoneAnswer.Ok(call.List("users", users.Select(u => state.Users.Show(u, call.Address))));
    }

    private KeystoneAnswer AddMember(KeystoneCall call)
    {
        call.RequireAdmin("add_user_to_group");
        var member = new Membership(state.Users.Get(call["user"]).Text("id")!, state.Groups.Get(call["group"]).Text("id")!);
        if (!state.Memberships.Contains(member))
        {
            state.Memberships.Add(member);
        }

        return KeystoneAnswer.Nothing;
    }

    private KeystoneAnswer CheckMember(KeystoneCall call)
    {
        call.RequireAdmin("check_user_in_group");
        return graph.GroupsOf(call["user"]).Contains(call["group"]) ? KeystoneAnswer.Nothing : throw NoMember(call);
    }

    private KeystoneAnswer RemoveMember(KeystoneCall call)
    {
        call.RequireAdmin("remove_user_from_group");
        return state.Memberships.RemoveAll(m => m.UserId == call["user"] && m.GroupId == call["group"]) > 0 ? KeystoneAnswer.Nothing : throw NoMember(call);
    }

    private static KeystoneFault NoMember(KeystoneCall call) => new(404, $"User '{call["user"]}' not found in group '{call["group"]}'.", "Not Found");

    private KeystoneAnswer ChangePassword(KeystoneCall call)
    {
        var user = state.Users.Get(call["user"]);
        var asked = call.Wrapped("user");
        if (call.Caller.UserId != call["user"] || !PasswordScheme.Same(user.Text("_password"), asked.Text("original_password")))
        {
            throw KeystoneFault.Unauthorized();
        }

        user["_password"] = asked.Text("password");
        return KeystoneAnswer.Nothing;
    }
}
