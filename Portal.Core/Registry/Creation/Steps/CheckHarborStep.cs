using Microsoft.Extensions.Options;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Verification;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>Runs the connection test with the portal's account: everything that the portal does with a Harbor, done once and taken away again.</summary>
internal sealed class CheckHarborStep(HarborRecords records, IHarborVerification verification, IOptions<HarborOptions> options) : HarborStep
{
    public const string StepId = "harbor.check";

    public override string Id => StepId;

    public override string Phase => "proof";

    public override IReadOnlyList<string> DependsOn => [ScannerStep.StepId];

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var link = await records.LinkAsync(context, cancellationToken).ConfigureAwait(false) ?? throw Failed(Reason.Of("harbor.secrets-lost"));
        var target = new HarborTarget(link.Url, link.Login) { Authority = link.Authority, StorageLimit = options.Value.StorageLimit };
        var report = await verification.RunAsync(target, _ => { }, cancellationToken).ConfigureAwait(false);
        var failed = report.Checks.Where(c => c.Outcome is CheckOutcome.Failed).Select(c => c.Check).ToList();
        return failed.Count == 0 ? StepResult.Done : throw Failed(Reason.Of("harbor.check-failed", ("checks", string.Join(", ", failed))));
    }
}
