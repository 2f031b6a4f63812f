using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Provisioning;
using Microsoft.Extensions.Options;

namespace Portal.Core.Clusters.Lifecycle;

/// <summary>First step of an initialisation: waits until Magnum has created the cluster. Changes nothing.</summary>
internal sealed class WaitMagnumStep(IMagnumClient magnum, IHeatClient heat, ClusterExplainer explainer, IPlatformScope platform, ClusterPoller poller, IOptions<ClustersOptions> options) : IProvisioningStep
{
    public string Id => ClusterPlans.WaitMagnumStep;

    public int Version => 1;

    public string PlanKind => ClusterPlans.Initialisation;

    public string Phase => "cluster";

    public IReadOnlyList<string> DependsOn => [];

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<InitialisationInputs>();
        var scope = await context.PlatformAsync(platform, cancellationToken).ConfigureAwait(false);
        var cluster = await magnum.FindClusterAsync(scope, inputs.ClusterId, cancellationToken).ConfigureAwait(false);
        if (cluster is null || cluster.ProjectId != context.Plan.ProjectId || cluster.Status is ClusterStatus.DeleteInProgress or ClusterStatus.DeleteComplete)
        {
            throw new StepFailedException(Reason.Of("cluster.gone"), Actor.Project, final: true);
        }

        if (cluster.Status is ClusterStatus.CreateFailed)
        {
            var why = await explainer.ExplainAsync(scope, cluster, cluster.UpdatedAt, cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(why?.Reason ?? Reason.Of("cluster.creation-failed"), why?.Actor ?? Actor.Project, final: true);
        }

        if (!cluster.Status.IsInProgress())
        {
            return StepResult.Done;
        }

        return StepResult.NotYet(await ProgressAsync(scope, cluster, cancellationToken).ConfigureAwait(false), options.Value.LookAgain);
    }

    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<Reason> ProgressAsync(Scope scope, Cluster cluster, CancellationToken cancellationToken)
    {
        if (cluster.Status is not ClusterStatus.CreateInProgress)
        {
            return Reason.Of("magnum.busy", ("status", cluster.StatusText));
        }

        if (poller.Board(scope.Region).Find(cluster.ProjectId, cluster.Id) is { Cluster.Status: ClusterStatus.CreateInProgress, Explanation: { } late })
        {
            return late.Reason;
        }

        try
        {
            if (cluster.StackId is { } id && await heat.FindStackAsync(scope, id, cancellationToken).ConfigureAwait(false) is { } stack)
            {
                var resources = await heat.ListResourcesAsync(scope, stack, failedOnly: false, cancellationToken).ConfigureAwait(false);
                var done = resources.Count(r => r.Status.EndsWith("_COMPLETE", StringComparison.Ordinal));
                var current = resources.FirstOrDefault(r => r.Status == "CREATE_IN_PROGRESS")?.LogicalId ?? "";
                return Reason.Of("magnum.creating", ("done", Text(done)), ("total", Text(resources.Count)), ("current", current));
            }
        }
        catch (BackendException)
        {
            // Progress is a comfort; Magnum's status decides.
        }

        return Reason.Of("magnum.preparing");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How steps enter the tenant's project.</summary>
internal static class StepScope
{
    public static Task<Scope> PlatformAsync(this StepContext context, IPlatformScope platform, CancellationToken cancellationToken) =>
        platform.ForProjectAsync(context.Plan.Region, context.Plan.ProjectId, $"plan/{context.Plan.Id} {context.Step.Id}", context.Plan.RequestedBy, cancellationToken);
}
