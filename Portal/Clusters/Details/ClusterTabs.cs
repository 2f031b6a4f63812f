using Portal.Core.Clusters;
using Portal.Shared;
using Portal.Shell;

namespace Portal.Clusters.Details;

/// <summary>The tabs of a cluster.</summary>
internal static class ClusterTabs
{
    /// <summary>Gives the tabs with their addresses.</summary>
    public static IReadOnlyList<Tabs.Tab> Of(string projectId, ClusterView view)
    {
        Tabs.Tab Make(string key, string name, int? count = null) => new(key, name, ProjectRoutes.Cluster(projectId, view.Cluster.Id, key == "overview" ? null : key), count);
        return
        [
            Make("overview", ClusterText.TabOverview),
            Make("nodes", ClusterText.TabNodes, view.Cluster.IsDetailed ? view.Cluster.NodeAddresses.Length + view.Cluster.MasterAddresses.Length : null),
            Make("addons", ClusterText.TabAddons),
            new("charts", ShellText.Charts, ProjectRoutes.Charts(projectId, view.Cluster.Id), null),
            Make("events", ClusterText.TabEvents),
            Make("plans", ClusterText.TabPlans),
            Make("access", ClusterText.TabAccess),
            Make("activity", ClusterText.TabActivity),
        ];
    }
}
