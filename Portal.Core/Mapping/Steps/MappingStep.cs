using System.Net;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Steps;

/// <summary>A step of a mapping: what is the platform team's business is told to them, maintenance is waited for.</summary>
internal abstract class MappingStep(Func<string> account) : IProvisioningStep
{
    private static readonly TimeSpan Maintenance = TimeSpan.FromSeconds(30);

    public abstract string Id { get; }

    public int Version => 1;

    public virtual string PlanKind => MappingPlans.Kind;

    public virtual string Phase => "registry";

    public abstract IReadOnlyList<string> DependsOn { get; }

    public virtual TimeSpan Timeout => TimeSpan.FromMinutes(3);

    public virtual bool AppliesTo(JsonElement inputs) => true;

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await LookActVerifyAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (IsReadOnly(e))
        {
            return StepResult.NotYet(Reason.Of("mapping.read-only"), Maintenance);
        }
        catch (BackendException e) when (e is { Failure: BackendFailure.Forbidden, Status: HttpStatusCode.Forbidden })
        {
            // Harbor's own answer is the account's name, no more.
            throw new StepFailedException(Reason.Of("mapping.account-rights", ("account", account()), ("operation", e.Operation)), Actor.Platform, inner: e);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Forbidden)
        {
            throw Failed("mapping.account-refused", e);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.QuotaExceeded)
        {
            throw Failed("mapping.registry-full", e);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Invalid)
        {
            throw Failed("mapping.refused", e);
        }
    }

    public abstract Task UndoAsync(StepContext context, CancellationToken cancellationToken);

    protected abstract Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Says whether Harbor refuses writes for the time being.</summary>
    private static bool IsReadOnly(BackendException e) => e is { Failure: BackendFailure.Throttled, Status: HttpStatusCode.Forbidden };

    private static StepFailedException Failed(string code, BackendException e) =>
        new(Reason.Of(code, ("operation", e.Operation), ("answer", e.Answer ?? ""), ("request", e.RequestId ?? "")), Actor.Platform, inner: e);
}
