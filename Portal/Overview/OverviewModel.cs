using Portal.Audit;
using Portal.Clusters;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Overview;

/// <summary>The project at a glance: what needs someone, what moves, what changed today, what room is left.</summary>
public sealed class OverviewModel(IClusterService clusters, IClusterOffer offer, IPlanService plans, IAuditLog audit, TimeProvider time)
{
    private readonly LiveList<string, Plan> _plans = new(p => p.Id);

    /// <summary>Gets the clusters, live.</summary>
    public ClusterListModel Clusters { get; } = new(clusters, offer);

    /// <summary>Gets what was done today.</summary>
    public Loadable<IReadOnlyList<AuditEntry>> Today { get; } = new();

    /// <summary>Gets why the plans are missing, or null.</summary>
    public Exception? PlansFailure { get; private set; }

    /// <summary>Gets the clusters that need someone, the worst first.</summary>
    public IReadOnlyList<ClusterView> Needs => [.. Clusters.Matching.Where(v => ClusterListQuery.GroupOf(v.State.Kind) is ClusterGroup.Needs)];

    /// <summary>Gets the plans that wait for someone and whose cluster does not say so already.</summary>
    public IReadOnlyList<Plan> Stopped => [.. _plans.Items.Values.Where(p => p.State is PlanState.NeedsSomeone && Needs.All(v => v.Platform.PlanId != p.Id)).OrderBy(p => p.CreatedAt)];

    /// <summary>Gets the plans that move by themselves, the newest first.</summary>
    public IReadOnlyList<Plan> Moving => [.. _plans.Items.Values.Where(p => p.State is PlanState.Running or PlanState.BeingUndone).OrderByDescending(p => p.CreatedAt)];

    /// <summary>Follows everything until cancelled.</summary>
    public Task RunAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) => Task.WhenAll(
        Clusters.RunAsync(scope, changed, cancellationToken),
        FollowPlansAsync(scope, changed, cancellationToken),
        LoadTodayAsync(scope, changed, cancellationToken));

    private async Task FollowPlansAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            await _plans.RunAsync(await plans.WatchAllAsync(scope, cancellationToken), changed, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            PlansFailure = failure;
            await changed();
        }
    }

    private async Task LoadTodayAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            var since = time.GetUtcNow().AddDays(-1);
            await Today.LoadAsync(async () => [.. (await audit.ListAsync(scope, 200, null, cancellationToken)).Where(e => e.At > since && !AuditWords.IsUse(e)).Take(8)]);
            await changed();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
    }
}
