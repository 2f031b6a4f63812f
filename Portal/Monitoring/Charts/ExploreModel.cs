using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Charts;

/// <summary>What is asked, as the page's address has it.</summary>
/// <param name="Expression">PromQL.</param>
/// <param name="IsInstant">Whether a table of the range's last moment is wanted, else a chart.</param>
/// <param name="ClusterIds">The clusters.</param>
/// <param name="Range">Time range.</param>
public sealed record ExploreQuery(string Expression, bool IsInstant, IReadOnlyList<string> ClusterIds, TimeRange Range);

/// <summary>A row of the table.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Series">The series as Prometheus writes it.</param>
/// <param name="Value">The value, or the values of a range selector with their times.</param>
public sealed record ExploreRow(string Cluster, string Series, string Value);

/// <summary>Asks clusters' Prometheus what a person typed.</summary>
public sealed class ExploreModel(ProjectClustersModel clusters, IClusterMetrics metrics, TimeProvider time)
{
    /// <summary>Rows of the table.</summary>
    public const int MostRows = 500;

    private const int MostPoints = 60;

    /// <summary>Gets the clusters.</summary>
    public ProjectClustersModel Clusters => clusters;

    /// <summary>Gets the query that the results are of, or null before the first.</summary>
    public ExploreQuery? Query { get; private set; }

    /// <summary>Gets whether Prometheus is being asked.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets what is wrong with the expression, or null.</summary>
    public QueryError? Wrong { get; private set; }

    /// <summary>Gets the clusters that do not answer.</summary>
    public IReadOnlyList<(string Cluster, Exception Failure)> Problems { get; private set; } = [];

    /// <summary>Gets Prometheus' remarks.</summary>
    public IReadOnlyList<string> Remarks { get; private set; } = [];

    /// <summary>Gets the table, or null where it is none.</summary>
    public IReadOnlyList<ExploreRow>? Rows { get; private set; }

    /// <summary>Gets how many series the table leaves out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Gets the chart, or null where it is none.</summary>
    public ChartBoardSpec? Board { get; private set; }

    /// <summary>Gets the clusters that are asked.</summary>
    public IReadOnlyList<ClusterChoice> Asked => clusters.Chosen(Query?.ClusterIds ?? []);

    /// <summary>Asks.</summary>
    public async Task RunAsync(Scope scope, ExploreQuery query, CancellationToken cancellationToken)
    {
        Query = query;
        (Wrong, Problems, Remarks, LeftOut) = (null, [], [], 0);
        if (query.Expression.Trim().Length == 0 || query.Expression.Length > ChartRoutes.LongestExpression || Asked.Count == 0)
        {
            (Rows, Board) = (null, null);
            return;
        }

        IsBusy = true;
        try
        {
            await (query.IsInstant ? TableAsync(scope, query, cancellationToken) : ChartAsync(scope, query, cancellationToken));
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>Gives what may be typed at the caret, by what the first cluster has.</summary>
    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(Scope scope, string text, int caret, CancellationToken cancellationToken)
    {
        if (text.Length > ChartRoutes.LongestExpression || Asked.Count == 0)
        {
            return [];
        }

        var at = PromQlCompletion.At(text, caret);
        var cluster = new ClusterKey(scope.Region, scope.ProjectId, Asked[0].Id);
        try
        {
            return at.Place switch
            {
                CompletionPlace.Duration => PromQlCompletion.Of(at, []),
                CompletionPlace.Label => PromQlCompletion.Of(at, await metrics.ListLabelsAsync(scope, cluster, MatchOf(at), cancellationToken)),
                CompletionPlace.Value when at.Label.Length > 0 => PromQlCompletion.Of(at, await metrics.ListLabelValuesAsync(scope, cluster, at.Label, MatchOf(at), null, cancellationToken)),
                CompletionPlace.Expression => PromQlCompletion.Expressions(at, await metrics.ListLabelValuesAsync(scope, cluster, "__name__", null, null, cancellationToken), await DescribeAsync(scope, cluster, cancellationToken)),
                _ => [],
            };
        }
        catch (BackendException)
        {
            // A cluster that does not answer suggests functions at least; running the query says what is wrong.
            return at.Place is CompletionPlace.Expression ? PromQlCompletion.Expressions(at, [], ImmutableDictionary<string, MetricDescription>.Empty) : [];
        }
    }

    private static string? MatchOf(CompletionContext at) => at.Metric.Length == 0 ? null : $"{{__name__={PromQl.Quote(at.Metric)}}}";

    // What metrics mean is an addition: without it they are suggested all the same.
    private async Task<IReadOnlyDictionary<string, MetricDescription>> DescribeAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            return await metrics.DescribeAsync(scope, cluster, cancellationToken);
        }
        catch (BackendException)
        {
            return ImmutableDictionary<string, MetricDescription>.Empty;
        }
    }

