using System.Collections.Immutable;
using Portal.Core.Monitoring.Dashboards;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>A dashboard of Grafana's, as far as the portal shows it.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Variables">Its variables, in their order; constants of <c>__inputs</c> first.</param>
/// <param name="Rows">Its rows; panels before the first row are in one without a title.</param>
/// <param name="Findings">What is shown in another way, or not at all.</param>
public sealed record GrafanaDashboard(string Title, ImmutableArray<GrafanaVariable> Variables, ImmutableArray<GrafanaRow> Rows, ImmutableArray<GrafanaFinding> Findings)
{
    /// <summary>Gets the range that it opens with: <c>now-6h</c> and <c>now</c>; null where the file says none.</summary>
    public (string From, string To)? Range { get; init; }

    /// <summary>Gets the panels that are shown.</summary>
    public IEnumerable<GrafanaPanel> Panels => Rows.SelectMany(r => r.Panels);

    /// <summary>Finds a panel.</summary>
    public GrafanaPanel? Find(string? id) => Panels.FirstOrDefault(p => p.Id == id);
}

/// <summary>A row of panels under a title.</summary>
/// <param name="Title">Its title; empty for the panels before the first.</param>
/// <param name="IsClosed">Whether its panels are shown, and asked for, only when a person opens it.</param>
/// <param name="Panels">Its panels, from above and from the left.</param>
public sealed record GrafanaRow(string Title, bool IsClosed, ImmutableArray<GrafanaPanel> Panels);

/// <summary>How a panel shows its numbers.</summary>
public enum GrafanaPanelKind
{
    /// <summary>Lines over time (<c>timeseries</c>, formerly <c>graph</c>).</summary>
    TimeSeries,

    /// <summary>Large numbers (<c>stat</c>, formerly <c>singlestat</c>).</summary>
    Stat,

    /// <summary>Numbers between a least and a greatest (<c>gauge</c>).</summary>
    Gauge,

    /// <summary>Numbers as bars under each other (<c>bargauge</c>).</summary>
    BarGauge,

    /// <summary>A table (<c>table</c>, formerly <c>table-old</c>).</summary>
    Table,

    /// <summary>A text (<c>text</c>).</summary>
    Text,
}

/// <summary>Where a panel stands.</summary>
/// <param name="X">From the left, 0 to 23.</param>
/// <param name="Y">From above.</param>
/// <param name="Width">1 to 24.</param>
/// <param name="Height">In Grafana's units of 30 pixels.</param>
public sealed record GrafanaPlace(int X, int Y, int Width, int Height);

/// <summary>A query of a panel.</summary>
/// <param name="RefId"><c>A</c>, <c>B</c>, …</param>
/// <param name="Expression">PromQL with variables.</param>
/// <param name="Legend"><c>{{label}}</c> stands for a label's value; empty for Grafana's own choice.</param>
/// <param name="IsInstant">Whether only the last moment is asked for.</param>
public sealed record GrafanaQuery(string RefId, string Expression, string Legend, bool IsInstant);

/// <summary>How grave a value is, by the colour of its threshold.</summary>
public enum GrafanaLevel
{
    /// <summary>A colour that means nothing by itself.</summary>
    Plain,

    /// <summary>Green.</summary>
    Good,

    /// <summary>Yellow or orange.</summary>
    Warning,

    /// <summary>Red.</summary>
    Bad,
}

/// <summary>From a value on, a level.</summary>
/// <param name="From">The least value; <see cref="double.NegativeInfinity"/> for the base. In the panel's own unit.</param>
/// <param name="Level">The level.</param>
public sealed record GrafanaThreshold(double From, GrafanaLevel Level);

/// <summary>A text in place of values.</summary>
/// <param name="From">The least value; NaN for "no value".</param>
/// <param name="To">The greatest.</param>
/// <param name="Text">What is shown.</param>
public sealed record GrafanaMapping(double From, double To, string Text)
{
    /// <summary>Gets whether a value is meant.</summary>
    public bool Suits(double value) => double.IsNaN(value) ? double.IsNaN(From) : value >= From && value <= To;
}

