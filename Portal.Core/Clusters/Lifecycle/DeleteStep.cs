using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Lifecycle;

/// <summary>Deletes the cluster and waits until Magnum does not know it any more.</summary>
internal sealed class DeleteStep(
    IMagnumClient magnum, ClusterExplainer explainer, IPlatformScope platform, ClusterPoller poller, IOptions<ClustersOptions> options, TimeProvider time) : IProvisioningStep
{
    public string Id => "cluster.delete";

    public int Version => 1;

    public string PlanKind => ClusterPlans.Delete;

    public string Phase => "cluster";

    public IReadOnlyList<string> DependsOn => [];

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<DeleteInputs>();
        var scope = await context.PlatformAsync(platform, cancellationToken).ConfigureAwait(false);
        var cluster = await magnum.FindClusterAsync(scope, inputs.ClusterId, cancellationToken).ConfigureAwait(false);
        if (cluster is null || cluster.ProjectId != context.Plan.ProjectId || cluster.Status is ClusterStatus.DeleteComplete)
        {
            poller.Expect(scope.Region);
            return StepResult.Done;
        }

        var movement = new Movement(context, time);
        if (cluster.Status is ClusterStatus.DeleteInProgress)
        {
            await movement.SawMovingAsync(cancellationToken).ConfigureAwait(false);
            return StepResult.NotYet(Reason.Of("magnum.deleting"), options.Value.LookAgain);
        }

        if (movement.Sent is null)
        {
            await movement.SendingAsync(cluster, cancellationToken).ConfigureAwait(false);
            await SendAsync(scope, cluster, movement, cancellationToken).ConfigureAwait(false);
            return StepResult.NotYet(Reason.Of("magnum.deleting"), options.Value.LookAgain);
        }

        return await LookAsync(scope, cluster, movement, cancellationToken).ConfigureAwait(false);
    }

    // What is deleted stays deleted.
    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SendAsync(Scope scope, Cluster cluster, Movement movement, CancellationToken cancellationToken)
    {
        try
        {
            await magnum.DeleteClusterAsync(scope, cluster.Id, cancellationToken).ConfigureAwait(false);
            poller.Expect(scope.Region);
        }
        catch (BackendException)
        {
            // Deleting twice does no harm, so the next attempt sends it again.
            await movement.ForgetAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<StepResult> LookAsync(Scope scope, Cluster cluster, Movement movement, CancellationToken cancellationToken)
    {
        if (cluster.Status is ClusterStatus.DeleteFailed && movement.IsSettled(options.Value.Settle))
        {
            var why = await explainer.ExplainAsync(scope, cluster, cluster.UpdatedAt, cancellationToken).ConfigureAwait(false);
            await movement.ForgetAsync(cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(why?.Reason ?? Reason.Of("cluster.deletion-failed"), why?.Actor ?? Actor.Platform);
        }

        if (!movement.HasMoved && movement.Age > options.Value.Settle * 2)
        {
            // The 204 was given and nothing came of it (or the process died before it was sent).
            await SendAsync(scope, cluster, movement, cancellationToken).ConfigureAwait(false);
            if (movement.Age > options.Value.NoMovement)
            {
                await movement.ForgetAsync(cancellationToken).ConfigureAwait(false);
                throw new StepFailedException(Reason.Of("magnum.no-movement", ("status", cluster.StatusText)), Actor.Platform);
            }
        }

        return StepResult.NotYet(Reason.Of("magnum.deleting"), options.Value.LookAgain);
    }
}
