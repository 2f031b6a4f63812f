namespace Portal.Sandbox.OpenStack;

/// <summary>Quotas of projects by Nova's, Neutron's, Cinder's and Octavia's own names; -1 is without limit.</summary>
internal sealed class Quotas
{
    private static readonly Dictionary<string, int> Defaults = new(StringComparer.Ordinal)
    {
        ["instances"] = 10,
        ["cores"] = 20,
        ["ram"] = 51200,
        ["key_pairs"] = 100,
        ["server_groups"] = 10,
        ["server_group_members"] = 10,
        ["network"] = 100,
        ["subnet"] = 100,
        ["port"] = 500,
        ["router"] = 10,
        ["floatingip"] = 50,
        ["security_group"] = 100,
        ["security_group_rule"] = 1000,
        ["volumes"] = 10,
        ["snapshots"] = 10,
        ["gigabytes"] = 1000,
        ["backups"] = 10,
        ["backup_gigabytes"] = 1000,
        ["load_balancer"] = -1,
        ["listener"] = -1,
        ["pool"] = -1,
        ["health_monitor"] = -1,
        ["member"] = -1,
    };

    private readonly Dictionary<string, Dictionary<string, int>> projects = new(StringComparer.Ordinal);

    /// <summary>Gets what is set, by project id and name.</summary>
    public Dictionary<string, Dictionary<string, int>> Set => projects;

    public int Limit(string projectId, string name) =>
        projects.TryGetValue(projectId, out var own) && own.TryGetValue(name, out var limit) ? limit
        : projects.TryGetValue("*", out var every) && every.TryGetValue(name, out limit) ? limit : Defaults[name];

    public void Change(string projectId, string name, int limit)
    {
        if (!projects.TryGetValue(projectId, out var own))
        {
            projects[projectId] = own = new(StringComparer.Ordinal);
        }

        own[name] = limit;
    }
}
