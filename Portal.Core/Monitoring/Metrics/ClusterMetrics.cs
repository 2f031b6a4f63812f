using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Metrics;

/// <inheritdoc />
internal sealed class ClusterMetrics(PrometheusClient prometheus, SharedAnswers shared) : IClusterMetrics
{
    private const int MostSeries = 5000;
    private const int LabelBytes = 64;

    public Task<RangeAnswer> QueryRangeAsync(Scope scope, ClusterKey cluster, string expression, RangeWindow window, CancellationToken cancellationToken)
    {
        List<(string, string)> form = [("query", expression), ("start", Text(window.Start)), ("end", Text(window.End)), ("step", Text(window.Step))];
        return AskAsync(
            scope,
            cluster,
            new Question("query_range", form, "ask Prometheus for a range", body => PrometheusAnswer.Range(body, window)),
            (RangeAnswer answer) => answer.Series.Sum(s => (sizeof(double) * (long)s.Values.Length) + (LabelBytes * s.Labels.Pairs.Length)),
            cancellationToken);
    }

    public Task<InstantAnswer> QueryAsync(Scope scope, ClusterKey cluster, string expression, DateTimeOffset at, CancellationToken cancellationToken)
    {
        List<(string, string)> form = [("query", expression), ("time", Text(at.ToUnixTimeSeconds()))];
        return AskAsync(
            scope,
            cluster,
            new Question("query", form, "ask Prometheus", body => PrometheusAnswer.Instant(body)),
            (InstantAnswer answer) => answer.Series.Sum(s => (16L * s.Points.Length) + (LabelBytes * s.Labels.Pairs.Length)),
            cancellationToken);
    }

    public async Task<ImmutableArray<string>> ListLabelsAsync(Scope scope, ClusterKey cluster, string? match, CancellationToken cancellationToken) =>
        await ListAsync(scope, cluster, new("labels", Form(match, null), "list labels", body => new Names(PrometheusAnswer.Strings(body))), cancellationToken).ConfigureAwait(false);

    public async Task<ImmutableArray<string>> ListLabelValuesAsync(Scope scope, ClusterKey cluster, string label, string? match, RangeWindow? window, CancellationToken cancellationToken)
    {
        if (!PromQl.IsLabelName(label))
        {
            Demand(scope, cluster);
            throw new BackendException(PrometheusErrors.Backend, "list label values", BackendFailure.Invalid, "not a label's name");
        }

        var question = new Question($"label/{label}/values", Form(match, window), "list label values", body => new Names(PrometheusAnswer.Strings(body))) { IsGet = true };
        return await ListAsync(scope, cluster, question, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ImmutableArray<MetricLabels>> ListSeriesAsync(Scope scope, ClusterKey cluster, string match, RangeWindow window, CancellationToken cancellationToken)
    {
        var question = new Question("series", Form(match, window), "list series", body => new Found(PrometheusAnswer.Series(body, MostSeries)));
        return (await AskAsync(scope, cluster, question, (Found found) => found.All.Sum(l => (long)LabelBytes * l.Pairs.Length), cancellationToken).ConfigureAwait(false)).All;
    }

    public Task<ImmutableDictionary<string, MetricDescription>> DescribeAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) => AskAsync(
        scope,
        cluster,
        new Question("metadata", [], "describe metrics", body => PrometheusAnswer.Metadata(body)) { IsGet = true },
        (ImmutableDictionary<string, MetricDescription> all) => all.Count * 256L,
        cancellationToken);

    public Task<string> GetVersionAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) => AskAsync(
        scope,
        cluster,
        new Question("status/buildinfo", [], "ask for the version", body => PrometheusAnswer.Version(body)) { IsGet = true },
        (string _) => LabelBytes,
        cancellationToken);

    private static List<(string Name, string Value)> Form(string? match, RangeWindow? window)
    {
        List<(string, string)> form = match is null ? [] : [("match[]", match)];
        if (window is not null)
        {
            form.AddRange([("start", Text(window.Start)), ("end", Text(window.End))]);
        }

        return form;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Before the shared answers, which know nobody: each who asks is looked at.
    private static void Demand(Scope scope, ClusterKey cluster)
    {
        scope.Demand(Capability.Read);
        if (scope.ProjectId != cluster.ProjectId || scope.Region != cluster.Region)
        {
            throw new ForbiddenException(Capability.Read, cluster.ProjectId);
        }
    }

    private async Task<ImmutableArray<string>> ListAsync(Scope scope, ClusterKey cluster, Question question, CancellationToken cancellationToken) =>
        (await AskAsync(scope, cluster, question, (Names names) => names.All.Sum(n => (long)LabelBytes + n.Length), cancellationToken).ConfigureAwait(false)).All;

    private async Task<T> AskAsync<T>(Scope scope, ClusterKey cluster, Question question, Func<T, long> weigh, CancellationToken cancellationToken)
        where T : class
    {
        Demand(scope, cluster);
        return await shared.GetAsync(cluster, question.Key, async stop => (T)await prometheus.AskAsync(cluster, scope, question, stop).ConfigureAwait(false), weigh, cancellationToken).ConfigureAwait(false);
    }

    private sealed record Names(ImmutableArray<string> All);

    private sealed record Found(ImmutableArray<MetricLabels> All);
}
