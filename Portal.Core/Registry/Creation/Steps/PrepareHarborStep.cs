using Portal.Core.Provisioning;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>Makes the key pair of this one Harbor and the passwords that it will get, and keeps them encrypted before any of them is used.</summary>
internal sealed class PrepareHarborStep(HarborRecords records) : HarborStep
{
    public const string StepId = "harbor.prepare";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [];

    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => records.ForgetSecretsAsync(context.Plan.Id, cancellationToken);

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        await records.MakeSecretsAsync(context.Plan.Id, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }
}
