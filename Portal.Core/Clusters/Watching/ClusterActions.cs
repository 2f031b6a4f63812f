using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Watching;

/// <summary>What a person can do with a cluster now, and why not. Asked by pages to show, and by the changes themselves to refuse.</summary>
internal static class ClusterActions
{
    /// <summary>Gives the actions that the person's role has; those off now with their reason.</summary>
    public static ImmutableArray<AllowedAction> Of(Cluster cluster, Plan? holder, Plan? initialisation, Scope scope)
    {
        var actions = ImmutableArray.CreateBuilder<AllowedAction>();
        if (scope.Can(Capability.Write))
        {
            actions.Add(new(ClusterAction.Resize, WhyNotResize(cluster, holder)));
            actions.Add(new(ClusterAction.RotateAuthority, WhyNotRotate(cluster, holder, initialisation)));
            actions.Add(new(ClusterAction.Delete, WhyNotDelete(cluster, holder)));
            actions.Add(new(ClusterAction.Initialise, WhyNotInitialise(cluster, holder, initialisation)));
        }

        if (scope.Can(Capability.Read))
        {
            actions.Add(new(ClusterAction.Kubeconfig, WhyNotKubeconfig(cluster, initialisation)));
        }

        return actions.ToImmutable();
    }

    public static Reason? WhyNotResize(Cluster cluster, Plan? holder) => cluster.Status switch
    {
        _ when holder is not null => Locked(holder),
        ClusterStatus.CreateFailed => Reason.Of("cluster.creation-failed"),
        ClusterStatus.DeleteFailed or ClusterStatus.DeleteComplete => Reason.Of("cluster.half-deleted"),
        var status when status.IsInProgress() => Busy(cluster),
        _ => null,
    };

    // Magnum refuses a failed or busy cluster; without an identity there the portal could not see that it worked.
    public static Reason? WhyNotRotate(Cluster cluster, Plan? holder, Plan? initialisation) => cluster.Status switch
    {
        _ when holder is not null => Locked(holder),
        _ when cluster.Status.IsFailed() => Reason.Of("cluster.failed-before", ("status", cluster.StatusText)),
        ClusterStatus.DeleteComplete => Reason.Of("cluster.half-deleted"),
        _ when cluster.Status.IsInProgress() => Busy(cluster),
        _ when initialisation?.State is not PlanState.Done => Reason.Of("cluster.not-initialised"),
        _ => null,
    };

    // Magnum deletes in every status, also while creating. An initialisation that waits for a person gives way.
    public static Reason? WhyNotDelete(Cluster cluster, Plan? holder) => holder switch
    {
        { Kind: ClusterPlans.Initialisation, State: PlanState.NeedsSomeone } => null,
        not null => Locked(holder),
        _ => cluster.Status is ClusterStatus.DeleteInProgress or ClusterStatus.DeleteComplete or ClusterStatus.UpdateInProgress or ClusterStatus.RollbackInProgress ? Busy(cluster) : null,
    };

    public static Reason? WhyNotInitialise(Cluster cluster, Plan? holder, Plan? initialisation) => cluster.Status switch
    {
        _ when holder is not null => Locked(holder),
        _ when initialisation?.State is PlanState.Done => Reason.Of("cluster.initialised"),
        ClusterStatus.CreateFailed => Reason.Of("cluster.creation-failed"),
        ClusterStatus.DeleteFailed or ClusterStatus.DeleteComplete => Reason.Of("cluster.half-deleted"),
        var status when status.IsInProgress() && status is not ClusterStatus.CreateInProgress => Busy(cluster),
        _ => null,
    };

    public static Reason? WhyNotKubeconfig(Cluster cluster, Plan? initialisation) => cluster switch
    {
        { Status: ClusterStatus.CreateFailed } => Reason.Of("cluster.creation-failed"),
        { Status: ClusterStatus.DeleteInProgress or ClusterStatus.DeleteComplete } => Busy(cluster),
        { IsDetailed: true, ApiAddress: null } => Reason.Of("cluster.no-api-yet"),
        _ when initialisation is null => Reason.Of("cluster.not-initialised"),
        _ => null,
    };

    private static Reason Locked(Plan holder) => Reason.Of("cluster.locked", ("kind", holder.Kind), ("by", holder.RequestedBy), ("plan", holder.Id));

    private static Reason Busy(Cluster cluster) => Reason.Of("cluster.busy", ("status", cluster.StatusText));
}
