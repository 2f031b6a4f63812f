using System.Runtime.CompilerServices;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Kubernetes.Watching;

namespace Portal.Tests.Support.Fakes;

/// <summary>The inside of every cluster, as a test sets it.</summary>
internal sealed class FakeInside : IAddonHealthReader, IClusterNodes
{
    public List<AddonHealth> Addons { get; } = [];

    public List<ClusterNode> Nodes { get; } = [new() { Name = "shop-master-0", IsMaster = true, IsReady = true, KubeletVersion = "v1.31.4" }, new() { Name = "shop-node-0", IsReady = false, Message = "PLEG is not healthy", KubeletVersion = "v1.31.4" }];

    public BackendException? Failure { get; set; }

    public Task<IReadOnlyList<AddonHealth>> ReadAsync(Scope scope, string clusterId, IReadOnlyList<string> addons, CancellationToken cancellationToken) => Give(Addons);

    public Task<IReadOnlyList<ClusterNode>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) => Give(Nodes);

    public async IAsyncEnumerable<Watched<ClusterNode>> WatchAsync(Scope scope, ClusterKey cluster, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Failure is { Failure: BackendFailure.NotFound })
        {
            throw Failure;
        }

        yield return new Watched<ClusterNode>([.. Nodes], DateTimeOffset.UtcNow.AddMinutes(-2), Failure);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private Task<IReadOnlyList<T>> Give<T>(List<T> items) => Failure is null ? Task.FromResult<IReadOnlyList<T>>([.. items]) : throw Failure;
}
