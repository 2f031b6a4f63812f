namespace Portal.Monitoring.Charts;

/// <summary>Everything that the browser draws: the charts of one page and one range. Numbers are not in it; each chart fetches its own.</summary>
/// <param name="From">First moment, Unix seconds.</param>
/// <param name="To">Last moment, Unix seconds.</param>
/// <param name="Charts">The charts.</param>
/// <param name="Marks">What happened in the range.</param>
public sealed record ChartBoardSpec(long From, long To, IReadOnlyList<ChartSpec> Charts, IReadOnlyList<ChartMark> Marks);

/// <summary>One chart.</summary>
/// <param name="Id">Stable on the page: a chart with the same id keeps its place and its old lines until new ones come.</param>
/// <param name="Title">Title.</param>
/// <param name="Unit">One of <see cref="Portal.Core.Monitoring.Dashboards.MetricUnit"/>, in lower case.</param>
/// <param name="UnitWords">The unit beside the title; may be empty.</param>
/// <param name="Url">Where its numbers are.</param>
public sealed record ChartSpec(string Id, string Title, string Unit, string UnitWords, string Url)
{
    /// <summary>Gets what is posted to the address, or null where it is only asked.</summary>
    public string? Body { get; init; }

    /// <summary>Gets whether the first line is filled.</summary>
    public bool IsArea { get; init; }

    /// <summary>Gets whether the chart is left away where nothing measures it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Gets whether it is the only one and may be high.</summary>
    public bool IsTall { get; init; }

    /// <summary>Gets the id of the element that the chart stands in; null for the board's own grid.</summary>
    public string? Slot { get; init; }

    /// <summary>Gets the dashed lines.</summary>
    public IReadOnlyList<ChartLimit> Limits { get; init; } = [];
}

/// <summary>A dashed line with a name.</summary>
public sealed record ChartLimit(double Value, string Name);

/// <summary>Something that happened, drawn into every chart.</summary>
/// <param name="At">When, Unix seconds.</param>
/// <param name="Kind"><c>alert</c>, <c>scaling</c>, <c>change</c>, <c>delivery</c>.</param>
/// <param name="Text">What, in one line.</param>
/// <param name="Url">Where it is told.</param>
public sealed record ChartMark(long At, string Kind, string Text, string Url);
