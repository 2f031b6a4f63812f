using System.Globalization;
using Portal.Core.Clusters.Heat;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>Waits until the instance has told Heat that every component is healthy, and keeps what it told.</summary>
internal sealed class WaitSignalStep(HarborStackTools tools, HarborRecords records) : HarborStep
{
    public const string StepId = "harbor.wait-signal";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(CreateStackStep.Minutes + 15);

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [CreateStackStep.StepId];

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var scope = await tools.EnterAsync(context, cancellationToken).ConfigureAwait(false);
        var stack = await tools.Stacks.FindAsync(scope, context.Output(CreateStackStep.StepId, CreateStackStep.StackOutput) ?? "", cancellationToken).ConfigureAwait(false);
        if (stack is null || stack.Status.StartsWith("DELETE", StringComparison.Ordinal))
        {
            throw new StepFailedException(Reason.Of("harbor.stack-gone", ("name", context.Inputs<HarborCreateInputs>().Spec.Name)), Actor.Platform, final: true);
        }

        return stack.Status switch
        {
            "CREATE_COMPLETE" => await KeepAsync(context, stack, cancellationToken).ConfigureAwait(false),
            "CREATE_FAILED" => throw new StepFailedException(await tools.WhyAsync(scope, stack, cancellationToken).ConfigureAwait(false), Actor.Platform, final: true),
            _ => await WaitAsync(context, stack, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<StepResult> KeepAsync(StepContext context, MadeStack stack, CancellationToken cancellationToken)
    {
        if (HarborSignal.Read(stack) is not { } signal)
        {
            throw Failed(Reason.Of("harbor.signal-unreadable", ("name", stack.Name)));
        }

        foreach (var (name, value) in signal.ToOutputs())
        {
            await context.KeepAsync(name, value, cancellationToken).ConfigureAwait(false);
        }

        await records.ChangeAsync(r => r?.Stack?.Id == stack.Id ? r with { Stack = r.Stack with { Volume = signal.Volume } } : r, cancellationToken).ConfigureAwait(false);
        await context.ReportAsync(
            Reason.Of("harbor.signalled", ("address", signal.Address), ("volume", signal.Volume)),
            [new MadeObject("Heat stack", stack.Name, true), new MadeObject("Cinder volume", signal.Volume, true)],
            cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    // Heat ends the wait itself; this is for a Heat that does not.
    private async Task<StepResult> WaitAsync(StepContext context, MadeStack stack, CancellationToken cancellationToken)
    {
        const string since = "since";
        if (!DateTimeOffset.TryParse(context.Output(StepId, since), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var began))
        {
            began = tools.Time.GetUtcNow();
            await context.KeepAsync(since, began.ToString("O", CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
        }

        return tools.Time.GetUtcNow() - began < Patience
            ? StepResult.NotYet(Reason.Of("harbor.stack-working", ("name", stack.Name)), tools.Soon)
            : throw Failed(Reason.Of("harbor.stack-silent", ("name", stack.Name), ("status", stack.Status)));
    }
}
