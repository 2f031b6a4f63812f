using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Watching;

/// <summary>Hands the board's rows out, each project its own, joined with the project's plans.</summary>
internal sealed class ClusterWatch(
    ClusterPoller poller, ClusterRowKeeper keeper, IPlanService plans, IMagnumClient magnum, IPlatformScope platform, IEnumerable<IClusterConditionSource> conditions, TimeProvider time)
{
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(150);

    public async Task<LiveSnapshot<ClusterView>> WatchAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var board = await BoardAsync(scope, cancellationToken).ConfigureAwait(false);
        var live = await plans.WatchAllAsync(scope, cancellationToken).ConfigureAwait(false);
        var list = new PlanList(live);
        var items = Views(board, list, scope);
        var asOf = board.Freshness(scope.ProjectId).AsOf ?? DateTimeOffset.MinValue;
        return new LiveSnapshot<ClusterView>([.. items.Values], asOf, ChangesAsync(board, list, scope, items, CancellationToken.None));
    }

    public async IAsyncEnumerable<ClusterFreshness> WatchFreshnessAsync(Scope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var board = await BoardAsync(scope, cancellationToken).ConfigureAwait(false);
        var last = board.Freshness(scope.ProjectId);
        yield return last;
        await foreach (var _ in board.SignalsAsync(cancellationToken).ConfigureAwait(false))
        {
            var now = board.Freshness(scope.ProjectId);
            if (now.AsOf != last.AsOf || now.Problem != last.Problem || now.IsKept != last.IsKept || !now.Incomplete.SequenceEqual(last.Incomplete))
            {
                last = now;
                yield return now;
            }
        }
    }

    public async Task<ClusterView?> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var row = await FindRowAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            return null;
        }

        var own = await plans.ListAsync(scope, ClusterPlans.Subject(clusterId), cancellationToken).ConfigureAwait(false);
        return ClusterViews.Derive(row, own, Conditions(clusterId), scope);
    }

    /// <summary>Gives the row that is known, or asks Magnum; never another project's.</summary>
    public async Task<ClusterRow?> FindRowAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        if (!MagnumId.IsUuid(clusterId))
        {
            return null;
        }

        var board = await BoardAsync(scope, cancellationToken).ConfigureAwait(false);
        if (board.Find(scope.ProjectId, clusterId) is { } known)
        {
            return known;
        }

        var own = await platform.ForProjectAsync(scope.Region, scope.ProjectId, "find cluster/" + clusterId, scope.UserName, cancellationToken).ConfigureAwait(false);
        var found = await magnum.FindClusterAsync(own, clusterId, cancellationToken).ConfigureAwait(false);
        return found?.ProjectId == scope.ProjectId ? new ClusterRow(found, found.UpdatedAt ?? found.CreatedAt, null, null) : null;
    }

    private async Task<ClusterBoard> BoardAsync(Scope scope, CancellationToken cancellationToken)
    {
        var board = poller.Board(scope.Region);
        await keeper.RestoreAsync(board, scope, cancellationToken).ConfigureAwait(false);
        return board;
    }

    private Dictionary<string, ClusterView> Views(ClusterBoard board, PlanList list, Scope scope) =>
        board.Rows(scope.ProjectId).ToDictionary(r => r.Cluster.Id, r => ClusterViews.Derive(r, list.Of(r.Cluster.Id), Conditions(r.Cluster.Id), scope));

    /// <summary>Gives what other features know of a cluster.</summary>
    public ImmutableArray<ClusterCondition> Conditions(string clusterId) => [.. conditions.SelectMany(c => c.Of(clusterId))];

    private async IAsyncEnumerable<IReadOnlyList<Change<ClusterView>>> ChangesAsync(
        ClusterBoard board, PlanList list, Scope scope, Dictionary<string, ClusterView> last, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signals = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var pumps = new[]
        {
            PumpAsync(board.SignalsAsync(ended.Token), signals.Writer),
            PumpAsync(list.FollowAsync(ended.Token), signals.Writer),
        };
        try
        {
            await foreach (var _ in signals.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var next = Views(board, list, scope);
                var batch = Difference(last, next);
                last = next;
                if (batch.Count > 0)
                {
                    yield return batch;
                    await Task.Delay(Batch, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(pumps).ConfigureAwait(false);
        }
    }

    private static List<Change<ClusterView>> Difference(Dictionary<string, ClusterView> last, Dictionary<string, ClusterView> next)
    {
        var batch = new List<Change<ClusterView>>();
        batch.AddRange(next.Where(p => !last.TryGetValue(p.Key, out var old) || !old.Equals(p.Value)).Select(p => new Change<ClusterView>(ChangeType.Upsert, p.Value)));
        batch.AddRange(last.Where(p => !next.ContainsKey(p.Key)).Select(p => new Change<ClusterView>(ChangeType.Delete, p.Value)));
        return batch;
    }

    private static async Task PumpAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<byte> writer)
    {
        try
        {
            await foreach (var _ in source.ConfigureAwait(false))
            {
                writer.TryWrite(0);
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher has gone.
        }
        catch (Exception e)
        {
            writer.TryComplete(e);
        }
    }

    /// <summary>The project's plans by subject, kept current while somebody watches.</summary>
    private sealed class PlanList(LiveSnapshot<Plan> source)
    {
        private ImmutableDictionary<string, Plan> byId = source.Items.ToImmutableDictionary(p => p.Id);

        public IReadOnlyCollection<Plan> Of(string clusterId)
        {
            var subject = ClusterPlans.Subject(clusterId);
            return [.. Volatile.Read(ref byId).Values.Where(p => p.Subject == subject)];
        }

        public async IAsyncEnumerable<byte> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var batch in source.Changes.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var next = byId;
                foreach (var change in batch)
                {
                    next = change.Type is ChangeType.Delete ? next.Remove(change.Item.Id) : next.SetItem(change.Item.Id, change.Item);
                }

                Volatile.Write(ref byId, next);
                yield return 0;
            }
        }
    }
}
