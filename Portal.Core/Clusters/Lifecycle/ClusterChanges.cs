using System.Globalization;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Lifecycle;

/// <summary>Starts the plans that change a cluster. Reads it anew first: Magnum itself would take overlapping changes.</summary>
internal sealed class ClusterChanges(IMagnumClient magnum, IPlatformScope platform, IPlanService plans, ClusterPoller poller, IAuditLog audit, TimeProvider time)
{
    private static readonly TimeSpan GivesWay = TimeSpan.FromSeconds(20);

    public async Task<Plan> ResizeAsync(Scope scope, string clusterId, int nodeCount, string? nodeGroup, CancellationToken cancellationToken)
    {
        var (own, cluster) = await ReadAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        await RefuseAsync(scope, clusterId, "cluster.resize", holder => ClusterActions.WhyNotResize(cluster, holder), cancellationToken).ConfigureAwait(false);
        await CheckCountAsync(own, cluster, nodeCount, nodeGroup, cancellationToken).ConfigureAwait(false);
        var inputs = new ResizeInputs(cluster.Id, cluster.Name, nodeCount, nodeGroup, cluster.NodeCount);
        return await StartAsync(scope, ClusterPlans.Request(ClusterPlans.Resize, cluster.Id, cluster.Name, inputs), "cluster.resize", ("nodes", Text(nodeCount)), cancellationToken).ConfigureAwait(false);
    }

