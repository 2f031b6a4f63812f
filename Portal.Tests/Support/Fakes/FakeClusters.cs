using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>Clusters that a test sets; remembers what was asked of it.</summary>
internal sealed class FakeClusters : IClusterService
{
    private readonly Channel<IReadOnlyList<Change<ClusterView>>> _changes = Channel.CreateUnbounded<IReadOnlyList<Change<ClusterView>>>();

    public List<ClusterView> Rows { get; } = [];

    public ClusterFreshness Freshness { get; set; } = new(DateTimeOffset.UtcNow.AddSeconds(-3), null, []);

    public Exception? Failure { get; set; }

    public Func<ClusterSpec, ClusterCheck> Check { get; set; } = _ => new ClusterCheck([], [], []);

    public List<(ClusterSpec Spec, string IntentId)> Created { get; } = [];

    public List<string> Deleted { get; } = [];

    public List<int> Resized { get; } = [];

    public int Refreshed { get; private set; }

    public void Push(params Change<ClusterView>[] changes) => _changes.Writer.TryWrite(changes);

    public Task<LiveSnapshot<ClusterView>> WatchAsync(Scope scope, CancellationToken cancellationToken)
    {
        Throw();
        scope.Demand(Capability.Read);
        return Task.FromResult(new LiveSnapshot<ClusterView>([.. Rows], Freshness.AsOf ?? DateTimeOffset.MinValue, _changes.Reader.ReadAllAsync(CancellationToken.None)));
    }

    public async IAsyncEnumerable<ClusterFreshness> WatchFreshnessAsync(Scope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Freshness;
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public Task<ClusterView?> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        Task.FromResult(Rows.FirstOrDefault(r => r.Cluster.Id == clusterId));

    public async IAsyncEnumerable<ClusterView?> WatchOneAsync(Scope scope, string clusterId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Throw();
        yield return Rows.FirstOrDefault(r => r.Cluster.Id == clusterId);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public Task RefreshAsync(Scope scope, CancellationToken cancellationToken)
    {
        Refreshed++;
        return Task.CompletedTask;
    }

    public Task<ClusterCheck> CheckAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken) => Task.FromResult(Check(spec));

    public Task<CreatedCluster> CreateAsync(Scope scope, ClusterSpec spec, string intentId, CancellationToken cancellationToken)
    {
        Throw();
        Created.Add((spec, intentId));
        return Task.FromResult(new CreatedCluster("new", "plan-new"));
    }

    public Task<Plan> ResizeAsync(Scope scope, string clusterId, int nodeCount, string? nodeGroup, CancellationToken cancellationToken)
    {
        Throw();
        Resized.Add(nodeCount);
        return Task.FromResult(FakePlans.Running("resize-1", ClusterPlans.Resize));
    }

    public Task<Plan> RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        Throw();
        return Task.FromResult(FakePlans.Running("rotate-1", ClusterPlans.RotateAuthority));
    }

    public Task<Plan> DeleteAsync(Scope scope, string clusterId, string typedName, CancellationToken cancellationToken)
    {
        Throw();
        Deleted.Add(typedName);
        return Task.FromResult(FakePlans.Running("delete-1", ClusterPlans.Delete));
    }

    public Task<Plan> InitialiseAsync(Scope scope, string clusterId, string profile, CancellationToken cancellationToken) =>
        Task.FromResult(FakePlans.Running("init-1", ClusterPlans.Initialisation));

    private void Throw()
    {
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
