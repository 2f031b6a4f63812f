using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Looks whether everything can be installed, and says all that is wrong before anything is.</summary>
internal sealed class PreflightStep(InitialisationTools tools, IOptions<AddonsOptions> options, IImageProbe images, IPullCredentials credentials) : InitialisationStep
{
    internal const string StepId = "cluster.preflight";
    internal const string StorageClassOutput = "storageClass";
    internal const string DnsAddressOutput = "dnsAddress";
    internal const string ProblemsOutput = "problems";

    public override string Id => StepId;

    public override string Phase => "access";

    public override IReadOnlyList<string> DependsOn => [BootstrapStep.StepId];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var inputs = context.Inputs<InitialisationInputs>();
        if (options.Value.AddonsOf(inputs.Profile) is not { } named)
        {
            throw new StepFailedException(Reason.Of("preflight.no-profile", ("profile", inputs.Profile)), Actor.Platform);
        }

        var scope = await tools.ScopeAsync(context, cancellationToken).ConfigureAwait(false);
        var (credential, missing) = await credentials.GetAsync(scope, context.Plan.RequestedBy, cancellationToken).ConfigureAwait(false);
        if (credential is null)
        {
            return StepResult.NotYet(missing ?? Reason.Of("registry.no-credential"), TimeSpan.FromSeconds(3));
        }

        var api = await tools.ApiAsync(context, cancellationToken).ConfigureAwait(false);
        var problems = ImmutableArray.CreateBuilder<Reason>();
        problems.AddRange(named.Except(tools.AddonsOf(context.Plan), StringComparer.Ordinal).Select(a => Reason.Of("preflight.no-addon", ("addon", a), ("profile", inputs.Profile))));
        problems.AddRange(Excluded(tools.AddonsOf(context.Plan)));
        var storageClass = await StorageClassAsync(api, problems, cancellationToken).ConfigureAwait(false);
        var dnsAddress = await ClusterFacts.DnsAddressAsync(api, cancellationToken).ConfigureAwait(false);
        var addons = await ObjectsAsync(api, context, storageClass ?? "none", dnsAddress, cancellationToken).ConfigureAwait(false);
        await CapacityAsync(api, [.. addons.Values.SelectMany(o => o)], problems, cancellationToken).ConfigureAwait(false);
        problems.AddRange(await ImagesAsync(scope, addons, cancellationToken).ConfigureAwait(false));
        await context.KeepAsync(ProblemsOutput, JsonSerializer.Serialize(problems, JsonSerializerOptions.Web), cancellationToken).ConfigureAwait(false);
        if (problems.Count > 0)
        {
            throw new StepFailedException(problems[0], Actor.Platform);
        }

        await context.KeepAsync(DnsAddressOutput, dnsAddress, cancellationToken).ConfigureAwait(false);
        await context.KeepAsync(StorageClassOutput, storageClass!, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private static async Task<string?> StorageClassAsync(IKubernetesApi api, ImmutableArray<Reason>.Builder problems, CancellationToken cancellationToken)
    {
        var (chosen, count) = await ClusterFacts.StorageClassAsync(api, cancellationToken).ConfigureAwait(false);
        if (chosen is null)
        {
            problems.Add(Reason.Of(count == 0 ? "preflight.no-storage-class" : "preflight.no-default-storage-class", ("count", $"{count}")));
        }

        return chosen;
    }

    private static async Task CapacityAsync(
        IKubernetesApi api, IReadOnlyList<JsonObject> objects, ImmutableArray<Reason>.Builder problems, CancellationToken cancellationToken)
    {
        var nodes = await api.ListAsync(KubernetesResource.Of("v1", "Node"), null, cancellationToken).ConfigureAwait(false);
        var pods = await api.ListAsync(KubernetesResource.Of("v1", "Pod"), null, cancellationToken).ConfigureAwait(false);
        var room = ClusterRoom.Of(nodes, pods);
        var need = ClusterRoom.Need(objects, room.Nodes);
        if (room.Nodes == 0)
        {
            problems.Add(Reason.Of("preflight.no-ready-node"));
        }
        else if (need.MilliCores > room.MilliCores)
        {
            problems.Add(Reason.Of("preflight.too-few-cores", ("needed", $"{need.MilliCores}"), ("free", $"{room.MilliCores}")));
        }
        else if (need.Bytes > room.Bytes)
        {
            problems.Add(Reason.Of("preflight.too-little-memory", ("needed", $"{need.Bytes / 1048576}"), ("free", $"{room.Bytes / 1048576}")));
        }

        problems.AddRange(ClusterFacts.TakenPorts(objects, pods).Take(1).Select(t => Reason.Of("preflight.port-taken", ("port", $"{t.Port}"), ("node", t.Node), ("pod", t.Pod))));
    }

    private async Task<IEnumerable<Reason>> ImagesAsync(Scope scope, Dictionary<string, IReadOnlyList<JsonObject>> addons, CancellationToken cancellationToken)
    {
        var wanted = addons.SelectMany(a => AddonCatalog.Images(a.Value).Select(image => (Addon: a.Key, Image: image))).DistinctBy(w => w.Image).ToList();
        var isThere = new bool[wanted.Count];
        var gently = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, wanted.Count, gently, async (i, ended) => isThere[i] = await images.ExistsAsync(scope, wanted[i].Image, ended).ConfigureAwait(false)).ConfigureAwait(false);
        return wanted.Where((_, i) => !isThere[i])
            .Select(w => Reason.Of("preflight.image-missing", ("image", w.Image), ("registry", options.Value.Registry), ("addon", w.Addon)));
    }

    private IEnumerable<Reason> Excluded(IReadOnlyList<string> addons) =>
        from addon in addons
        from other in tools.Catalog.Addons[addon].Excludes.Intersect(addons)
        where string.CompareOrdinal(addon, other) < 0
        select Reason.Of("preflight.addons-exclude", ("addon", addon), ("other", other));

    // What the cluster brings itself is not installed: it needs no image and no room.
    private async Task<Dictionary<string, IReadOnlyList<JsonObject>>> ObjectsAsync(IKubernetesApi api, StepContext context, string storageClass, string dnsAddress, CancellationToken cancellationToken)
    {
        var parameters = new AddonParameters { Registry = options.Value.Registry, Cluster = context.Inputs<InitialisationInputs>().ClusterName, StorageClass = storageClass, DnsAddress = dnsAddress };
        var objects = new Dictionary<string, IReadOnlyList<JsonObject>>(StringComparer.Ordinal);
        foreach (var addon in tools.AddonsOf(context.Plan))
        {
            var installation = new AddonInstallation(tools.Catalog, api, addon, parameters);
            objects[addon] = await installation.IsProvidedAsync(cancellationToken).ConfigureAwait(false) ? [] : installation.Objects;
        }

        return objects;
    }
}
