using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Watching;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Lifecycle;

/// <summary>
/// Has Magnum make a new certificate authority and waits until the nodes have it. Asked twice Magnum would make two, so what
/// it was before is kept first: another one than that is the one that was asked for.
/// </summary>
internal sealed class RotateStep(
    IMagnumClient magnum, IMagnumCertificates certificates, ClusterExplainer explainer, IPlatformScope platform, ClusterPoller poller, IOptions<ClustersOptions> options, TimeProvider time)
    : IProvisioningStep
{
    private const string Before = "authority-before";

    public string Id => ClusterPlans.RotateStep;

    public int Version => 1;

    public string PlanKind => ClusterPlans.RotateAuthority;

    public string Phase => "cluster";

    public IReadOnlyList<string> DependsOn => [];

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var scope = await context.PlatformAsync(platform, cancellationToken).ConfigureAwait(false);
        var cluster = await magnum.FindClusterAsync(scope, context.Inputs<RotateInputs>().ClusterId, cancellationToken).ConfigureAwait(false);
        if (cluster is null || cluster.ProjectId != context.Plan.ProjectId || cluster.Status is ClusterStatus.DeleteInProgress or ClusterStatus.DeleteComplete)
        {
            throw new StepFailedException(Reason.Of("cluster.gone"), Actor.Project, final: true);
        }

        var now = await FingerprintAsync(scope, cluster, cancellationToken).ConfigureAwait(false);
        var movement = new Movement(context, time);
        if (context.Output(Id, Before) is not { } before || now == before)
        {
            return await SendAsync(context, scope, cluster, now, movement, cancellationToken).ConfigureAwait(false);
        }

        return await LookAsync(scope, cluster, movement, cancellationToken).ConfigureAwait(false);
    }

    // The old authority's key is gone; another rotation is a plan of its own.
    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<string> FingerprintAsync(Scope scope, Cluster cluster, CancellationToken cancellationToken)
    {
        var pem = await certificates.FindAuthorityAsync(scope, cluster.Id, cancellationToken).ConfigureAwait(false)
            ?? throw new StepFailedException(Reason.Of("cluster.no-authority"), Actor.Platform);
        using var authority = X509Certificate2.CreateFromPem(pem);
        return authority.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
    }

    private async Task<StepResult> SendAsync(StepContext context, Scope scope, Cluster cluster, string before, Movement movement, CancellationToken cancellationToken)
    {
        if (cluster.Status.IsInProgress())
        {
            return StepResult.NotYet(Reason.Of("magnum.busy", ("status", cluster.StatusText)), options.Value.LookAgain);
        }

        await context.KeepAsync(Before, before, cancellationToken).ConfigureAwait(false);
        await movement.SendingAsync(cluster, cancellationToken).ConfigureAwait(false);
        try
        {
            await certificates.RotateAuthorityAsync(scope, cluster.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (!e.MayHeal)
        {
            throw new StepFailedException(Reason.Of("cluster.why.magnum", ("message", e.Answer ?? "")), Actor.Platform, final: true, e);
        }

        poller.Expect(scope.Region);
        return StepResult.NotYet(Reason.Of("magnum.rotating"), options.Value.LookAgain);
    }

    private async Task<StepResult> LookAsync(Scope scope, Cluster cluster, Movement movement, CancellationToken cancellationToken)
    {
        if (cluster.Status.IsInProgress())
        {
            await movement.SawMovingAsync(cancellationToken).ConfigureAwait(false);
            return StepResult.NotYet(Reason.Of("magnum.rotating"), options.Value.LookAgain);
        }

        if (!movement.IsSettled(options.Value.Settle))
        {
            return StepResult.NotYet(Reason.Of("magnum.rotating"), options.Value.LookAgain);
        }

        if (cluster.Status.IsFailed())
        {
            // Magnum has the new authority and does not rotate a failed cluster: only the platform's people can bring it to the nodes.
            var why = await explainer.ExplainAsync(scope, cluster, cluster.UpdatedAt, cancellationToken).ConfigureAwait(false);
            throw new StepFailedException(why?.Reason ?? Reason.Of("cluster.change-failed"), why?.Actor ?? Actor.Platform);
        }

        poller.Expect(scope.Region);
        return StepResult.Done;
    }
}
