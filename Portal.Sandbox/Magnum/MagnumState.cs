using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>Magnum's database, and who may see which row. Used under the cloud's gate.</summary>
internal sealed class MagnumState(Cloud cloud)
{
    private int lastCluster;
    private int lastTemplate;
    private int lastGroup;
    private int lastQuota;

    public Cloud Cloud { get; } = cloud;

    public List<ClusterTemplate> Templates { get; } = [];

    public List<Cluster> Clusters { get; } = [];

    public List<MagnumQuota> Quotas { get; } = [];

    public MicroVersion MinVersion { get; set; } = MicroVersion.V(1);

    public MicroVersion MaxVersion { get; set; } = MicroVersion.V(10);

    public int MaxClustersPerProject { get; set; } = 20;

    /// <summary>Gets or sets what a tenant's list costs per cluster: Magnum logs in at Keystone for each.</summary>
    public TimeSpan ListDelay { get; set; } = TimeSpan.Zero;

    /// <summary>Gets or sets whether the clusters' APIs can be reached from here.</summary>
    public bool ClustersReachable { get; set; }

    public int NextCluster() => ++lastCluster;

    public int NextTemplate() => ++lastTemplate;

    public int NextGroup() => ++lastGroup;

    public int NextQuota() => ++lastQuota;

    /// <summary>Continues the row numbers behind kept rows.</summary>
    public void Count()
    {
        lastCluster = Clusters.Select(c => c.Id).DefaultIfEmpty().Max();
        lastTemplate = Templates.Select(t => t.Id).DefaultIfEmpty().Max();
        lastGroup = Clusters.SelectMany(c => c.NodeGroups).Select(g => g.Id).DefaultIfEmpty().Max();
        lastQuota = Quotas.Select(q => q.Id).DefaultIfEmpty().Max();
    }

    public IEnumerable<Cluster> Seen(TokenInfo token, bool all = true) =>
        Clusters.Where(c => c.ProjectId == token.ProjectId || (all && token.IsAdmin));

    /// <summary>Finds a cluster by uuid or name.</summary>
    /// <param name="token">The caller.</param>
    /// <param name="idOrName">Uuid or name.</param>
    /// <param name="all">Whether an administrator sees every project's; not so for certificates.</param>
    /// <param name="notFound">Status when there is none.</param>
    public Cluster Find(TokenInfo token, string idOrName, bool all = true, int notFound = 404)
    {
        var found = Seen(token, all).Where(c => c.Uuid == idOrName).ToList();
        if (found.Count == 0)
        {
            found = Seen(token, all).Where(c => c.Name == idOrName).ToList();
        }

        return found switch
        {
            [] => throw MagnumException.NotFound("Cluster", idOrName, notFound),
            [var one] => one,
            _ => throw new MagnumException(409, "Multiple clusters exist with same name. Please use the cluster uuid instead."),
        };
    }

    public IEnumerable<ClusterTemplate> SeenTemplates(TokenInfo token) =>
        Templates.Where(t => token.IsAdmin || ((t.ProjectId == token.ProjectId || t.Public) && !t.Hidden));

    public ClusterTemplate FindTemplate(TokenInfo token, string idOrName)
    {
        // Hidden templates are left out of lists only.
        var seen = Templates.Where(t => token.IsAdmin || t.ProjectId == token.ProjectId || t.Public).ToList();
        var found = seen.Where(t => t.Uuid == idOrName).ToList();
        if (found.Count == 0)
        {
            found = seen.Where(t => t.Name == idOrName).ToList();
        }

        return found switch
        {
            [] => throw MagnumException.NotFound("ClusterTemplate", idOrName),
            [var one] => one,
            _ => throw new MagnumException(409, "Multiple ClusterTemplates exist with same name. Please use the ClusterTemplate uuid instead."),
        };
    }

    public static NodeGroup FindGroup(Cluster cluster, string idOrName) =>
        cluster.NodeGroups.Find(g => g.Uuid == idOrName) ?? cluster.NodeGroups.Find(g => g.Name == idOrName)
        ?? throw MagnumException.NotFound("Nodegroup", idOrName);

    public ClusterTemplate? TemplateOf(Cluster cluster) => Templates.Find(t => t.Uuid == cluster.TemplateId);
}
