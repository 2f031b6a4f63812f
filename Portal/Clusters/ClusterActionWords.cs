using Portal.Core.Clusters;
using Portal.Shell;

namespace Portal.Clusters;

/// <summary>Names and places of what can be done with a cluster.</summary>
internal static class ClusterActionWords
{
    /// <summary>Gives the button's text.</summary>
    public static string Name(ClusterAction action) => action switch
    {
        ClusterAction.Resize => ClustersText.ActionResize,
        ClusterAction.RotateAuthority => ClustersText.ActionRotateAuthority,
        ClusterAction.Delete => ClustersText.ActionDelete,
        ClusterAction.Initialise => ClustersText.ActionInitialise,
        _ => ClustersText.ActionKubeconfig,
    };

    /// <summary>Gives the address at which the cluster's page opens with the action begun.</summary>
    public static string Url(string projectId, string clusterId, ClusterAction action) => action is ClusterAction.Kubeconfig
        ? ProjectRoutes.Cluster(projectId, clusterId, "access")
        : ProjectRoutes.Cluster(projectId, clusterId) + (action is ClusterAction.Initialise ? "" : "?do=" + action.ToString().ToLowerInvariant());
}
