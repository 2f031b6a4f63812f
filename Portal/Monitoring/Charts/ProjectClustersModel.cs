using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Monitoring.Charts;

/// <summary>A cluster to choose.</summary>
/// <param name="Id">Magnum uuid.</param>
/// <param name="Name">Name.</param>
public sealed record ClusterChoice(string Id, string Name);

/// <summary>The project's clusters to choose from, followed until cancelled.</summary>
public sealed class ProjectClustersModel(IClusterService clusters)
{
    private readonly LiveList<string, ClusterView> _clusters = new(v => v.Cluster.Id);
    private bool _isKnown;
    private Exception? _notWatched;
    private Exception? _notAnswered;

    /// <summary>Gets why they cannot be listed, or null.</summary>
    public Exception? Failure => _notWatched ?? _notAnswered;

    /// <summary>Gets whether an answer came.</summary>
    public bool IsLoaded => _isKnown || Failure is not null;

    /// <summary>Gets the clusters by name.</summary>
    public IReadOnlyList<ClusterChoice> All { get; private set; } = [];

    /// <summary>Gives those that are chosen; the first that works where none is.</summary>
    public IReadOnlyList<ClusterChoice> Chosen(IReadOnlyList<string> ids)
    {
        var known = All.Where(c => ids.Contains(c.Id)).ToList();
        return known.Count > 0 ? known : [.. All.OrderBy(c => _clusters.Items[c.Id] switch { { Platform.State: PlanState.Done, State.Kind: StateKind.Ok } => 0, { Platform.State: PlanState.Done } => 1, _ => 2 }).Take(1)];
    }

    /// <summary>Follows them.</summary>
    public Task RunAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) =>
        Task.WhenAll(GuardAsync(() => FollowAsync(scope, changed, cancellationToken), changed, cancellationToken), GuardAsync(() => FreshnessAsync(scope, changed, cancellationToken), changed, cancellationToken));

    private async Task GuardAsync(Func<Task> follow, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            await follow();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            _notWatched = failure;
            await changed();
        }
    }

    private async Task FollowAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) => await _clusters.RunAsync(
        await clusters.WatchAsync(scope, cancellationToken),
        async () =>
        {
            _isKnown |= !_clusters.Items.IsEmpty;
            var now = _clusters.Items.Values.Select(v => new ClusterChoice(v.Cluster.Id, v.Cluster.Name)).OrderBy(c => c.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(c => c.Id, StringComparer.Ordinal).ToList();
            if (!now.SequenceEqual(All))
            {
                All = now;
                await changed();
            }
        },
        cancellationToken);

    private async Task FreshnessAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await foreach (var freshness in clusters.WatchFreshnessAsync(scope, cancellationToken).WithCancellation(cancellationToken))
        {
            var before = (_isKnown, Failure);
            _isKnown |= freshness.AsOf is not null;
            _notAnswered = !_isKnown && freshness.Problem is { } problem ? problem.ToException() : null;
            if (before != (_isKnown, Failure))
            {
                await changed();
            }
        }
    }
}
