using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Installs one add-on, and waits until it works.</summary>
internal sealed class AddonStep(InitialisationTools tools, IOptions<AddonsOptions> options, TimeProvider time, string addon) : InitialisationStep
{
    internal const string Prefix = "addon.";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private readonly AddonDescription description = tools.Catalog.Addons[addon];

    public override string Id => Prefix + addon;

    public override string Phase => description.Phase;

    public override IReadOnlyList<string> DependsOn => [RegistrySecretStep.StepId, .. description.After.Select(a => Prefix + a)];

    public override bool AppliesTo(JsonElement inputs) =>
        inputs.Deserialize<InitialisationInputs>(JsonSerializerOptions.Web) is { } i
        && options.Value.AddonsOf(i.Profile)?.Contains(addon, StringComparer.Ordinal) is true;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        var installation = new AddonInstallation(tools.Catalog, api, addon, Parameters(context), (token, t) => tools.Alerts.LearnAsync(Key(context), token, t));
        var waits = await installation.RunAsync(made => context.ReportAsync(Reason.Of("addon.applying"), made, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (waits is null)
        {
            return StepResult.Done;
        }

        return context.Step.StartedAt is { } start && time.GetUtcNow() - start > Patience
            ? throw new StepFailedException(waits, PodFinding.ActorOf(waits))
            : StepResult.NotYet(waits, TimeSpan.FromSeconds(2));
    }

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await ReachableAsync(tools, context, cancellationToken).ConfigureAwait(false) is { } api)
        {
            await AddonInstaller.RemoveAsync(api, tools.Catalog.Render(addon, Parameters(context)), cancellationToken).ConfigureAwait(false);
        }
    }

    private AddonParameters Parameters(StepContext context) => new()
    {
        Registry = options.Value.Registry,
        Cluster = context.Inputs<InitialisationInputs>().ClusterName,
        StorageClass = context.Output(PreflightStep.StepId, PreflightStep.StorageClassOutput) ?? "",
        DnsAddress = context.Output(PreflightStep.StepId, PreflightStep.DnsAddressOutput) ?? "",
    };
}
