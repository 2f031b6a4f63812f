using System.Text.Json.Nodes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Applies one of the platform's own manifests: the access groups, or the namespaces with the zones.</summary>
internal abstract class ObjectsStep(InitialisationTools tools, string release) : InitialisationStep
{
    protected InitialisationTools Tools { get; } = tools;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var api = await Tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        await AddonInstaller.ApplyAsync(
            api, Objects(context), made => context.ReportAsync(Reason.Of("addon.applying"), made, cancellationToken), cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await ReachableAsync(Tools, context, cancellationToken).ConfigureAwait(false) is { } api)
        {
            await AddonInstaller.RemoveAsync(api, Objects(context), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the objects.</summary>
    protected virtual IReadOnlyList<JsonObject> Objects(StepContext context) => Tools.Catalog.Render(release, PlatformObjects.NoParameters);
}

/// <summary>What people may do: the access groups and their roles.</summary>
internal sealed class AccessGroupsStep(InitialisationTools tools) : ObjectsStep(tools, "access")
{
    internal const string StepId = "cluster.access-groups";

    public override string Id => StepId;

    public override string Phase => "access";

    public override IReadOnlyList<string> DependsOn => [BootstrapStep.StepId];
}

/// <summary>The test and production zones with their rights, and the namespaces of the plan's add-ons.</summary>
internal sealed class ZonesStep(InitialisationTools tools) : ObjectsStep(tools, "zones")
{
    internal const string StepId = "cluster.zones";

    public override string Id => StepId;

    public override string Phase => "access";

    public override IReadOnlyList<string> DependsOn => [AccessGroupsStep.StepId, PreflightStep.StepId];

    protected override IReadOnlyList<JsonObject> Objects(StepContext context) => [.. base.Objects(context), .. AddonNamespaces.Objects(Tools.Catalog, Tools.AddonsOf(context.Plan))];
}
