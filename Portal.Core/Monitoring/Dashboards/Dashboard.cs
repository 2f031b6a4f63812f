using System.Collections.Immutable;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>What a dashboard is about.</summary>
public enum DashboardKind
{
    /// <summary>Whole clusters; several at once.</summary>
    Cluster,

    /// <summary>One node.</summary>
    Node,

    /// <summary>One namespace.</summary>
    Zone,

    /// <summary>The pods of one controller.</summary>
    Workload,

    /// <summary>One pod, by container.</summary>
    Pod,
}

/// <summary>What a panel's numbers are.</summary>
public enum MetricUnit
{
    /// <summary>A number without a unit.</summary>
    Number,

    /// <summary>A count of things.</summary>
    Count,

    /// <summary>From 0 to 1, shown in per cent.</summary>
    Ratio,

    /// <summary>CPU cores.</summary>
    Cores,

    /// <summary>Bytes, shown in binary units.</summary>
    Bytes,

    /// <summary>Bytes in a second.</summary>
    BytesPerSecond,

    /// <summary>Events in a second.</summary>
    PerSecond,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>Bits, shown in decimal units.</summary>
    Bits,

    /// <summary>Bits in a second.</summary>
    BitsPerSecond,
}

/// <summary>One query of a panel.</summary>
/// <param name="Expression">PromQL; <c>$node</c>, <c>$namespace</c>, <c>$pod</c>, <c>$name</c>, <c>$kind</c>, <c>$creators</c> stand for quoted values of the selection, <c>$window</c> for a rate's range.</param>
/// <param name="Legend">Name of its lines: <c>{label}</c> is a label's value, <c>[word]</c> a word in the person's language.</param>
public sealed record PanelQuery(string Expression, string Legend);

/// <summary>A dashed line with a name.</summary>
/// <param name="Value">Where.</param>
/// <param name="Name">A word in the person's language: <c>high</c>, <c>full</c>.</param>
public sealed record PanelThreshold(double Value, string Name);

/// <summary>One chart.</summary>
/// <param name="Id">Unique in its dashboard, and the key of its title.</param>
/// <param name="Unit">What its numbers are.</param>
/// <param name="Queries">What it shows.</param>
public sealed record Panel(string Id, MetricUnit Unit, ImmutableArray<PanelQuery> Queries)
{
    /// <summary>Gets the thresholds.</summary>
    public ImmutableArray<PanelThreshold> Thresholds { get; init; } = [];

    /// <summary>Gets whether the first line is filled: an amount of one thing.</summary>
    public bool IsArea { get; init; }

    /// <summary>Gets whether the panel is left away where nothing measures it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Gets whether lines beyond the eighth are added up; else the highest of them is shown.</summary>
    public bool AddsUp => Unit is not (MetricUnit.Ratio or MetricUnit.Seconds);
}

/// <summary>A set of charts about one thing.</summary>
/// <param name="Kind">About what.</param>
/// <param name="Panels">The charts, the most asked for first.</param>
public sealed record Dashboard(DashboardKind Kind, ImmutableArray<Panel> Panels)
{
    /// <summary>Finds a panel.</summary>
    public Panel? Find(string? id) => Panels.FirstOrDefault(p => p.Id == id);
}

/// <summary>The dashboards that the portal brings.</summary>
public static class BuiltInDashboards
{
    private static readonly ImmutableArray<Dashboard> Dashboards = [ClusterDashboard.Value, NodeDashboard.Value, ZoneDashboard.Value, WorkloadDashboard.Value, PodDashboard.Value];

    /// <summary>Gets all of them.</summary>
    public static ImmutableArray<Dashboard> All => Dashboards;

    /// <summary>Gives the one of a kind.</summary>
    public static Dashboard Of(DashboardKind kind) => Dashboards[(int)kind];
}
