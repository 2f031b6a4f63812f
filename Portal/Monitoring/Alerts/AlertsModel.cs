using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Monitoring.Alerts;

/// <summary>How a cluster's alerts come, with its name.</summary>
public sealed record NamedSource(string ClusterId, string ClusterName, AlertSource Source);

/// <summary>The alerts of the project's clusters, live, and what hinders them.</summary>
public sealed class AlertsModel(IClusterService clusters, IProjectAlerts alerts, IPlanService plans, TimeProvider time)
{
    /// <summary>How many rows are shown at first.</summary>
    public const int First = 50;

    /// <summary>How many more are shown each time that a person asks for more.</summary>
    public const int Window = 100;

    // Alertmanager is told again by Prometheus within a minute or two of its start.
    private static readonly TimeSpan WatchdogGrace = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Before = TimeSpan.FromHours(1);

    private readonly FollowedClusters _clusters = new(clusters);
    private ImmutableArray<ClusterAlertBook>? _books;
    private string? _asked;
    private ImmutableDictionary<string, Silence> _silences = ImmutableDictionary<string, Silence>.Empty;
    private ImmutableHashSet<string> _askedSilences = [];

    /// <summary>Gets or sets the filter.</summary>
    public AlertListQuery Query { get; set; } = AlertListQuery.Default;

    /// <summary>Gets or sets how many rows are shown.</summary>
    public int Limit { get; set; } = First;

    /// <summary>Gets why the alerts cannot be shown, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets why the clusters' names cannot be shown, or null.</summary>
    public Exception? ClustersFailure => _clusters.Failure;

    /// <summary>Gets whether an answer came.</summary>
    public bool IsLoaded => _books is not null && (_clusters.IsKnown || ClustersFailure is not null);

    /// <summary>Gets whether the project has no clusters.</summary>
    public bool IsWithoutClusters => _clusters.IsKnown && _clusters.Items.IsEmpty;

    /// <summary>Gets the alerts that fire, and those that are over, as long as they are kept.</summary>
    public IReadOnlyList<AlertItem> Items { get; private set; } = [];

    /// <summary>Gets how the alerts of each cluster come, by name.</summary>
    public IReadOnlyList<NamedSource> Sources { get; private set; } = [];

    /// <summary>Gets the alerts that fire, and those that are over and fired in the range.</summary>
    public IReadOnlyList<AlertItem> OfRange
    {
        get
        {
            var now = time.GetUtcNow();
            return [.. Items.Where(i => Query.IsOfRange(i, now))];
        }
    }

    /// <summary>Gets the rows that match.</summary>
    public IReadOnlyList<AlertItem> Matching => Query.Apply(OfRange);

    /// <summary>Gets the plans of the open alert's cluster that ran in the hour before it began.</summary>
    public Loadable<IReadOnlyList<Plan>> Changes { get; private set; } = new();

    /// <summary>Gets the clusters whose Alertmanager cannot be asked.</summary>
    public IEnumerable<NamedSource> Silent => Sources.Where(s => s.Source.SilentSince is not null && s.Source.HasAlertmanager is not false);

    /// <summary>Gets the clusters where nothing proves that alerts arrive.</summary>
    public IEnumerable<NamedSource> Unproved => Sources.Where(s => s.Source is { SilentSince: null, WatchdogMissingSince: { } since } && since <= time.GetUtcNow() - WatchdogGrace);

    /// <summary>Gets the clusters that have no Alertmanager.</summary>
    public IEnumerable<NamedSource> Without => Sources.Where(s => s.Source.HasAlertmanager is false);

    /// <summary>Gets the clusters that were not looked at yet.</summary>
    public IEnumerable<NamedSource> Unasked => Sources.Where(s => s.Source is { HasAlertmanager: null, SilentSince: null });

    /// <summary>Gets how many of the clusters have an Alertmanager that was heard.</summary>
    public int Heard => Sources.Count(s => s.Source is { HasAlertmanager: true } and ({ AskedAt: not null } or { ToldAt: not null }));

    /// <summary>Gives how many rows a chip would leave.</summary>
    public int CountOf(AlertGroup group) => OfRange.Count(i => Query.MatchesRest(i) && AlertListQuery.IsIn(i, group));