/// <summary>What is known of a table's column.</summary>
/// <param name="Pattern">Name of the column, or a pattern between slashes.</param>
/// <param name="Name">The name that is shown, or null for its own.</param>
/// <param name="Unit">Its unit, or null for the panel's.</param>
/// <param name="IsHidden">Whether it is left out.</param>
/// <param name="Order">Where it stands, or null.</param>
public sealed record GrafanaColumn(string Pattern, string? Name, GrafanaUnit? Unit, bool IsHidden, int? Order);

/// <summary>A unit, as what the portal knows.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Factor">What a value is multiplied by to be in it.</param>
public sealed record GrafanaUnit(MetricUnit Unit, double Factor)
{
    /// <summary>A number without a unit.</summary>
    public static readonly GrafanaUnit Plain = new(MetricUnit.Number, 1);
}

/// <summary>One panel.</summary>
/// <param name="Id">Unique in its dashboard.</param>
/// <param name="Kind">How it shows.</param>
/// <param name="Title">Its title, with variables.</param>
/// <param name="Place">Where it stands.</param>
public sealed record GrafanaPanel(string Id, GrafanaPanelKind Kind, string Title, GrafanaPlace Place)
{
    /// <summary>Gets what it says of itself; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Gets its queries; those that are hidden are not among them.</summary>
    public ImmutableArray<GrafanaQuery> Queries { get; init; } = [];

    /// <summary>Gets what its numbers are.</summary>
    public GrafanaUnit Unit { get; init; } = GrafanaUnit.Plain;

    /// <summary>Gets the thresholds, the lowest first.</summary>
    public ImmutableArray<GrafanaThreshold> Thresholds { get; init; } = [];

    /// <summary>Gets whether thresholds are per cent of the way from <see cref="Least"/> to <see cref="Greatest"/>.</summary>
    public bool ThresholdsArePercent { get; init; }

    /// <summary>Gets whether thresholds are drawn as lines.</summary>
    public bool DrawsThresholds { get; init; }

    /// <summary>Gets whether lines are filled.</summary>
    public bool IsArea { get; init; }

    /// <summary>Gets the texts in place of values.</summary>
    public ImmutableArray<GrafanaMapping> Mappings { get; init; } = [];

    /// <summary>Gets the least value of a gauge, or null.</summary>
    public double? Least { get; init; }

    /// <summary>Gets the greatest value of a gauge, or null.</summary>
    public double? Greatest { get; init; }

    /// <summary>Gets how a line becomes one number: <c>lastNotNull</c>, <c>mean</c>, <c>max</c>, …</summary>
    public string Reduce { get; init; } = "lastNotNull";

    /// <summary>Gets how many decimals are shown, or null for what suits the value.</summary>
    public int? Decimals { get; init; }

    /// <summary>Gets the shortest step in seconds that its queries want; 0 for none.</summary>
    public int LeastStep { get; init; }

    /// <summary>Gets what is known of a table's columns; the first that suits counts for each of its parts.</summary>
    public ImmutableArray<GrafanaColumn> Columns { get; init; } = [];

    /// <summary>Gets the text of a text panel.</summary>
    public string Content { get; init; } = "";

    /// <summary>Gets whether the text is Markdown, else plain.</summary>
    public bool IsMarkdown { get; init; }
}

/// <summary>Something of a dashboard that is shown in another way, or not at all.</summary>
/// <param name="Code">Code of its sentence: <c>panel-kind</c>, <c>variable-kind</c>, …</param>
/// <param name="Detail">The name in the file: <c>heatmap</c>.</param>
/// <param name="Where">Titles of panels, or names of variables.</param>
public sealed record GrafanaFinding(string Code, string Detail, ImmutableArray<string> Where)
{
    /// <summary>Gets whether something is not shown at all, else it is shown in another way.</summary>
    public bool IsLost => Code is "panel-kind" or "panel-library" or "panel-empty" or "query-source" or "query-math" or "variable-kind" or "variable-query" or "annotations";
}
