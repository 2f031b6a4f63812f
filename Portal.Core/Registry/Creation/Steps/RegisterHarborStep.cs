using Portal.Core.Audit;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>From here on the portal works with this Harbor, unless the configuration names another one.</summary>
internal sealed class RegisterHarborStep(HarborRecords records, StepAudit audit, TimeProvider time) : HarborStep
{
    public const string StepId = "harbor.register";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [CheckHarborStep.StepId];

    /// <summary>The stack stays in the record until its own step takes it back; an upgrade stays registered.</summary>
    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var stack = context.Output(CreateStackStep.StepId, CreateStackStep.StackOutput);
        if (context.Inputs<HarborCreateInputs>().ReplacedStack is null)
        {
            await records.ChangeAsync(r => r?.Stack is { IsRegistered: true } made && made.Id == stack ? new HarborRecord { Stack = made with { IsRegistered = false } } : r, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var stack = context.Output(CreateStackStep.StepId, CreateStackStep.StackOutput);
        var signal = HarborSignal.Of(context, WaitSignalStep.StepId);
        var secrets = await records.FindSecretsAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false);
        if (secrets is not null)
        {
            var now = time.GetUtcNow();
            await records.ChangeAsync(r => r?.Stack?.Id == stack ? Register(r!, context, signal, secrets, now) : throw Failed(Reason.Of("harbor.secrets-lost")), cancellationToken).ConfigureAwait(false);
            await audit.AuditAsync(context, "harbor.register", signal.Url, cancellationToken).ConfigureAwait(false);
            await records.ForgetSecretsAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false);
        }
        else if (await records.FindRecordAsync(cancellationToken).ConfigureAwait(false) is not { Stack: { IsRegistered: true } made } || made.Id != stack)
        {
            throw Failed(Reason.Of("harbor.secrets-lost"));
        }

        await context.ReportAsync(Reason.Of("harbor.registered", ("url", signal.Url)), [new MadeObject("Harbor", signal.Url, true)], cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private static HarborRecord Register(HarborRecord record, StepContext context, HarborSignal signal, HarborSecrets secrets, DateTimeOffset now) => record with
    {
        Url = signal.Url,
        Authority = signal.Certificate,
        UserName = signal.IsKept ? record.UserName : context.Inputs<HarborCreateInputs>().Spec.UserName,
        Password = signal.IsKept ? record.Password : secrets.Password,
        RegisteredAt = now,
        RegisteredBy = context.Plan.RequestedBy,
        Stack = record.Stack! with { IsRegistered = true, Volume = signal.Volume, AdminPassword = signal.IsKept ? record.Stack.AdminPassword : secrets.AdminPassword },
    };
}

/// <summary>Of a deletion: the portal has no Harbor any more.</summary>
internal sealed class UnregisterHarborStep(HarborRecords records, StepAudit audit) : HarborStep
{
    public const string StepId = "harbor.unregister";

    public override string Id => StepId;

    public override string PlanKind => HarborPlans.Delete;

    public override IReadOnlyList<string> DependsOn => [DeleteStackStep.StepId];

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<HarborDeleteInputs>();
        if (await records.FindRecordAsync(cancellationToken).ConfigureAwait(false) is { Stack: { } stack } && stack.Id == inputs.Stack)
        {
            await records.ChangeAsync(r => r?.Stack?.Id == inputs.Stack ? HarborRecords.WithoutStack(r) : r, cancellationToken).ConfigureAwait(false);
            await audit.AuditAsync(context, "harbor.unregister", inputs.Name, cancellationToken).ConfigureAwait(false);
        }

        return StepResult.Done;
    }
}
