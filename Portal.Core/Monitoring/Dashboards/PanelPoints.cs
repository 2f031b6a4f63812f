using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>A line of a chart.</summary>
/// <param name="ClusterId">Of which cluster; empty for a line that stands for several.</param>
/// <param name="Query">Which of the panel's queries, from 0.</param>
/// <param name="Labels">Whose it is.</param>
/// <param name="Values">A value for each time of the grid; NaN is a gap.</param>
public sealed record PanelLine(string ClusterId, int Query, MetricLabels Labels, double[] Values)
{
    /// <summary>Gets how many lines it stands for: more than one for the rest beyond the eighth.</summary>
    public int Of { get; init; } = 1;
}

/// <summary>A cluster whose numbers are not in the chart.</summary>
/// <param name="ClusterId">Which.</param>
/// <param name="Trouble">Why.</param>
/// <param name="Failure">What was met.</param>
public sealed record PanelProblem(string ClusterId, MetricTrouble Trouble, Exception Failure);

/// <summary>Everything that a chart shows.</summary>
/// <param name="Window">The grid of its times.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Problems">The clusters that are missing.</param>
public sealed record PanelPoints(RangeWindow Window, ImmutableArray<PanelLine> Lines, ImmutableArray<PanelProblem> Problems)
{
    /// <summary>Gets what Prometheus servers remark.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Gets how many lines are not shown at all.</summary>
    public int LeftOut { get; init; }
}

/// <summary>Gives the numbers of charts; needs <see cref="Capability.Read"/> for each cluster's project.</summary>
public interface IPanelPoints
{
    /// <summary>Gives a built-in panel. A cluster that fails is named in the answer; the others are complete.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="clusters">The clusters, at most 8.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="selection">What its queries ask for.</param>
    /// <param name="window">The grid.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ForbiddenException">A cluster is of another project, or the person may not read.</exception>
    Task<PanelPoints> GetAsync(Scope scope, IReadOnlyList<ClusterKey> clusters, Panel panel, ChartSelection selection, RangeWindow window, CancellationToken cancellationToken);

    /// <summary>Gives what a person's own expression shows, at most <paramref name="most"/> lines.</summary>
    /// <inheritdoc cref="GetAsync"/>
    Task<PanelPoints> ExploreAsync(Scope scope, IReadOnlyList<ClusterKey> clusters, string expression, RangeWindow window, int most, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class PanelPointsService(IClusterMetrics metrics) : IPanelPoints
{
    private const int MostLines = 8;

    public async Task<PanelPoints> GetAsync(
        Scope scope, IReadOnlyList<ClusterKey> clusters, Panel panel, ChartSelection selection, RangeWindow window, CancellationToken cancellationToken)
    {
        var points = await AskAsync(scope, clusters, [.. panel.Queries.Select(q => selection.Fill(q.Expression, window.Step))], window, cancellationToken).ConfigureAwait(false);
        return points with { Lines = LineLimit.Gather(points.Lines, MostLines, panel.AddsUp) };
    }

    public async Task<PanelPoints> ExploreAsync(
        Scope scope, IReadOnlyList<ClusterKey> clusters, string expression, RangeWindow window, int most, CancellationToken cancellationToken)
    {
        var points = await AskAsync(scope, clusters, [expression], window, cancellationToken).ConfigureAwait(false);
        return points.Lines.Length <= most ? points : points with { Lines = LineLimit.Highest(points.Lines, most), LeftOut = points.LeftOut + points.Lines.Length - most };
    }

    private async Task<PanelPoints> AskAsync(Scope scope, IReadOnlyList<ClusterKey> clusters, IReadOnlyList<string> expressions, RangeWindow window, CancellationToken cancellationToken)
    {
        var parts = await Task.WhenAll(clusters.Select(c => OneAsync(scope, c, expressions, window, cancellationToken))).ConfigureAwait(false);
        return new PanelPoints(window, [.. parts.SelectMany(p => p.Lines)], [.. parts.Select(p => p.Problem).OfType<PanelProblem>()])
        {
            Warnings = [.. parts.SelectMany(p => p.Warnings).Distinct(StringComparer.Ordinal)],
            LeftOut = parts.Sum(p => p.LeftOut),
        };
    }

    private async Task<Part> OneAsync(Scope scope, ClusterKey cluster, IReadOnlyList<string> expressions, RangeWindow window, CancellationToken cancellationToken)
    {
        try
        {
            var answers = await Task.WhenAll(expressions.Select(e => metrics.QueryRangeAsync(scope, cluster, e, window, cancellationToken))).ConfigureAwait(false);
            var lines = answers.SelectMany((answer, query) => answer.Series
                .OrderBy(s => s.Labels.ToString(), StringComparer.Ordinal)
                .Select(s => new PanelLine(cluster.ClusterId, query, s.Labels, s.Values)));
            return new([.. lines], null, [.. answers.SelectMany(a => a.Warnings)], answers.Sum(a => a.LeftOut));
        }
        catch (BackendException e)
        {
            return new([], new(cluster.ClusterId, MetricTroubles.Of(e), e), [], 0);
        }
    }

    private sealed record Part(ImmutableArray<PanelLine> Lines, PanelProblem? Problem, ImmutableArray<string> Warnings, int LeftOut);
}
