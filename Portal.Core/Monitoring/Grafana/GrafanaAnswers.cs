using System.Collections.Immutable;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>A dashboard over one cluster and one range, with its variables' values. Made by <see cref="IGrafanaPanels.OpenAsync"/> only.</summary>
public sealed record GrafanaView
{
    internal GrafanaView(ImportedDashboard file, GrafanaDashboard dashboard, ClusterKey cluster, RangeWindow window, ImmutableArray<GrafanaChoice> choices)
    {
        (File, Dashboard, Cluster, Window, Choices) = (file, dashboard, cluster, window, choices);
        Filler = new Filler(choices.ToDictionary(c => c.Variable.Name, StringComparer.Ordinal), window);
    }

    /// <summary>Gets which it is.</summary>
    public ImportedDashboard File { get; }

    /// <summary>Gets the dashboard.</summary>
    public GrafanaDashboard Dashboard { get; }

    /// <summary>Gets the cluster.</summary>
    public ClusterKey Cluster { get; }

    /// <summary>Gets the grid of its times.</summary>
    public RangeWindow Window { get; }

    /// <summary>Gets its variables.</summary>
    public ImmutableArray<GrafanaChoice> Choices { get; }

    internal Filler Filler { get; }

    /// <summary>Fills a title or a text with the variables' values.</summary>
    public string Words(string text) => Filler.Words(text);

    /// <summary>Gives a panel's queries with the variables' values in them.</summary>
    /// <exception cref="Backends.BackendException">A value cannot stand where a query has it.</exception>
    public ImmutableArray<string> Expressions(GrafanaPanel panel) => [.. panel.Queries.Select(q => Filler.Query(q.Expression, panel.LeastStep))];
}

/// <summary>The lines of a panel over time.</summary>
/// <param name="Points">The lines, in the portal's unit.</param>
/// <param name="Names">Names of the lines, in their order.</param>
public sealed record GrafanaLines(PanelPoints Points, ImmutableArray<string> Names);

/// <summary>One number of a panel.</summary>
/// <param name="Name">Name of its line.</param>
/// <param name="Value">In the portal's unit; NaN for no value.</param>
/// <param name="Text">The text in its place, or null.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Part">How far it is from the least to the greatest, 0 to 1.</param>
public sealed record GrafanaNumber(string Name, double Value, string? Text, GrafanaLevel Level, double Part);

/// <summary>A cell of a table.</summary>
/// <param name="Text">A label's value, or a mapped text; null where it is a number.</param>
/// <param name="Value">The number.</param>
public readonly record struct GrafanaCell(string? Text, double Value);

/// <summary>A table.</summary>
/// <param name="Columns">Names of the columns, and their units where they are numbers.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="LeftOut">How many rows are left out.</param>
public sealed record GrafanaTable(ImmutableArray<(string Name, MetricUnit? Unit)> Columns, ImmutableArray<ImmutableArray<GrafanaCell>> Rows, int LeftOut);

/// <summary>What a panel shows that is no chart.</summary>
/// <param name="Numbers">Its numbers; none for a table.</param>
/// <param name="Table">The table, or null.</param>
/// <param name="Problem">Why nothing came, or null.</param>
public sealed record GrafanaReading(ImmutableArray<GrafanaNumber> Numbers, GrafanaTable? Table, PanelProblem? Problem)
{
    /// <summary>Gets how many numbers are left out.</summary>
    public int LeftOut { get; init; }

    /// <summary>Gets what Prometheus remarks.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
