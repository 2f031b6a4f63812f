using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Monitoring.Metrics;
using Portal.Monitoring.Looks;
using Portal.Shared;

namespace Portal.Monitoring.Charts;

/// <summary>What the page of charts shows: the choice made whole, and the charts for the browser.</summary>
public sealed class ChartsModel(ProjectClustersModel clusters, IChartPlaces places, ChartMarks marks, ChangeMarks changes, TimeProvider time)
{
    // Clusters are asked for their changes at most so often, however often the charts are read again.
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);
    private (string Cluster, RangeWindow Window)? _asked;
    private (string Address, long At) _changesAsked;
    private IReadOnlyList<ChartMark> _changes = [];

    /// <summary>Gets the clusters.</summary>
    public ProjectClustersModel Clusters => clusters;

    /// <summary>Gets what was asked for.</summary>
    public ChartsQuery? Query { get; private set; }

    /// <summary>Gets what is shown: the same with what was left open filled in.</summary>
    public ChartsQuery? Shown { get; private set; }

    /// <summary>Gets nodes and pods of the cluster; loaded only for dashboards about one of them.</summary>
    public Loadable<ChartPlaces> Places { get; private set; } = new();

    /// <summary>Gets what the browser draws, or null while something is missing.</summary>
    public ChartBoardSpec? Board { get; private set; }

    /// <summary>Gets the first and last moment that are shown.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Moments { get; private set; }

    /// <summary>Gets whether a dashboard is chosen that is about something which is not there.</summary>
    public bool IsNothingThere => Shown is { } shown && Places is { IsLoaded: true, Failure: null } && shown.Kind is not DashboardKind.Cluster && !shown.Selection.Suits(shown.Kind);

    /// <summary>Shows what is asked for: now, again after a pause, or because the clusters have become known.</summary>
    public async Task ShowAsync(Scope scope, ChartsQuery query, CancellationToken cancellationToken)
    {
        Query = query;
        var chosen = clusters.Chosen(query.ClusterIds);
        if (chosen.Count == 0)
        {
            (Shown, Board) = (null, null);
            return;
        }

        var now = time.GetUtcNow();
        Moments = query.Range.At(now);
        var ids = (query.Kind is DashboardKind.Cluster ? chosen : chosen.Take(1)).Select(c => c.Id).ToList();
        if (query.Kind is not DashboardKind.Cluster)
        {
            await LoadPlacesAsync(scope, ids[0], cancellationToken);
        }

        if (Query != query)
        {
            // Something else was asked for meanwhile.
            return;
        }

        Shown = query with { ClusterIds = ids, Selection = Complete(query.Kind, query.Selection) };
        Board = Shown.Selection.Suits(query.Kind) ? await BoardAsync(scope, Shown, cancellationToken) : null;
    }

    /// <summary>Gets the address of what is shown, for those that ask of the same again.</summary>
    public string Address => Shown is { } shown ? LookLinks.Charts("", shown with { Refresh = 0 }) : "";

    /// <summary>Gives what is shown as a question for more than numbers.</summary>
    public LookQuestion Question(Scope scope)
    {
        var shown = Shown!;
        return new([.. clusters.All.Where(c => shown.ClusterIds.Contains(c.Id)).Select(c => new LookCluster(new(scope.Region, scope.ProjectId, c.Id), c.Name))], Moments.From, Moments.To, shown.Meant);
    }

    /// <summary>Asks clusters what changed in the range, and marks it in the charts; says whether there is something new to draw.</summary>
    public async Task<bool> MarkAsync(Scope scope, CancellationToken cancellationToken)
    {
        var address = Address;
        if (Board is null || (_changesAsked.Address == address && time.GetElapsedTime(_changesAsked.At) < Calm))
        {
            return false;
        }

        _changesAsked = (address, time.GetTimestamp());
        var found = await changes.ListAsync(scope, Question(scope), Shown!.Range, cancellationToken);
        if (address != Address || Board is null || found.SequenceEqual(_changes))
        {
            return false;
        }

        var before = _changes;
        _changes = found;
        Board = Board with { Marks = Marks(Board.Marks.Where(m => !before.Contains(m))) };
        return true;
    }

    /// <summary>Gives the address of the logs of what is shown, in the same range.</summary>
    public string LogsUrl(string projectId) => LookLinks.Logs(projectId, Shown!.ClusterIds, Shown.Meant, Shown.Range);

    private IReadOnlyList<ChartMark> Marks(IEnumerable<ChartMark> known) => [.. known.Concat(_changes).OrderByDescending(m => m.At).Take(ChartMarks.Most).Reverse()];

    private async Task LoadPlacesAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        // A minute more or less changes nothing of what there is to choose.
        var window = RangeWindow.Of(Moments.From, Moments.To, 300);
        if (_asked == (clusterId, window) && Places.Failure is null)
        {
            return;
        }

        if (_asked?.Cluster != clusterId)
        {
            Places = new();
        }

        _asked = (clusterId, window);
        await Places.LoadAsync(async () => await places.ListAsync(scope, new ClusterKey(scope.Region, scope.ProjectId, clusterId), window, cancellationToken));
    }

    // What the address leaves open is the first there is; what it names is kept, even where nothing has it.
    private ChartSelection Complete(DashboardKind kind, ChartSelection selection)
    {
        if (kind is DashboardKind.Cluster || Places.Value is not { } there)
        {
            return selection;
        }

        if (kind is DashboardKind.Node)
        {
            return selection with { Node = selection.Node ?? there.Nodes.FirstOrDefault() };
        }

        var ns = selection.Namespace ?? there.Namespaces.OrderBy(n => n.StartsWith("zone-", StringComparison.Ordinal) ? 0 : 1).FirstOrDefault();
        var workload = kind is DashboardKind.Workload ? selection.Workload ?? there.WorkloadsOf(ns).FirstOrDefault() : selection.Workload;
        return selection with { Namespace = ns, Workload = workload, Pod = selection.Pod ?? (kind is DashboardKind.Pod ? there.PodsOf(ns, workload).FirstOrDefault()?.Name : null) };
    }

    private async Task<ChartBoardSpec> BoardAsync(Scope scope, ChartsQuery shown, CancellationToken cancellationToken)
    {
        var (from, to) = (Moments.From.ToUnixTimeSeconds(), Moments.To.ToUnixTimeSeconds());
        var names = clusters.All.Where(c => shown.ClusterIds.Contains(c.Id)).ToDictionary(c => c.Id, c => c.Name, StringComparer.Ordinal);
        var charts = BuiltInDashboards.Of(shown.Kind).Panels.Select(p => new ChartSpec($"{shown.Kind}-{p.Id}", ChartWords.Title(p.Id), p.Unit.ToString().ToLowerInvariant(), ChartWords.Unit(p.Unit), ChartRoutes.Points(scope.ProjectId, shown, p.Id, from, to))
        {
            IsArea = p.IsArea,
            IsOptional = p.IsOptional,
            Limits = [.. p.Thresholds.Select(t => new ChartLimit(t.Value, ChartWords.Limit(t.Name)))],
        });
        _changes = _changesAsked.Address == LookLinks.Charts("", shown with { Refresh = 0 }) ? _changes : [];
        return new ChartBoardSpec(from, to, [.. charts], Marks(await marks.ListAsync(scope, names, Moments.From, Moments.To, cancellationToken)));
    }
}