    private async Task TableAsync(Scope scope, ExploreQuery query, CancellationToken cancellationToken)
    {
        var at = query.Range.At(time.GetUtcNow()).To;
        var answers = await AskAsync(scope, query, key => metrics.QueryAsync(scope, key, query.Expression, at, cancellationToken));
        var rows = answers.SelectMany(a => RowsOf(a.Cluster.Name, a.Answer)).ToList();
        Board = null;
        Rows = [.. rows.Take(MostRows)];
        LeftOut = rows.Count - Rows.Count + answers.Sum(a => a.Answer.LeftOut);
        Remarks = [.. answers.SelectMany(a => a.Answer.Warnings).Distinct()];
    }

    // Asked here for its last moment, which is quick, for what is wrong with it; the browser asks for the range. What can be no chart
    // (a range selector, a text) is asked for as one, so that Prometheus says why.
    private async Task ChartAsync(Scope scope, ExploreQuery query, CancellationToken cancellationToken)
    {
        var (from, to) = query.Range.At(time.GetUtcNow());
        var (start, end) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        var answers = await AskAsync(scope, query, async key =>
        {
            var last = await metrics.QueryAsync(scope, key, query.Expression, to, cancellationToken);
            if (last.Kind is InstantKind.Matrix or InstantKind.Text)
            {
                await metrics.QueryRangeAsync(scope, key, query.Expression, RangeWindow.Of(from, to), cancellationToken);
            }

            return last;
        });
        Rows = null;
        Remarks = [.. answers.SelectMany(a => a.Answer.Warnings).Distinct()];
        var body = JsonSerializer.Serialize(new { clusters = Asked.Select(c => c.Id), expression = query.Expression, start, end });
        Board = Wrong is null && answers.Count > 0
            ? new ChartBoardSpec(start, end, [new ChartSpec("explore", ChartsText.ResultTitle, nameof(MetricUnit.Number).ToLowerInvariant(), "", ChartRoutes.Explore(scope.ProjectId)) { Body = body, IsTall = true }], [])
            : null;
    }

    private async Task<IReadOnlyList<(ClusterChoice Cluster, T Answer)>> AskAsync<T>(Scope scope, ExploreQuery query, Func<ClusterKey, Task<T>> ask)
    {
        async Task<(ClusterChoice Cluster, T? Answer, Exception? Failure)> OneAsync(ClusterChoice cluster)
        {
            try
            {
                return (cluster, await ask(new ClusterKey(scope.Region, scope.ProjectId, cluster.Id)), null);
            }
            catch (Exception e) when (e is BackendException or ForbiddenException)
            {
                return (cluster, default, e);
            }
        }

        var all = await Task.WhenAll(Asked.Select(OneAsync));
        Wrong = all.Select(a => QueryError.Of(a.Failure, query.Expression)).FirstOrDefault(w => w is not null);
        Problems = [.. all.Where(a => a.Failure is not null && QueryError.Of(a.Failure, query.Expression) is null).Select(a => (a.Cluster.Name, a.Failure!))];
        return [.. all.Where(a => a.Failure is null).Select(a => (a.Cluster, a.Answer!))];
    }

    private static IEnumerable<ExploreRow> RowsOf(string cluster, InstantAnswer answer) => answer.Text is { } text
        ? [new ExploreRow(cluster, "", text)]
        : answer.Series.OrderBy(s => s.Labels.ToString(), StringComparer.Ordinal).Select(s => new ExploreRow(cluster, s.Labels.ToString(), string.Join('\n', s.Points.Take(MostPoints).Select(p => Words(answer.Kind, p)))));

    private static string Words(InstantKind kind, MetricPoint point)
    {
        var value = point.Value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            _ => point.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        };
        return kind is InstantKind.Matrix ? $"{value} @{point.Time.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)}" : value;
    }
}
