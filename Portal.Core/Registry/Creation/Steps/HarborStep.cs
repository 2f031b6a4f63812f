using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>A step of a plan that makes a Harbor: what is refused is told to the platform team, with the backend's words.</summary>
internal abstract class HarborStep : IProvisioningStep
{
    public abstract string Id { get; }

    public int Version => 1;

    public virtual string PlanKind => HarborPlans.Create;

    public virtual string Phase => "registry";

    public abstract IReadOnlyList<string> DependsOn { get; }

    public TimeSpan Timeout => TimeSpan.FromMinutes(5);

    public virtual bool AppliesTo(JsonElement inputs) => true;

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await LookActVerifyAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Forbidden or BackendFailure.QuotaExceeded or BackendFailure.Invalid)
        {
            throw new StepFailedException(
                Reason.Of("harbor.refused", ("backend", e.Backend), ("operation", e.Operation), ("answer", e.Answer ?? ""), ("request", e.RequestId ?? "")), Actor.Platform, inner: e);
        }
    }

    /// <summary>Nothing to take back, unless the step says otherwise.</summary>
    public virtual Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected abstract Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken);

    protected static bool IsUpgrade(JsonElement inputs) => inputs.Deserialize<HarborCreateInputs>(JsonSerializerOptions.Web)!.ReplacedStack is not null;

    protected static StepFailedException Failed(Reason reason) => new(reason, Actor.Platform);
}
