using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>
/// A step of the initialisation that is needed again when the cluster has another certificate authority: its API is reached
/// with that one, and the portal gets a certificate of it. Nothing is taken back: without it the portal would be locked out.
/// </summary>
internal sealed class RotatedAccessStep(InitialisationStep step, string after) : IProvisioningStep
{
    public string Id => step.Id;

    public int Version => step.Version;

    public string PlanKind => ClusterPlans.RotateAuthority;

    public string Phase => step.Phase;

    public IReadOnlyList<string> DependsOn { get; } = [after];

    public TimeSpan Timeout => step.Timeout;

    // The control plane starts anew with the new authority: some minutes of "not reachable" are usual.
    public int MaxAttempts => 20;

    public Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken) => step.RunAsync(context, cancellationToken);

    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}
