using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Life;

/// <summary>What the steps of an add-on's change need.</summary>
internal sealed class AddonChangeTools(
    InitialisationTools tools, IPlatformScope platform, IPullCredentials credentials, IImageProbe images, IOptions<AddonsOptions> options, TimeProvider time)
{
    public AddonCatalog Catalog => tools.Catalog;

    public IPullCredentials Credentials => credentials;

    public IImageProbe Images => images;

    public string Registry => options.Value.Registry;

    public TimeProvider Time => time;

    public Task<IKubernetesApi> ApiAsync(StepContext context, CancellationToken cancellationToken) => tools.Connector.AsPortalAsync(Key(context), cancellationToken);

    public static ClusterKey Key(StepContext context) => new(context.Plan.Region, context.Plan.ProjectId, context.Inputs<AddonChangeInputs>().ClusterId);

    public Task<Scope> ScopeAsync(StepContext context, CancellationToken cancellationToken) => platform.ForProjectAsync(
        context.Plan.Region, context.Plan.ProjectId, $"plan/{context.Plan.Id} {context.Step.Id}", context.Plan.RequestedBy, cancellationToken);

    public async Task<AddonInstallation> InstallationAsync(IKubernetesApi api, AddonChangeInputs inputs, CancellationToken cancellationToken, ClusterKey? told = null)
    {
        var (storageClass, _) = await ClusterFacts.StorageClassAsync(api, cancellationToken).ConfigureAwait(false);
        var dnsAddress = await ClusterFacts.DnsAddressAsync(api, cancellationToken).ConfigureAwait(false);
        return new AddonInstallation(Catalog, api, inputs.Addon, new AddonParameters { Registry = Registry, Cluster = inputs.ClusterName, StorageClass = storageClass ?? "", DnsAddress = dnsAddress },
            told is null ? null : (token, t) => tools.Alerts.LearnAsync(told, token, t));
    }
}

/// <summary>Before anything is changed: images, ports, room; the namespace with its pull secret.</summary>
internal sealed class AddonPreflightStep(AddonChangeTools tools, AddonChangeKind kind) : IProvisioningStep
{
    internal const string StepId = "addon-change.preflight";

    public string Id => StepId;

    public int Version => 1;

    public string PlanKind => AddonChangeInputs.PlanKind(kind);

    public string Phase => "access";

    public IReadOnlyList<string> DependsOn => [];

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<AddonChangeInputs>();
        var scope = await tools.ScopeAsync(context, cancellationToken).ConfigureAwait(false);
        var (credential, missing) = await tools.Credentials.GetAsync(scope, context.Plan.RequestedBy, cancellationToken).ConfigureAwait(false);
        if (credential is null)
        {
            return StepResult.NotYet(missing ?? Reason.Of("registry.no-credential"), TimeSpan.FromSeconds(3));
        }

        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        var installation = await tools.InstallationAsync(api, inputs, cancellationToken).ConfigureAwait(false);
        if (await installation.IsProvidedAsync(cancellationToken).ConfigureAwait(false))
        {
            return StepResult.Done;
        }

        await CheckAsync(scope, api, inputs, installation, cancellationToken).ConfigureAwait(false);
        var space = installation.Description.Namespace;
        var made = await AddonInstaller.ApplyAsync(
            api, [.. AddonNamespaces.Objects(tools.Catalog, [inputs.Addon]), .. RegistrySecretStep.Objects(space, credential)],
            m => context.ReportAsync(Reason.Of("addon.applying"), m, cancellationToken), cancellationToken).ConfigureAwait(false);
        return made.Objects.IsEmpty ? throw new InvalidOperationException("Nothing was made.") : StepResult.Done;
    }

    // Namespace and pull secret serve others too.
    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckAsync(Scope scope, IKubernetesApi api, AddonChangeInputs inputs, AddonInstallation installation, CancellationToken cancellationToken)
    {
        var nodes = await api.ListAsync(KubernetesResource.Of("v1", "Node"), null, cancellationToken).ConfigureAwait(false);
        var pods = await api.ListAsync(KubernetesResource.Of("v1", "Pod"), null, cancellationToken).ConfigureAwait(false);
        if (ClusterFacts.TakenPorts(installation.Objects, pods).FirstOrDefault() is { Port: > 0 } taken)
        {
            throw new StepFailedException(Reason.Of("preflight.port-taken", ("port", $"{taken.Port}"), ("node", taken.Node), ("pod", taken.Pod)), Actor.Project);
        }

        var room = ClusterRoom.Of(nodes, pods);
        var need = ClusterRoom.Need(installation.Objects, room.Nodes);
        if (kind is AddonChangeKind.Add && (need.MilliCores > room.MilliCores || need.Bytes > room.Bytes))
        {
            throw new StepFailedException(
                need.MilliCores > room.MilliCores
                    ? Reason.Of("preflight.too-few-cores", ("needed", $"{need.MilliCores}"), ("free", $"{room.MilliCores}"))
                    : Reason.Of("preflight.too-little-memory", ("needed", $"{need.Bytes / 1048576}"), ("free", $"{room.Bytes / 1048576}")), Actor.Project);
        }

        foreach (var image in AddonCatalog.Images(installation.Objects))
        {
            if (!await tools.Images.ExistsAsync(scope, image, cancellationToken).ConfigureAwait(false))
            {
                throw new StepFailedException(Reason.Of("preflight.image-missing", ("image", image), ("registry", tools.Registry), ("addon", inputs.Addon)), Actor.Platform);
            }
        }
    }
}

