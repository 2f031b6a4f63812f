using System.Runtime.CompilerServices;
using Portal.Core.Backends;
using Portal.Core.Clusters.Creation;
using Portal.Core.Clusters.Lifecycle;
using Portal.Core.Clusters.Watching;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>The feature's front: watching, checking, creating, changing.</summary>
internal sealed class ClusterService(ClusterWatch watch, ClusterPoller poller, ClusterChecker checker, ClusterCreator creator, ClusterChanges changes) : IClusterService
{
    public Task<LiveSnapshot<ClusterView>> WatchAsync(Scope scope, CancellationToken cancellationToken) => watch.WatchAsync(scope, cancellationToken);

    public IAsyncEnumerable<ClusterFreshness> WatchFreshnessAsync(Scope scope, CancellationToken cancellationToken) => watch.WatchFreshnessAsync(scope, cancellationToken);

    public Task<ClusterView?> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => watch.FindAsync(scope, clusterId, cancellationToken);

    public async IAsyncEnumerable<ClusterView?> WatchOneAsync(Scope scope, string clusterId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var snapshot = await watch.WatchAsync(scope, cancellationToken).ConfigureAwait(false);
        yield return snapshot.Items.FirstOrDefault(v => v.Cluster.Id == clusterId) ?? await watch.FindAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        await foreach (var batch in snapshot.Changes.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var change in batch.Where(c => c.Item.Cluster.Id == clusterId))
            {
                yield return change.Type is ChangeType.Delete ? null : change.Item;
            }
        }
    }

    public async Task RefreshAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        await poller.PollProjectAsync(scope.Region, scope.ProjectId, cancellationToken).ConfigureAwait(false);
    }

    public Task<ClusterCheck> CheckAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken) => checker.CheckAsync(scope, spec, cancellationToken);

    public async Task<CreatedCluster> CreateAsync(Scope scope, ClusterSpec spec, string intentId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        var created = await creator.CreateAsync(scope, spec, intentId, () => CheckedAsync(scope, spec, cancellationToken), cancellationToken).ConfigureAwait(false);
        await poller.PollProjectQuietlyAsync(scope.Region, scope.ProjectId, cancellationToken).ConfigureAwait(false);
        return created;
    }

    public async Task<Plan> ResizeAsync(Scope scope, string clusterId, int nodeCount, string? nodeGroup, CancellationToken cancellationToken) =>
        await ThenPollAsync(scope, changes.ResizeAsync(scope, clusterId, nodeCount, nodeGroup, cancellationToken), cancellationToken).ConfigureAwait(false);

    public async Task<Plan> RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        await ThenPollAsync(scope, changes.RotateAuthorityAsync(scope, clusterId, cancellationToken), cancellationToken).ConfigureAwait(false);

    public async Task<Plan> DeleteAsync(Scope scope, string clusterId, string typedName, CancellationToken cancellationToken) =>
        await ThenPollAsync(scope, changes.DeleteAsync(scope, clusterId, typedName, cancellationToken), cancellationToken).ConfigureAwait(false);

    public Task<Plan> InitialiseAsync(Scope scope, string clusterId, string profile, CancellationToken cancellationToken) =>
        changes.InitialiseAsync(scope, clusterId, profile, cancellationToken);

    private async Task CheckedAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken)
    {
        var check = await checker.CheckAsync(scope, spec, cancellationToken).ConfigureAwait(false);
        if (!check.IsValid)
        {
            throw new ClusterInvalidException([.. check.Errors.Where(e => !e.IsWarning)]);
        }
    }

    private async Task<Plan> ThenPollAsync(Scope scope, Task<Plan> change, CancellationToken cancellationToken)
    {
        var plan = await change.ConfigureAwait(false);
        await poller.PollProjectQuietlyAsync(scope.Region, scope.ProjectId, cancellationToken).ConfigureAwait(false);
        return plan;
    }
}
