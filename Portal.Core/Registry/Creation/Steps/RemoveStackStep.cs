using System.Text.Json;
using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>Deletes a stack and waits until it is gone. The volume stays (deletion policy Retain), and is named.</summary>
internal abstract class RemoveStackStep(HarborStackTools tools) : HarborStep
{
    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (stack, volume) = What(context);
        if (!await tools.DeleteAsync(context, stack, cancellationToken).ConfigureAwait(false))
        {
            return StepResult.NotYet(Reason.Of("harbor.stack-deleting"), tools.Soon);
        }

        if (volume is not null)
        {
            await context.ReportAsync(Reason.Of("harbor.volume-stays", ("volume", volume)), [new MadeObject("Cinder volume", volume, true)], cancellationToken).ConfigureAwait(false);
        }

        return StepResult.Done;
    }

    protected abstract (string Stack, string? Volume) What(StepContext context);
}

/// <summary>Of an upgrade: takes the old instance away, so that its volume is free for the new one.</summary>
internal sealed class RemoveOldStep(HarborStackTools tools) : RemoveStackStep(tools)
{
    public const string StepId = "harbor.remove-old";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [PrepareHarborStep.StepId];

    public override bool AppliesTo(JsonElement inputs) => IsUpgrade(inputs);

    protected override (string Stack, string? Volume) What(StepContext context) => context.Inputs<HarborCreateInputs>() is var inputs ? (inputs.ReplacedStack!, inputs.Spec.Volume) : default;
}

/// <summary>Of a deletion.</summary>
internal sealed class DeleteStackStep(HarborStackTools tools) : RemoveStackStep(tools)
{
    public const string StepId = "harbor.delete-stack";

    public override string Id => StepId;

    public override string PlanKind => HarborPlans.Delete;

    public override IReadOnlyList<string> DependsOn => [];

    protected override (string Stack, string? Volume) What(StepContext context) => context.Inputs<HarborDeleteInputs>() is var inputs ? (inputs.Stack, inputs.Volume) : default;
}
