using Portal.Core.Monitoring.Dashboards;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Charts;

/// <summary>What the charts show, as the page's address has it.</summary>
/// <param name="Kind">Which dashboard.</param>
/// <param name="ClusterIds">The clusters; empty for the first that there is.</param>
/// <param name="Selection">Node, namespace, controller, pod; what is missing is the first that there is.</param>
/// <param name="Range">Time range.</param>
/// <param name="Refresh">Seconds until it is read again; 0 for never.</param>
public sealed record ChartsQuery(DashboardKind Kind, IReadOnlyList<string> ClusterIds, ChartSelection Selection, TimeRange Range, int Refresh)
{
    /// <summary>Charts show at most so many clusters at once.</summary>
    public const int MostClusters = 8;

    private static readonly int[] Pauses = [10, 30, 60, 300];

    /// <summary>Gets whether the drawer with what was in the range is open.</summary>
    public bool IsLooking { get; init; }

    /// <summary>Gets the selection without what this dashboard does not ask for.</summary>
    public ChartSelection Meant => Kind switch
    {
        DashboardKind.Node => new() { Node = Selection.Node },
        DashboardKind.Zone => new() { Namespace = Selection.Namespace },
        DashboardKind.Workload => new() { Namespace = Selection.Namespace, Workload = Selection.Workload },
        DashboardKind.Pod => new() { Namespace = Selection.Namespace, Pod = Selection.Pod },
        _ => new(),
    };

    /// <summary>Reads the address' values; what is unknown is left at its default.</summary>
    public static ChartsQuery Read(string? dashboard, IEnumerable<string>? clusters, ChartSelection selection, TimeRange range, int? refresh) => new(
        Enum.TryParse<DashboardKind>(dashboard, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : DashboardKind.Cluster,
        [.. (clusters ?? []).Where(c => c.Length > 0).Distinct(StringComparer.Ordinal).Take(MostClusters)],
        selection,
        range,
        refresh is { } seconds && Pauses.Contains(seconds) ? seconds : 0);

    /// <summary>Gives the address' values; defaults are left out.</summary>
    public Dictionary<string, object?> Write() => new(StringComparer.Ordinal)
    {
        ["dashboard"] = Kind is DashboardKind.Cluster ? null : Kind.ToString().ToLowerInvariant(),
        ["cluster"] = ClusterIds.Count == 0 ? null : ClusterIds.ToArray(),
        ["node"] = Kind is DashboardKind.Node ? Selection.Node : null,
        ["namespace"] = Kind is DashboardKind.Cluster or DashboardKind.Node ? null : Selection.Namespace,
        ["workload"] = Kind is DashboardKind.Workload or DashboardKind.Pod ? Selection.Workload?.ToString() : null,
        ["pod"] = Kind is DashboardKind.Pod ? Selection.Pod : null,
        ["from"] = Range == TimeRange.Default ? null : Range.From,
        ["to"] = Range == TimeRange.Default ? null : Range.To,
        ["refresh"] = Refresh == 0 ? null : Refresh,
        ["look"] = IsLooking ? 1 : null,
    };
}
