using System.Collections.Immutable;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>A series on the grid of a <see cref="RangeWindow"/>.</summary>
/// <param name="Labels">Whose it is.</param>
/// <param name="Values">A value for each time of the grid; <see cref="double.NaN"/> where Prometheus has none (or says NaN itself); may be infinite.</param>
public sealed record MetricSeries(MetricLabels Labels, double[] Values);

/// <summary>The answer to <c>/api/v1/query_range</c>.</summary>
/// <param name="Window">The grid.</param>
/// <param name="Series">In Prometheus' order.</param>
public sealed record RangeAnswer(RangeWindow Window, ImmutableArray<MetricSeries> Series)
{
    /// <summary>Gets what Prometheus remarks beside a good answer (<c>warnings</c> and <c>infos</c>).</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Gets how many more series the answer had than are kept.</summary>
    public int LeftOut { get; init; }
}

/// <summary>What an instant query gives.</summary>
public enum InstantKind
{
    /// <summary>One value for each series.</summary>
    Vector,

    /// <summary>Several values for each series (a range selector).</summary>
    Matrix,

    /// <summary>A number.</summary>
    Scalar,

    /// <summary>A text.</summary>
    Text,
}

/// <summary>A value at a time.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="Value">May be NaN or infinite.</param>
public readonly record struct MetricPoint(double Time, double Value);

/// <summary>A series of an instant answer.</summary>
/// <param name="Labels">Whose it is.</param>
/// <param name="Points">One, or those of a range selector; none where it holds histograms only.</param>
public sealed record InstantSeries(MetricLabels Labels, ImmutableArray<MetricPoint> Points);

/// <summary>The answer to <c>/api/v1/query</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Series">The series; one without labels for a scalar.</param>
public sealed record InstantAnswer(InstantKind Kind, ImmutableArray<InstantSeries> Series)
{
    /// <summary>Gets the text, where it is one.</summary>
    public string? Text { get; init; }

    /// <summary>Gets what Prometheus remarks beside a good answer.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Gets how many more series the answer had than are kept.</summary>
    public int LeftOut { get; init; }
}

/// <summary>What Prometheus knows of a metric (<c>/api/v1/metadata</c>).</summary>
/// <param name="Type"><c>counter</c>, <c>gauge</c>, <c>histogram</c>, …; may be empty.</param>
/// <param name="Help">A sentence in English by the exporter's author; may be empty.</param>
public sealed record MetricDescription(string Type, string Help);
