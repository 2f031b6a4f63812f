using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry.Creation.Steps;

/// <summary>Sees to it that Harbor has a default scanner, so that scan-on-push finds one.</summary>
internal sealed class ScannerStep(HarborRecords records, HarborHttp http) : HarborStep
{
    public const string StepId = "harbor.scanner";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [OpenHarborStep.StepId];

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var harbor = new NewHarbor(http, await records.LinkAsync(context, cancellationToken).ConfigureAwait(false) ?? throw Failed(Reason.Of("harbor.secrets-lost")));
        var scanners = (await harbor.ListScannersAsync(cancellationToken).ConfigureAwait(false)).Where(s => !s.Disabled).ToList();
        if (scanners.Count == 0)
        {
            return StepResult.Skipped(Reason.Of("harbor.no-scanner"));
        }

        var scanner = scanners.Find(s => s.IsDefault) ?? scanners[0];
        if (!scanner.IsDefault)
        {
            await harbor.SetDefaultScannerAsync(scanner.Uuid, cancellationToken).ConfigureAwait(false);
        }

        await context.ReportAsync(Reason.Of("harbor.scanner-set", ("name", scanner.Name ?? "")), [new MadeObject("Harbor scanner", scanner.Name ?? "", true)], cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }
}
