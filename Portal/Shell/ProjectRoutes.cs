using Portal.Shared.Ranges;

namespace Portal.Shell;

/// <summary>Addresses of a project's pages. Every link is made here.</summary>
public static class ProjectRoutes
{
    /// <summary>Overview, the start page of a project.</summary>
    public static string Overview(string projectId) => $"/p/{Uri.EscapeDataString(projectId)}";

    /// <summary>List of clusters.</summary>
    public static string Clusters(string projectId) => $"{Overview(projectId)}/clusters";

    /// <summary>The wizard.</summary>
    public static string CreateCluster(string projectId) => $"{Clusters(projectId)}/create";

    /// <summary>A cluster, on one of its tabs.</summary>
    public static string Cluster(string projectId, string clusterId, string? tab = null) =>
        $"{Clusters(projectId)}/{Uri.EscapeDataString(clusterId)}{(tab is null ? "" : $"?tab={Uri.EscapeDataString(tab)}")}";

    /// <summary>A plan, with one of its steps open.</summary>
    public static string Plan(string projectId, string planId, string? step = null) =>
        $"{Overview(projectId)}/plans/{Uri.EscapeDataString(planId)}{(step is null ? "" : $"?step={Uri.EscapeDataString(step)}")}";

    /// <summary>The project's images, on one of the page's tabs; or the images of a public project.</summary>
    public static string Images(string projectId, string? tab = null, string? harborProject = null) =>
        $"{Overview(projectId)}/images{(tab is null ? "" : $"?tab={Uri.EscapeDataString(tab)}")}{(harborProject is null ? "" : $"&of={Uri.EscapeDataString(harborProject)}")}";

    /// <summary>A repository by its whole name, with one of its artifacts open.</summary>
    public static string Repository(string projectId, string fullName, string? digest = null) =>
        $"{Images(projectId)}/{string.Join('/', fullName.Split('/').Select(Uri.EscapeDataString))}{(digest is null ? "" : $"?artifact={Uri.EscapeDataString(digest)}")}";

    /// <summary>The alerts of the project's clusters, or of one; of those that are over, the ones of a range, or of the last day.</summary>
    public static string Alerts(string projectId, string? clusterId = null, TimeRange? range = null)
    {
        var values = new[] { clusterId is null ? null : $"cluster={Uri.EscapeDataString(clusterId)}", range?.ToQuery() }.OfType<string>().ToList();
        return $"{Overview(projectId)}/alerts{(values.Count == 0 ? "" : "?" + string.Join('&', values))}";
    }

    /// <summary>The charts of the project's clusters, or of one.</summary>
    public static string Charts(string projectId, string? clusterId = null) =>
        $"{Overview(projectId)}/charts{(clusterId is null ? "" : $"?cluster={Uri.EscapeDataString(clusterId)}")}";

    /// <summary>The charts of what logs were looked at: of the pod, else of the namespace, else of the cluster, over the same range.</summary>
    public static string ChartsOf(string projectId, IEnumerable<string> clusterIds, string? space, string? pod, TimeRange range) =>
        $"{Charts(projectId)}?{string.Concat(clusterIds.Select(id => $"cluster={Uri.EscapeDataString(id)}&"))}{(string.IsNullOrEmpty(space) ? "" : $"dashboard={(string.IsNullOrEmpty(pod) ? "namespace" : "pod")}&namespace={Uri.EscapeDataString(space)}&{(string.IsNullOrEmpty(pod) ? "" : $"pod={Uri.EscapeDataString(pod)}&")}")}{range.ToQuery()}";

    /// <summary>The page where a person asks clusters' Prometheus in PromQL.</summary>
    public static string Explore(string projectId, IEnumerable<string> clusterIds, TimeRange range, string? expression = null) =>
        $"{Charts(projectId)}/explore?{string.Concat(clusterIds.Select(id => $"cluster={Uri.EscapeDataString(id)}&"))}{(expression is null ? "" : $"expr={Uri.EscapeDataString(expression)}&")}{range.ToQuery()}";

    /// <summary>The logs of the project's clusters; with the query part of an address, without its question mark.</summary>
    public static string Logs(string projectId, string? query = null) => $"{Overview(projectId)}/logs{(string.IsNullOrEmpty(query) ? "" : "?" + query)}";

    /// <summary>The log of a pod, straight from its cluster.</summary>
    public static string PodLogs(string projectId, string clusterId, string space, string pod, string? container = null) =>
        $"{Cluster(projectId, clusterId)}/logs/{Uri.EscapeDataString(space)}/{Uri.EscapeDataString(pod)}{(container is null ? "" : $"?container={Uri.EscapeDataString(container)}")}";

    /// <summary>What was done in the project.</summary>
    public static string Activity(string projectId) => $"{Overview(projectId)}/activity";

    /// <summary>All projects' places in Harbor, for administrators of the platform.</summary>
    public static string Mapping(string projectId) => $"{Overview(projectId)}/mapping";

    /// <summary>The test of the connection to Harbor, for administrators of the platform.</summary>
    public static string Connection(string projectId) => $"{Mapping(projectId)}/connection";

    /// <summary>Which Harbor the portal works with, for administrators of the platform.</summary>
    public static string Harbor(string projectId) => $"{Mapping(projectId)}/harbor";

    /// <summary>Gives the project's id in a relative address, or null.</summary>
    public static string? ProjectOf(string relative)
    {
        var parts = relative.Split('?', '#')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["p", var project, ..] ? Uri.UnescapeDataString(project) : null;
    }
}