/// <summary>Adds, upgrades or repairs one add-on.</summary>
internal sealed class AddonChangeStep(AddonChangeTools tools, AddonChangeKind kind, string addon) : IProvisioningStep
{
    private const string SentOutput = "sent";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public string Id => AddonStep.Prefix + addon;

    public int Version => 1;

    public string PlanKind => AddonChangeInputs.PlanKind(kind);

    public string Phase => tools.Catalog.Addons[addon].Phase;

    public IReadOnlyList<string> DependsOn => [AddonPreflightStep.StepId];

    public bool AppliesTo(JsonElement inputs) => inputs.Deserialize<AddonChangeInputs>(JsonSerializerOptions.Web)?.Addon == addon;

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<AddonChangeInputs>();
        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        var installation = await tools.InstallationAsync(api, inputs, cancellationToken, AddonChangeTools.Key(context)).ConfigureAwait(false);
        var isSent = context.Step.Outputs.ContainsKey(SentOutput);
        if (kind is AddonChangeKind.Upgrade)
        {
            await ObjectsBefore.KeepAsync(context, api, addon, cancellationToken).ConfigureAwait(false);
        }

        var rules = new ApplyRules(!isSent, inputs.Overwrite.ToHashSet(StringComparer.Ordinal), true);
        var waits = await installation.RunAsync(
            made => context.ReportAsync(Reason.Of("addon.applying"), made, cancellationToken), cancellationToken, rules).ConfigureAwait(false);
        if (!isSent)
        {
            await context.KeepAsync(SentOutput, "true", cancellationToken).ConfigureAwait(false);
        }

        return waits is null ? StepResult.Done
            : context.Step.StartedAt is { } start && tools.Time.GetUtcNow() - start > Patience ? throw new StepFailedException(waits, PodFinding.ActorOf(waits))
            : StepResult.NotYet(waits, TimeSpan.FromSeconds(2));
    }

    // An addition goes, an upgrade goes back to the objects that were there. What a repair mended is not spoilt again.
    public async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        if (kind is AddonChangeKind.Add)
        {
            await AddonInstaller.PruneAsync(api, addon, [], cancellationToken).ConfigureAwait(false);
        }
        else if (kind is AddonChangeKind.Upgrade && ObjectsBefore.Of(context.Step) is { } before)
        {
            await ObjectsBefore.RestoreAsync(api, addon, before, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Removes one add-on. Volume claims, generated secrets and the namespace stay.</summary>
internal sealed class AddonRemoveStep(AddonChangeTools tools, string addon) : IProvisioningStep
{
    public string Id => AddonStep.Prefix + addon;

    public int Version => 1;

    public string PlanKind => AddonChangeInputs.PlanKind(AddonChangeKind.Remove);

    public string Phase => tools.Catalog.Addons[addon].Phase;

    public IReadOnlyList<string> DependsOn => [];

    public bool AppliesTo(JsonElement inputs) => inputs.Deserialize<AddonChangeInputs>(JsonSerializerOptions.Web)?.Addon == addon;

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        await ObjectsBefore.KeepAsync(context, api, addon, cancellationToken).ConfigureAwait(false);
        await AddonInstaller.PruneAsync(api, addon, [], cancellationToken).ConfigureAwait(false);
        var left = await AddonInstaller.LeftOverAsync(api, addon, [], cancellationToken).ConfigureAwait(false);
        return left.Count == 0
            ? StepResult.Done
            : StepResult.NotYet(Reason.Of("addon.going", ("object", ObjectWriter.Key(left[0])), ("count", $"{left.Count}")), TimeSpan.FromSeconds(2));
    }

    // The version that was there comes back, not the one that the site offers by now.
    public async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (ObjectsBefore.Of(context.Step) is { } before)
        {
            await ObjectsBefore.RestoreAsync(await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false), addon, before, cancellationToken).ConfigureAwait(false);
        }
    }
}
