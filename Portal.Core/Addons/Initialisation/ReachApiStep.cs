using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>The cluster's API answers from here, with a certificate of the cluster's CA. "Ready in Magnum, not reachable from here" is a state of its own.</summary>
internal sealed class ReachApiStep(InitialisationTools tools, IClusterAuthority authority, IClusterProbe probe) : InitialisationStep
{
    internal const string StepId = "cluster.reach-api";

    public override string Id => StepId;

    public override string Phase => "cluster";

    public override IReadOnlyList<string> DependsOn => [ClusterPlans.WaitMagnumStep];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var key = InitialisationTools.Key(context);
        var scope = await tools.ScopeAsync(context, cancellationToken).ConfigureAwait(false);
        var endpoint = await authority.FindAsync(scope, key.ClusterId, cancellationToken).ConfigureAwait(false);
        if (endpoint is null)
        {
            return StepResult.NotYet(Reason.Of("cluster.no-address"), TimeSpan.FromSeconds(5));
        }

        await probe.CheckAsync(key, endpoint, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }
}
