using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Health;

/// <summary>Compares an add-on's manifest with what is in the cluster, and says how it is.</summary>
internal sealed class AddonHealthCheck(AddonCatalog catalog, string registry)
{
    private static readonly string[] Workloads = ["Deployment", "DaemonSet", "StatefulSet"];
    private readonly ConcurrentDictionary<string, IReadOnlyList<JsonObject>> rendered = new(StringComparer.Ordinal);

    /// <summary>Reads some add-ons at once.</summary>
    public async Task<IReadOnlyList<AddonHealth>> ReadAsync(IKubernetesApi api, IEnumerable<string> addons, CancellationToken cancellationToken)
    {
        var wanted = addons.Where(catalog.Addons.ContainsKey).ToDictionary(a => a, Manifests, StringComparer.Ordinal);
        var live = await AddonObjects.ListAsync(api, wanted.Values.SelectMany(m => m).Select(KubernetesResource.Of), cancellationToken).ConfigureAwait(false);
        return await OfAsync(api, wanted, live, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the add-ons of which anything is in the cluster.</summary>
    public async Task<IReadOnlyList<AddonHealth>> ReadAllAsync(IKubernetesApi api, CancellationToken cancellationToken)
    {
        var all = catalog.Addons.Keys.ToDictionary(a => a, Manifests, StringComparer.Ordinal);
        var live = await AddonObjects.ListAsync(api, all.Values.SelectMany(m => m).Where(m => Workloads.Contains(AddonObjects.Kind(m)) || AddonObjects.Kind(m) is "ServiceAccount").Select(KubernetesResource.Of), cancellationToken).ConfigureAwait(false);
        var there = live.Names().Where(all.ContainsKey).ToDictionary(a => a, a => (IReadOnlyList<JsonObject>)[.. all[a].Where(m => Workloads.Contains(AddonObjects.Kind(m)))], StringComparer.Ordinal);
        return await OfAsync(api, there, live, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<AddonHealth>> OfAsync(
        IKubernetesApi api, Dictionary<string, IReadOnlyList<JsonObject>> wanted, AddonObjects live, CancellationToken cancellationToken)
    {
        var found = new List<AddonHealth>();
        foreach (var (name, manifests) in wanted.Where(w => w.Value.Count > 0))
        {
            found.Add(await ProvidedAsync(api, name, manifests, live, cancellationToken).ConfigureAwait(false)
                ?? await OneAsync(api, name, manifests, live, cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    // What the cluster brought itself has no label of ours: its workloads are looked at by their names.
    private async Task<AddonHealth?> ProvidedAsync(IKubernetesApi api, string name, IReadOnlyList<JsonObject> manifests, AddonObjects live, CancellationToken cancellationToken)
    {
        if (catalog.Addons.GetValueOrDefault(name)?.ProvidedBy is null || manifests.Any(m => live.Find(m) is not null))
        {
            return null;
        }

        foreach (var manifest in manifests.Where(m => Workloads.Contains(AddonObjects.Kind(m))))
        {
            var found = await api.FindAsync(KubernetesResource.Of(manifest), AddonObjects.Space(manifest), manifest["metadata"]!["name"]!.GetValue<string>(), cancellationToken).ConfigureAwait(false);
            if (found is not null)
            {
                var image = found["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]?.GetValue<string>() ?? "";
                var health = new AddonHealth { Name = name, Version = image[(image.LastIndexOf(':') + 1)..], Kind = StateKind.Ok, Code = "ready", Workloads = [Health(found)] };
                return WorkloadReadiness.IsReady(found) ? health : await WaitingAsync(api, health, found, cancellationToken).ConfigureAwait(false);
            }
        }

        return null;
    }

    private static async Task<AddonHealth> WaitingAsync(IKubernetesApi api, AddonHealth health, JsonObject waiting, CancellationToken cancellationToken)
    {
        var working = WorkloadReadiness.Count(waiting).Ready > 0;
        var reason = await PodTrouble.LookAsync(api, waiting, cancellationToken).ConfigureAwait(false);
        return health with { Kind = working ? StateKind.Warn : StateKind.Fail, Code = working ? "degraded" : "not-working", Reason = reason };
    }

    private static async Task<AddonHealth> OneAsync(IKubernetesApi api, string name, IReadOnlyList<JsonObject> manifests, AddonObjects live, CancellationToken cancellationToken)
    {
        var there = manifests.Select(live.Find).OfType<JsonObject>().ToList();
        var workloads = there.Where(o => Workloads.Contains(AddonObjects.Kind(o))).ToList();
        var missing = manifests.Where(m => live.CanSee(m) && live.Find(m) is null).ToList();
        var offered = AddonObjects.Label(manifests[0], "container-platform/version");
        var version = there.Select(o => AddonObjects.Label(o, "container-platform/version")).FirstOrDefault(v => v is not null);
        var health = new AddonHealth
        {
            Name = name,
            Version = version,
            Offered = version is null || version == offered ? null : offered,
            Kind = StateKind.Ok,
            Code = "ready",
            Workloads = [.. workloads.Select(Health)],
        };
        if (missing.OrderByDescending(m => Workloads.Contains(AddonObjects.Kind(m))).FirstOrDefault() is { } gone)
        {
            var reason = Reason.Of("addon.object-missing", ("kind", AddonObjects.Kind(gone)), ("name", AddonObjects.Name(gone)));
            return health with { Kind = Workloads.Contains(AddonObjects.Kind(gone)) ? StateKind.Fail : StateKind.Warn, Code = "missing", Reason = reason };
        }

        if (workloads.Find(w => !WorkloadReadiness.IsReady(w)) is { } waiting)
        {
            return await WaitingAsync(api, health, waiting, cancellationToken).ConfigureAwait(false);
        }

        return there.Select(HandsOn).OfType<Reason>().FirstOrDefault() is { } changed ? health with { Kind = StateKind.Warn, Code = "changed-by-hand", Reason = changed } : health;
    }

    private static WorkloadHealth Health(JsonObject o)
    {
        var (ready, wanted) = WorkloadReadiness.Count(o);
        return new WorkloadHealth(AddonObjects.Kind(o), AddonObjects.Name(o), ready, wanted, WorkloadReadiness.IsReady(o));
    }

    // Somebody else owns fields of the specification: the API server keeps who, and when. Its own controllers do not count,
    // and a restart (kubectl rollout) changes nothing that matters.
    internal static Reason? HandsOn(JsonObject o)
    {
        var other = o["metadata"]?["managedFields"]?.AsArray().OfType<JsonObject>().FirstOrDefault(m =>
            m["manager"]?.GetValue<string>() is { } manager && manager is not (KubernetesApi.FieldManager or "kubectl-rollout") && !manager.StartsWith("kube-", StringComparison.Ordinal)
            && m["subresource"]?.GetValue<string>() is not "status"
            && m["fieldsV1"] is JsonObject fields && (fields.ContainsKey("f:spec") || fields.ContainsKey("f:data")));
        return other is null
            ? null
            : Reason.Of("addon.changed-by-hand", ("kind", AddonObjects.Kind(o)), ("name", AddonObjects.Name(o)), ("by", other["manager"]!.GetValue<string>()), ("at", other["time"]?.GetValue<string>() ?? ""));
    }

    // Only names and kinds are compared: what a parameter says of the inside does not matter here, so one rendering does for all clusters.
    private IReadOnlyList<JsonObject> Manifests(string addon) => rendered.GetOrAdd(
        addon, name => catalog.Render(name, new AddonParameters { Registry = registry.Length == 0 ? "registry" : registry, Cluster = "cluster", StorageClass = "" }));
}
