using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;

namespace Portal.Clusters;

/// <summary>The project's clusters as the list shows them: live rows, their age, what failed, the room left.</summary>
public sealed class ClusterListModel(IClusterService clusters, IClusterOffer offer)
{
    /// <summary>How many rows are shown at first: a screen full, so that a list of any size opens as fast.</summary>
    public const int First = 20;

    /// <summary>How many more are shown each time that a person asks for more.</summary>
    public const int Window = 100;

    private readonly LiveList<string, ClusterView> _rows = new(v => v.Cluster.Id);

    /// <summary>Gets or sets filter and order.</summary>
    public ClusterListQuery Query { get; set; } = ClusterListQuery.Read(null, null, null);

    /// <summary>Gets how fresh the rows are, or null before the first word.</summary>
    public ClusterFreshness? Freshness { get; private set; }

    /// <summary>Gets why there are no rows, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets the room left, or null while it is asked for.</summary>
    public ProjectRoom? Room { get; private set; }

    /// <summary>Gets or sets how many rows are shown.</summary>
    public int Limit { get; set; } = First;

    /// <summary>Gets whether no row has ever been seen.</summary>
    public bool IsFirstTime => Freshness?.AsOf is null && _rows.Items.IsEmpty;

    /// <summary>Gets how many clusters there are.</summary>
    public int Total => _rows.Items.Count;

    /// <summary>Gets the rows that match.</summary>
    public IReadOnlyList<ClusterView> Matching => Query.Apply(_rows.Items.Values);

    /// <summary>Gives how many rows a chip would leave.</summary>
    public int CountOf(ClusterGroup group) => _rows.Items.Values.Count(v => Query.MatchesText(v) && (group is ClusterGroup.All || ClusterListQuery.GroupOf(v.State.Kind) == group));

    /// <summary>Follows the project's clusters until cancelled; <paramref name="changed"/> is called after each change.</summary>
    public async Task RunAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            GuardAsync(FollowRowsAsync, scope, changed, cancellationToken),
            GuardAsync(FollowFreshnessAsync, scope, changed, cancellationToken),
            GuardAsync(LoadRoomAsync, scope, changed, cancellationToken));
    }

    /// <summary>Asks Magnum now.</summary>
    public Task RefreshAsync(Scope scope, CancellationToken cancellationToken) => clusters.RefreshAsync(scope, cancellationToken);

    // The rows may fail while the freshness is still followed; each says so at once.
    private async Task GuardAsync(Func<Scope, Func<Task>, CancellationToken, Task> follow, Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            await follow(scope, changed, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
            await changed();
        }
    }

    private async Task FollowRowsAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) =>
        await _rows.RunAsync(await clusters.WatchAsync(scope, cancellationToken), changed, cancellationToken);

    private async Task FollowFreshnessAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        await foreach (var freshness in clusters.WatchFreshnessAsync(scope, cancellationToken).WithCancellation(cancellationToken))
        {
            Freshness = freshness;
            await changed();
        }
    }

    private async Task LoadRoomAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            Room = await offer.GetRoomAsync(scope, cancellationToken);
        }
        catch (BackendException failure)
        {
            Room = new ProjectRoom([], [ClusterProblem.Of(failure)]);
        }

        await changed();
    }
}