    /// <summary>Gives an alert by its key, or null.</summary>
    public AlertItem? Find(string? key) => key is null ? null : Items.FirstOrDefault(i => i.Key == key);

    /// <summary>Gives the silence that keeps an alert quiet, or null where it is not known.</summary>
    public Silence? SilenceOf(AlertItem item) => item.IsFiring ? item.Alert.SilencedBy.Select(id => _silences.GetValueOrDefault(id)).OfType<Silence>().MaxBy(s => s.EndsAt) : null;

    /// <summary>Gives a cluster's name, or the beginning of its id where Magnum has not told it.</summary>
    public string NameOf(string clusterId) => _clusters.Items.TryGetValue(clusterId, out var view) ? view.Cluster.Name : clusterId[..Math.Min(8, clusterId.Length)];

    /// <summary>Gets whether a cluster is there; while the clusters are not known, all are.</summary>
    public bool Knows(string clusterId) => !_clusters.IsKnown || _clusters.Items.ContainsKey(clusterId);

    /// <summary>Asks who keeps alerts quiet and until when, where some are that were not asked for; gives whether anything was learned.</summary>
    public async Task<bool> LearnSilencesAsync(ISilences silences, Scope scope, CancellationToken cancellationToken)
    {
        var unknown = Items.Where(i => i.IsFiring).SelectMany(i => i.Alert.SilencedBy).Except(_askedSilences).ToList();
        if (unknown.Count == 0)
        {
            return false;
        }

        _askedSilences = _askedSilences.Union(unknown);
        try
        {
            _silences = (await silences.ListAsync(scope, cancellationToken)).SelectMany(c => c.Silences).GroupBy(s => s.Id, StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            return true;
        }
        catch (Exception e) when (e is BackendException or ForbiddenException or OperationCanceledException)
        {
            // The list says that it is silenced; by whom is said where it can be read.
            return false;
        }
    }

    /// <summary>Follows alerts and clusters until cancelled.</summary>
    public Task RunAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) =>
        Task.WhenAll(FollowAlertsAsync(scope, changed, cancellationToken), _clusters.RunAsync(scope, () => ShowAsync(changed), cancellationToken));

    /// <summary>Asks what changed in the cluster before an alert began; once for each that is opened.</summary>
    public async Task OpenAsync(Scope scope, AlertItem? item, CancellationToken cancellationToken)
    {
        if (_asked == item?.Key)
        {
            return;
        }

        _asked = item?.Key;
        Changes = new();
        if (item is not null)
        {
            var to = item.Alert.StartsAt;
            await Changes.LoadAsync(async () => [.. (await plans.ListAsync(scope, ClusterPlans.Subject(item.ClusterId), cancellationToken)).Where(p => p.CreatedAt <= to && (p.EndedAt ?? to) >= to - Before).Take(5)]);
        }
    }

    private async Task FollowAlertsAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var books in alerts.WatchAsync(scope, cancellationToken).WithCancellation(cancellationToken))
            {
                (_books, Failure) = (books, null);
                await ShowAsync(changed);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
            await ShowAsync(changed);
        }
    }

    private Task ShowAsync(Func<Task> changed)
    {
        Join();
        return changed();
    }

    // A cluster that is gone has no alerts any more, whatever is still kept; while the clusters are not known, all count.
    private void Join()
    {
        var known = _clusters.Items;
        var books = (_books ?? []).Where(b => !_clusters.IsKnown || known.ContainsKey(b.ClusterId)).ToList();
        Items = [.. books.SelectMany(b => b.Alerts.Select(a => new AlertItem(b.ClusterId, NameOf(b.ClusterId), a)))];
        Sources =
        [
            .. books.Select(b => new NamedSource(b.ClusterId, NameOf(b.ClusterId), b.Source))
                .Concat(known.Keys.Except(books.Select(b => b.ClusterId)).Select(id => new NamedSource(id, NameOf(id), new AlertSource())))
                .OrderBy(s => s.ClusterName, StringComparer.CurrentCultureIgnoreCase).ThenBy(s => s.ClusterId, StringComparer.Ordinal),
        ];
    }
}
