using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Works out who has which roles where: groups, inheritance, implied roles.</summary>
internal sealed class RoleGraph(KeystoneState state, TimeProvider clock)
{
    /// <summary>Gives the groups that a user is in: made by administrators, or remembered from a federated log-in while that lasts.</summary>
    public HashSet<string> GroupsOf(string userId, bool remembered = true) =>
        [.. state.Memberships.Where(m => m.UserId == userId && (m.VerifiedAt is null || (remembered && IsFresh(m)))).Select(m => m.GroupId)];

    /// <summary>Gives the role ids on a project, implied ones included.</summary>
    public IReadOnlyList<string> OnProject(string userId, IReadOnlySet<string> groups, JsonObject project)
    {
        var domain = project.Text("domain_id");
        var above = Ancestors(project);
        return Closure(Held(userId, groups).Where(a =>
            (a.ProjectId == project.Text("id") && !a.Inherited)
            || (a.Inherited && a.DomainId is not null && a.DomainId == domain)
            || (a.Inherited && a.ProjectId is not null && above.Contains(a.ProjectId))));
    }

    public IReadOnlyList<string> OnDomain(string userId, IReadOnlySet<string> groups, string domainId) =>
        Closure(Held(userId, groups).Where(a => a.DomainId == domainId && !a.Inherited));

    public IReadOnlyList<string> OnSystem(string userId, IReadOnlySet<string> groups) =>
        Closure(Held(userId, groups).Where(a => a.System));

    /// <summary>Gives the enabled projects on which a user has any role.</summary>
    public IEnumerable<JsonObject> ProjectsOf(string userId, IReadOnlySet<string> groups)
    {
        var held = Held(userId, groups).ToList();
        return state.Projects.All.Where(p => p.Flag("enabled") != false && IsEnabled(p.Text("domain_id")) && held.Exists(a => Reaches(a, p)));
    }

    public IEnumerable<JsonObject> DomainsOf(string userId, IReadOnlySet<string> groups)
    {
        var ids = Held(userId, groups).Where(a => a.DomainId is not null && !a.Inherited).Select(a => a.DomainId).ToHashSet();
        return state.Domains.All.Where(d => ids.Contains(d.Text("id")) && d.Flag("enabled") != false);
    }

    /// <summary>Adds the roles that the given ones imply.</summary>
    public IReadOnlyList<string> Closure(IEnumerable<string> roles)
    {
        var all = roles.Distinct().ToList();
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(state.Implied.Where(r => r.Prior == all[i] && !all.Contains(r.Implied)).Select(r => r.Implied).ToList());
        }

        return all;
    }

    public bool Reaches(Assignment a, JsonObject project) =>
        (a.ProjectId == project.Text("id") && !a.Inherited)
        || (a.Inherited && a.DomainId is not null && a.DomainId == project.Text("domain_id"))
        || (a.Inherited && a.ProjectId is not null && Ancestors(project).Contains(a.ProjectId));

    private IReadOnlyList<string> Closure(IEnumerable<Assignment> assignments) => Closure(assignments.Select(a => a.RoleId));

    private bool IsEnabled(string? domainId) => state.Domains.Find(domainId)?.Flag("enabled") != false;

    private IEnumerable<Assignment> Held(string userId, IReadOnlySet<string> groups) =>
        state.Assignments.Where(a => a.UserId == userId || (a.GroupId is not null && groups.Contains(a.GroupId)));

    private HashSet<string> Ancestors(JsonObject project)
    {
        var above = new HashSet<string>(StringComparer.Ordinal);
        for (var parent = state.Projects.Find(project.Text("parent_id")); parent is not null && above.Add(parent.Text("id")!); parent = state.Projects.Find(parent.Text("parent_id")))
        {
            // Walks up; a circle ends it.
        }

        return above;
    }

    private bool IsFresh(Membership m)
    {
        var minutes = state.Providers.Find(m.IdentityProvider)?.Number("authorization_ttl") ?? 0;
        return m.VerifiedAt + TimeSpan.FromMinutes(minutes) > clock.GetUtcNow();
    }
}
