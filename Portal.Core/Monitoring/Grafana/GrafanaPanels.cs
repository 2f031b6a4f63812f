using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <inheritdoc />
internal sealed class GrafanaPanels(IGrafanaDashboards dashboards, IClusterMetrics metrics) : IGrafanaPanels
{
    /// <summary>A chart has at most so many lines.</summary>
    public const int MostLines = 40;

    private const int MostNumbers = 60;
    private readonly VariableValues variables = new(metrics);

    public async Task<GrafanaView?> OpenAsync(
        Scope scope, ClusterKey cluster, string dashboardId, IReadOnlyDictionary<string, ImmutableArray<string>> values, RangeWindow window, CancellationToken cancellationToken)
    {
        Demand(scope, cluster);
        return await dashboards.FindAsync(scope, dashboardId, cancellationToken).ConfigureAwait(false) is not var (file, dashboard) ? null
            : new GrafanaView(file, dashboard, cluster, window, await variables.ResolveAsync(scope, cluster, dashboard, values, window, cancellationToken).ConfigureAwait(false));
    }

    public async Task<GrafanaLines> LinesAsync(Scope scope, GrafanaView view, GrafanaPanel panel, CancellationToken cancellationToken)
    {
        Demand(scope, view.Cluster);
        var (answers, problem) = await AskAsync(scope, view, panel, cancellationToken).ConfigureAwait(false);
        var lines = answers.SelectMany(a => a.Series.OrderBy(s => s.Labels.ToString(), StringComparer.Ordinal).Select(s => new PanelLine(view.Cluster.ClusterId, a.Query, s.Labels, Scaled(s.Values, panel.Unit.Factor)))).ToImmutableArray();
        var shown = lines.Length <= MostLines ? lines : LineLimit.Highest(lines, MostLines);
        var points = new PanelPoints(answers.FirstOrDefault()?.Window ?? Window(view, panel), shown, problem is null ? [] : [problem])
        {
            Warnings = [.. answers.SelectMany(a => a.Warnings).Distinct(StringComparer.Ordinal)],
            LeftOut = lines.Length - shown.Length + answers.Sum(a => a.LeftOut),
        };
        return new GrafanaLines(points, [.. shown.Select(l => Legend.Name(view, panel.Queries[l.Query], l.Labels, answers.Single(a => a.Query == l.Query).Series.Length))]);
    }

    public async Task<GrafanaReading> ReadAsync(Scope scope, GrafanaView view, GrafanaPanel panel, CancellationToken cancellationToken)
    {
        Demand(scope, view.Cluster);
        var (answers, problem) = await AskAsync(scope, view, panel, cancellationToken).ConfigureAwait(false);
        var warnings = answers.SelectMany(a => a.Warnings).Distinct(StringComparer.Ordinal).ToImmutableArray();
        var leftOut = answers.Sum(a => a.LeftOut);
        if (problem is not null)
        {
            return new GrafanaReading([], null, problem);
        }

        if (panel.Kind is GrafanaPanelKind.Table)
        {
            return new GrafanaReading([], TableMaker.Make(panel, answers), null) { Warnings = warnings, LeftOut = leftOut };
        }

        var numbers = answers.SelectMany(a => a.Series.OrderBy(s => s.Labels.ToString(), StringComparer.Ordinal).Select(s => (Name: Legend.Name(view, panel.Queries[a.Query], s.Labels, a.Series.Length), Value: Reduction.Of(s.Values, panel.Reduce)))).ToList();
        var scale = Scale.Of(panel, numbers.Select(n => n.Value));
        return new GrafanaReading([.. numbers.Take(MostNumbers).Select(n => scale.Number(n.Name, n.Value))], null, null) { Warnings = warnings, LeftOut = leftOut + Math.Max(0, numbers.Count - MostNumbers) };
    }

    // Before the shared answers, which know nobody; the view was perhaps opened by somebody else.
    private static void Demand(Scope scope, ClusterKey cluster)
    {
        scope.Demand(Capability.Read);
        if (scope.ProjectId != cluster.ProjectId || scope.Region != cluster.Region)
        {
            throw new ForbiddenException(Capability.Read, cluster.ProjectId);
        }
    }

    private static RangeWindow Window(GrafanaView view, GrafanaPanel panel) => panel.LeastStep <= view.Window.Step
        ? view.Window
        : RangeWindow.Of(DateTimeOffset.FromUnixTimeSeconds(view.Window.Start), DateTimeOffset.FromUnixTimeSeconds(view.Window.End), panel.LeastStep);

    // Answers are shared: what is kept is not changed.
    private static double[] Scaled(double[] values, double factor) => factor.Equals(1.0) ? values : [.. values.Select(v => v * factor)];

    private async Task<(ImmutableArray<PanelAnswer> Answers, PanelProblem? Problem)> AskAsync(Scope scope, GrafanaView view, GrafanaPanel panel, CancellationToken cancellationToken)
    {
        try
        {
            var window = Window(view, panel);
            var expressions = view.Expressions(panel);
            // A chart's lines are all on one grid, whatever the file says of a moment.
            var isChart = panel.Kind is GrafanaPanelKind.TimeSeries;
            return ([.. await Task.WhenAll(panel.Queries.Select((q, at) => OneAsync(scope, view.Cluster, at, q.IsInstant && !isChart, expressions[at], window, cancellationToken))).ConfigureAwait(false)], null);
        }
        catch (BackendException e)
        {
            return ([], new PanelProblem(view.Cluster.ClusterId, MetricTroubles.Of(e), e));
        }
    }

    // An instant answer is a range of one.
    private async Task<PanelAnswer> OneAsync(Scope scope, ClusterKey cluster, int query, bool isInstant, string expression, RangeWindow window, CancellationToken cancellationToken)
    {
        if (!isInstant)
        {
            var range = await metrics.QueryRangeAsync(scope, cluster, expression, window, cancellationToken).ConfigureAwait(false);
            return new(query, window, range.Series, range.Warnings, range.LeftOut);
        }

        var answer = await metrics.QueryAsync(scope, cluster, expression, DateTimeOffset.FromUnixTimeSeconds(window.End), cancellationToken).ConfigureAwait(false);
        var single = new RangeWindow(window.End, window.End, window.Step);
        return new(query, single, [.. answer.Series.Where(s => s.Points.Length > 0).Select(s => new MetricSeries(s.Labels, [s.Points[^1].Value]))], answer.Warnings, answer.LeftOut);
    }
}

/// <summary>The answer to one of a panel's queries.</summary>
internal sealed record PanelAnswer(int Query, RangeWindow Window, ImmutableArray<MetricSeries> Series, ImmutableArray<string> Warnings, int LeftOut);
