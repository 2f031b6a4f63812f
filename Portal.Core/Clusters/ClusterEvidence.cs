using System.Net;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Live;

namespace Portal.Core.Clusters;

/// <summary>Reads what lies under a cluster's state, with the portal's credential in the tenant's project (a tenant's own reads cost Magnum seconds).</summary>
internal sealed class ClusterEvidence(IMagnumClient magnum, IHeatClient heat, ClusterExplainer explainer, ClusterWatch watch, IPlatformScope platform, IOptions<ClustersOptions> options, TimeProvider time) : IClusterEvidence
{
    public async Task<IReadOnlyList<NodeGroup>> ListNodeGroupsAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var (own, cluster) = await EnterAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        return await magnum.ListNodeGroupsAsync(own, cluster.Id, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StackEvent>> ListEventsAsync(Scope scope, string clusterId, int limit, CancellationToken cancellationToken)
    {
        var (own, cluster) = await EnterAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        return await FindStackAsync(own, cluster, cancellationToken).ConfigureAwait(false) is { } stack
            ? await heat.ListEventsAsync(own, stack, Math.Clamp(limit, 1, 500), cancellationToken).ConfigureAwait(false)
            : [];
    }

    public async Task<IReadOnlyList<StackResource>> ListFailedResourcesAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var (own, cluster) = await EnterAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        return await FindStackAsync(own, cluster, cancellationToken).ConfigureAwait(false) is { } stack
            ? await heat.ListResourcesAsync(own, stack, failedOnly: true, cancellationToken).ConfigureAwait(false)
            : [];
    }

    public async Task<Explanation?> ExplainAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var row = await FindAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        if (watch.Conditions(clusterId).FirstOrDefault(c => c is { Kind: StateKind.Unknown, Reason.Code: "cluster.api-silent" }) is { } silent && row.Cluster.Status.IsComplete())
        {
            return AsSeen(FactRules.Unreachable(row.Cluster), row, silent.Since);
        }

        if (row.Cluster.Status.IsComplete())
        {
            return FactRules.Unhealthy(row.Cluster) is { } ill ? AsSeen(ill, row, null) : null;
        }

        // The poll has looked already, or looks again soon.
        return row.Explanation is { } known && (row.Cluster.Status.IsFailed() ? known.Missing.IsEmpty : time.GetUtcNow() - known.ExplainedAt < options.Value.ExplainAgain)
            ? known
            : await ExplainNowAsync(scope, row, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Explanation?> ExplainNowAsync(Scope scope, ClusterRow row, CancellationToken cancellationToken)
    {
        var own = await PlatformAsync(scope, row.Cluster.Id, cancellationToken).ConfigureAwait(false);
        return await explainer.ExplainAsync(own, row.Cluster, row.StatusSince, cancellationToken).ConfigureAwait(false);
    }

    private static Explanation AsSeen(Explanation found, ClusterRow row, DateTimeOffset? since) => found with
    {
        Since = since,
        Lines = [new EvidenceLine("magnum", row.Cluster.Name, found.Evidence, row.Cluster.UpdatedAt)],
    };

    private async Task<(Scope Own, Cluster Cluster)> EnterAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var row = await FindAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        return (await PlatformAsync(scope, clusterId, cancellationToken).ConfigureAwait(false), row.Cluster);
    }

    private async Task<ClusterRow> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return await watch.FindRowAsync(scope, clusterId, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException("magnum", "find cluster", BackendFailure.NotFound, null, HttpStatusCode.NotFound);
    }

    private Task<Scope> PlatformAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        platform.ForProjectAsync(scope.Region, scope.ProjectId, "read cluster/" + clusterId, scope.UserName, cancellationToken);

    private async Task<Stack?> FindStackAsync(Scope own, Cluster cluster, CancellationToken cancellationToken) =>
        cluster.StackId is { } id ? await heat.FindStackAsync(own, id, cancellationToken).ConfigureAwait(false) : null;
}
