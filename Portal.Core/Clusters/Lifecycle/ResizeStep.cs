using System.Globalization;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Lifecycle;

/// <summary>Changes the number of workers and waits until the nodes are there (or gone).</summary>
internal sealed class ResizeStep(
    IMagnumClient magnum, ClusterExplainer explainer, IPlatformScope platform, ClusterPoller poller, IOptions<ClustersOptions> options, TimeProvider time) : IProvisioningStep
{
    public string Id => "cluster.resize";

    public int Version => 1;

    public string PlanKind => ClusterPlans.Resize;

    public string Phase => "cluster";

    public IReadOnlyList<string> DependsOn => [];

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<ResizeInputs>();
        var scope = await context.PlatformAsync(platform, cancellationToken).ConfigureAwait(false);
        var cluster = await magnum.FindClusterAsync(scope, inputs.ClusterId, cancellationToken).ConfigureAwait(false);
        if (cluster is null || cluster.ProjectId != context.Plan.ProjectId || cluster.Status is ClusterStatus.DeleteInProgress)
        {
            throw new StepFailedException(Reason.Of("cluster.gone"), Actor.Project, final: true);
        }

        var movement = new Movement(context, time);
        if (movement.Sent is null || !await IsWishedAsync(scope, cluster, inputs, movement, cancellationToken).ConfigureAwait(false))
        {
            return await SendAsync(scope, cluster, inputs, movement, cancellationToken).ConfigureAwait(false);
        }

        return await LookAsync(scope, cluster, movement, cancellationToken).ConfigureAwait(false);
    }

    // The wish cannot be taken back once nodes may be gone; the next resize is a plan of its own.
    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    // Journaled as sent, but the process may have died before it was: then Magnum does not have the wish.
    private async Task<bool> IsWishedAsync(Scope scope, Cluster cluster, ResizeInputs inputs, Movement movement, CancellationToken cancellationToken)
    {
        if (movement.HasMoved)
        {
            return true;
        }

        if (inputs.NodeGroup is null)
        {
            return cluster.NodeCount != inputs.Was || inputs.NodeCount == inputs.Was;
        }

        var groups = await magnum.ListNodeGroupsAsync(scope, cluster.Id, cancellationToken).ConfigureAwait(false);
        return groups.FirstOrDefault(g => g.Name == inputs.NodeGroup || g.Id == inputs.NodeGroup)?.NodeCount == inputs.NodeCount;
    }

    private async Task<StepResult> SendAsync(Scope scope, Cluster cluster, ResizeInputs inputs, Movement movement, CancellationToken cancellationToken)
    {
        if (cluster.Status.IsInProgress())
        {
            // Somebody outside of the portal changes it; a second change would silently win over theirs.
            return StepResult.NotYet(Reason.Of("magnum.busy", ("status", cluster.StatusText)), options.Value.LookAgain);
        }

        await movement.SendingAsync(cluster, cancellationToken).ConfigureAwait(false);
        try
        {
            await magnum.ResizeClusterAsync(scope, cluster.Id, inputs.NodeCount, inputs.NodeGroup, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (!e.MayHeal)
        {
            await movement.ForgetAsync(cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(Reason.Of("cluster.why.magnum", ("message", e.Answer ?? "")), Actor.Project, final: true, e);
        }

        poller.Expect(scope.Region);
        return StepResult.NotYet(Waiting(cluster, inputs.NodeCount), options.Value.LookAgain);
    }

    private async Task<StepResult> LookAsync(Scope scope, Cluster cluster, Movement movement, CancellationToken cancellationToken)
    {
        if (cluster.Status.IsInProgress())
        {
            await movement.SawMovingAsync(cancellationToken).ConfigureAwait(false);
            return StepResult.NotYet(Waiting(cluster, cluster.NodeCount), options.Value.LookAgain);
        }

        if (movement.IsOtherThanBefore(cluster))
        {
            await movement.SawMovingAsync(cancellationToken).ConfigureAwait(false);
        }

        var settled = movement.IsSettled(options.Value.Settle);
        if (settled && movement.HasMoved && cluster.Status.IsFailed())
        {
            var why = await explainer.ExplainAsync(scope, cluster, cluster.UpdatedAt, cancellationToken).ConfigureAwait(false);
            await movement.ForgetAsync(cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(why?.Reason ?? Reason.Of("cluster.change-failed"), why?.Actor ?? Actor.Project);
        }

        if (settled && cluster.Status.IsComplete() && (movement.HasMoved || cluster.NodeAddresses.Length == cluster.NodeCount))
        {
            poller.Expect(scope.Region);
            return StepResult.Done;
        }

        if (!movement.HasMoved && movement.Age > options.Value.NoMovement)
        {
            await movement.ForgetAsync(cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(Reason.Of("magnum.no-movement", ("status", cluster.StatusText)), Actor.Platform);
        }

        return StepResult.NotYet(Waiting(cluster, cluster.NodeCount), options.Value.LookAgain);
    }

    private static Reason Waiting(Cluster cluster, int wished) => Reason.Of(
        "magnum.resizing",
        ("nodes", cluster.NodeAddresses.Length.ToString(CultureInfo.InvariantCulture)),
        ("wished", wished.ToString(CultureInfo.InvariantCulture)));
}
