using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>A pod that was there in a range.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Node">Where it ran; empty while it waited.</param>
/// <param name="Workload">What made it, or null.</param>
public sealed record ChartPod(string Namespace, string Name, string Node, WorkloadName? Workload);

/// <summary>What can be chosen in a cluster.</summary>
/// <param name="Nodes">Names of nodes.</param>
/// <param name="Pods">Pods, those that are gone among them.</param>
public sealed record ChartPlaces(ImmutableArray<string> Nodes, ImmutableArray<ChartPod> Pods)
{
    /// <summary>Gets the namespaces with pods.</summary>
    public IEnumerable<string> Namespaces => Pods.Select(p => p.Namespace).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Gives the controllers of a namespace.</summary>
    public IEnumerable<WorkloadName> WorkloadsOf(string? ns) => Pods.Where(p => p.Namespace == ns).Select(p => p.Workload).OfType<WorkloadName>().Distinct().OrderBy(w => w.Name, StringComparer.Ordinal).ThenBy(w => w.Kind, StringComparer.Ordinal);

    /// <summary>Gives the pods of a namespace, or of one controller in it.</summary>
    public IEnumerable<ChartPod> PodsOf(string? ns, WorkloadName? workload) => Pods.Where(p => p.Namespace == ns && (workload is null || p.Workload == workload)).OrderBy(p => p.Name, StringComparer.Ordinal);
}

/// <summary>Finds what can be chosen; needs <see cref="Capability.Read"/>.</summary>
public interface IChartPlaces
{
    /// <summary>Lists the nodes and pods that were there in a range, as Prometheus saw them: also those that are gone.</summary>
    /// <exception cref="ForbiddenException">The scope may not read the cluster's project.</exception>
    /// <exception cref="BackendException">See <see cref="MetricTroubles.Of"/>.</exception>
    Task<ChartPlaces> ListAsync(Scope scope, ClusterKey cluster, RangeWindow window, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class ChartPlacesService(IClusterMetrics metrics) : IChartPlaces
{
    public async Task<ChartPlaces> ListAsync(Scope scope, ClusterKey cluster, RangeWindow window, CancellationToken cancellationToken)
    {
        var nodes = metrics.ListLabelValuesAsync(scope, cluster, "node", "node_uname_info", window, cancellationToken);
        var pods = await metrics.ListSeriesAsync(scope, cluster, "kube_pod_info", window, cancellationToken).ConfigureAwait(false);
        return new ChartPlaces(
            await nodes.ConfigureAwait(false),
            [.. pods.Select(p => new ChartPod(p["namespace"], p["pod"], p["node"], WorkloadName.Of(p["created_by_kind"], p["created_by_name"]))).Where(p => p.Name.Length > 0).DistinctBy(p => (p.Namespace, p.Name))]);
    }
}