    public async Task<Plan> RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var (_, cluster) = await ReadAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        var last = await LastInitialisationAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        await RefuseAsync(scope, clusterId, "cluster.rotate-authority", holder => ClusterActions.WhyNotRotate(cluster, holder, last), cancellationToken).ConfigureAwait(false);
        var request = ClusterPlans.Request(ClusterPlans.RotateAuthority, cluster.Id, cluster.Name, new RotateInputs(cluster.Id, cluster.Name));
        return await StartAsync(scope, request, "cluster.rotate-authority", ("name", cluster.Name), cancellationToken).ConfigureAwait(false);
    }

    public async Task<Plan> DeleteAsync(Scope scope, string clusterId, string typedName, CancellationToken cancellationToken)
    {
        var (_, cluster) = await ReadAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        if (typedName != cluster.Name)
        {
            throw new ClusterInvalidException([FieldError.Of(nameof(ClusterSpec.Name), "name-not-the-same", ("name", cluster.Name))]);
        }

        var holder = await RefuseAsync(scope, clusterId, "cluster.delete", h => ClusterActions.WhyNotDelete(cluster, h), cancellationToken).ConfigureAwait(false);
        if (holder is not null)
        {
            await GiveWayAsync(scope, holder, cancellationToken).ConfigureAwait(false);
        }

        var request = ClusterPlans.Request(ClusterPlans.Delete, cluster.Id, cluster.Name, new DeleteInputs(cluster.Id, cluster.Name));
        return await StartAsync(scope, request, "cluster.delete", ("name", cluster.Name), cancellationToken).ConfigureAwait(false);
    }

    public async Task<Plan> InitialiseAsync(Scope scope, string clusterId, string profile, CancellationToken cancellationToken)
    {
        var (_, cluster) = await ReadAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        var last = await LastInitialisationAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        await RefuseAsync(scope, clusterId, "cluster.initialise", holder => ClusterActions.WhyNotInitialise(cluster, holder, last), cancellationToken).ConfigureAwait(false);
        var request = ClusterPlans.Request(ClusterPlans.Initialisation, cluster.Id, cluster.Name, new InitialisationInputs(cluster.Id, cluster.Name, profile));
        return await StartAsync(scope, request, "cluster.initialise", ("profile", profile), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Plan?> LastInitialisationAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        (await plans.ListAsync(scope, ClusterPlans.Subject(clusterId), cancellationToken).ConfigureAwait(false)).FirstOrDefault(p => p.Kind == ClusterPlans.Initialisation);

    private async Task<(Scope Own, Cluster Cluster)> ReadAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        MagnumId.Checked(clusterId);
        var own = await platform.ForProjectAsync(scope.Region, scope.ProjectId, "change cluster/" + clusterId, scope.UserName, cancellationToken).ConfigureAwait(false);
        var cluster = await magnum.FindClusterAsync(own, clusterId, cancellationToken).ConfigureAwait(false);
        return cluster?.ProjectId == scope.ProjectId
            ? (own, cluster)
            : throw new BackendException("magnum", "find cluster", BackendFailure.NotFound, null, System.Net.HttpStatusCode.NotFound);
    }

    /// <summary>Throws when the change is not possible now; gives who holds the lock otherwise.</summary>
    private async Task<Plan?> RefuseAsync(Scope scope, string clusterId, string action, Func<Plan?, Reason?> whyNot, CancellationToken cancellationToken)
    {
        var holder = await plans.FindRunningAsync(scope, ClusterPlans.Subject(clusterId), cancellationToken).ConfigureAwait(false);
        if (whyNot(holder) is not { } reason)
        {
            return holder;
        }

        await audit.WriteAsync(scope, action, ClusterPlans.Subject(clusterId), reason.Code, cancellationToken).ConfigureAwait(false);
        throw holder is null ? new ClusterActionException(reason) : new SubjectLockedException(holder);
    }

    private async Task CheckCountAsync(Scope own, Cluster cluster, int nodeCount, string? nodeGroup, CancellationToken cancellationToken)
    {
        var groups = await magnum.ListNodeGroupsAsync(own, cluster.Id, cancellationToken).ConfigureAwait(false);
        var group = nodeGroup is null
            ? groups.FirstOrDefault(g => g is { IsDefault: true, Role: "worker" })
            : groups.FirstOrDefault(g => g.Name == nodeGroup || g.Id == nodeGroup)
              ?? throw new ClusterInvalidException([FieldError.Of("NodeGroup", "node-group-not-found", ("value", nodeGroup))]);
        var min = Math.Max(nodeGroup is null ? 1 : 0, group?.MinNodeCount ?? 0);
        var error = nodeCount < min ? FieldError.Of(nameof(ClusterSpec.NodeCount), "node-count-too-small", ("min", Text(min)))
            : group?.MaxNodeCount is { } max && nodeCount > max ? FieldError.Of(nameof(ClusterSpec.NodeCount), "node-count-too-large", ("max", Text(max)))
            : nodeCount == (group?.NodeCount ?? cluster.NodeCount) ? FieldError.Of(nameof(ClusterSpec.NodeCount), "node-count-same", ("count", Text(nodeCount)))
            : null;
        if (error is not null)
        {
            throw new ClusterInvalidException([error]);
        }
    }

    // An initialisation that waits for a person ends before the cluster is deleted.
    private async Task GiveWayAsync(Scope scope, Plan holder, CancellationToken cancellationToken)
    {
        await plans.CancelAsync(scope, holder.Id, undo: false, cancellationToken).ConfigureAwait(false);
        var until = time.GetUtcNow() + GivesWay;
        while (await plans.FindRunningAsync(scope, holder.Subject, cancellationToken).ConfigureAwait(false) is { } still && still.Id == holder.Id)
        {
            if (time.GetUtcNow() > until)
            {
                throw new SubjectLockedException(still);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Plan> StartAsync(Scope scope, PlanRequest request, string action, (string Name, string Value) detail, CancellationToken cancellationToken)
    {
        var plan = await plans.StartAsync(scope, request, cancellationToken).ConfigureAwait(false);
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { [detail.Name] = detail.Value, ["plan"] = plan.Id };
        await audit.WriteAsync(scope, action, request.Subject, "ok", cancellationToken, details: details).ConfigureAwait(false);
        poller.Expect(scope.Region);
        return plan;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
