using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;

namespace Portal.Clusters;

/// <summary>The project's clusters, followed, for a page that shows what is in them: an empty list counts only once Magnum has answered.</summary>
public sealed class FollowedClusters(IClusterService clusters)
{
    private readonly LiveList<string, ClusterView> _rows = new(v => v.Cluster.Id);
    private Exception? _notWatched;
    private Exception? _notAnswered;

    /// <summary>Gets the clusters by id.</summary>
    public ImmutableDictionary<string, ClusterView> Items => _rows.Items;

    /// <summary>Gets whether the list is an answer; before that an empty one says nothing.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Gets why the clusters cannot be listed, or null.</summary>
    public Exception? Failure => _notWatched ?? _notAnswered;

    /// <summary>Follows them until cancelled; <paramref name="changed"/> is called after each change. Failures of Magnum and refusals are kept in <see cref="Failure"/>.</summary>
    public Task RunAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) => Task.WhenAll(
        GuardAsync(() => FollowRowsAsync(scope, changed, cancellationToken), changed, cancellationToken),
        GuardAsync(() => FollowFreshnessAsync(scope, changed, cancellationToken), changed, cancellationToken));

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

    private async Task FollowRowsAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) => await _rows.RunAsync(
        await clusters.WatchAsync(scope, cancellationToken),
        () =>
        {
            IsKnown |= !_rows.Items.IsEmpty;
            return changed();
        },
        cancellationToken);

    private async Task FollowFreshnessAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await foreach (var freshness in clusters.WatchFreshnessAsync(scope, cancellationToken).WithCancellation(cancellationToken))
        {
            var before = (IsKnown, Failure);
            if (freshness.AsOf is not null && !IsKnown)
            {
                // This word may have overtaken the rows: only rows that are empty by now are none.
                var now = await clusters.WatchAsync(scope, cancellationToken);
                IsKnown |= now.Items.Length == 0;
            }

            _notAnswered = freshness is { AsOf: null, Problem: { } problem } && !IsKnown ? problem.ToException() : null;
            if (before != (IsKnown, Failure))
            {
                await changed();
            }
        }
    }
}
