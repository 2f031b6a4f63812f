using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;
using Portal.Monitoring.Charts;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Monitoring.Looks;

/// <summary>Addresses that go on with a chart's range.</summary>
public static class LookLinks
{
    /// <summary>The logs of clusters and of what is selected in them.</summary>
    public static string Logs(string projectId, IEnumerable<string> clusterIds, ChartSelection selection, TimeRange range)
    {
        var parts = clusterIds.Select(id => ("cluster", (string?)id))
            .Concat([("from", range.From), ("to", range.To), ("namespace", selection.Namespace), ("workload", selection.Workload?.Name), ("pod", selection.Pod), ("node", selection.Node)]);
        return ProjectRoutes.Logs(projectId, Query(parts));
    }

    /// <summary>The charts of what an event is about, or null where there are none of it.</summary>
    public static string? Charts(string projectId, LookEvent item, TimeRange range) => item.Kind switch
    {
        "Pod" => Charts(projectId, new ChartsQuery(DashboardKind.Pod, [item.ClusterId], new() { Namespace = item.Namespace, Pod = item.Name }, range, 0)),
        "Node" => Charts(projectId, new ChartsQuery(DashboardKind.Node, [item.ClusterId], new() { Node = item.Name }, range, 0)),
        "Deployment" or "StatefulSet" or "DaemonSet" => Charts(projectId, new ChartsQuery(DashboardKind.Workload, [item.ClusterId], new() { Namespace = item.Namespace, Workload = new(item.Kind, item.Name) }, range, 0)),
        _ => null,
    };

    /// <summary>The charts of what was delivered.</summary>
    public static string Charts(string projectId, LookDelivery delivery, TimeRange range) =>
        Charts(projectId, new ChartsQuery(DashboardKind.Workload, [delivery.ClusterId], new() { Namespace = delivery.Namespace, Workload = delivery.Workload }, range, 0));

    /// <summary>The charts of a query, with the drawer open.</summary>
    public static string Charts(string projectId, ChartsQuery query)
    {
        var values = (query with { IsLooking = true }).Write();
        return $"{ProjectRoutes.Charts(projectId)}?{Query(values.SelectMany(v => v.Value is string[] many ? many.Select(m => (v.Key, (string?)m)) : [(v.Key, v.Value?.ToString())]))}";
    }

    private static string Query(IEnumerable<(string Name, string? Value)> parts) => string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
}
