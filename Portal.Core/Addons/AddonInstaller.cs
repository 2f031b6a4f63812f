using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>Objects as they are in the cluster after applying them.</summary>
/// <param name="Objects">The objects, in order.</param>
/// <param name="HasWritten">Whether any of them had to be sent.</param>
internal sealed record AppliedObjects(ImmutableArray<JsonObject> Objects, bool HasWritten);

/// <summary>Brings a cluster's objects to what a manifest says: server-side apply, then prune by label, then look.</summary>
internal static class AddonInstaller
{
    private static readonly string[] Prunable =
    [
        "v1/ConfigMap", "v1/Service", "v1/ServiceAccount", "apps/v1/Deployment", "apps/v1/DaemonSet", "apps/v1/StatefulSet",
        "v1/ResourceQuota", "v1/LimitRange", "batch/v1/Job", "batch/v1/CronJob", "policy/v1/PodDisruptionBudget",
        "networking.k8s.io/v1/NetworkPolicy", "networking.k8s.io/v1/Ingress", "networking.k8s.io/v1/IngressClass",
        "rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/RoleBinding",
        "rbac.authorization.k8s.io/v1/ClusterRole", "rbac.authorization.k8s.io/v1/ClusterRoleBinding",
    ];

    /// <summary>Applies the objects that are not there as wanted, in order. Somebody else's fields are never forced: a conflict is a reason that a person reads.</summary>
    public static async Task<AppliedObjects> ApplyAsync(
        IKubernetesApi api, IReadOnlyList<JsonObject> objects, Func<ImmutableArray<MadeObject>, Task> made, CancellationToken cancellationToken, ApplyRules? rules = null)
    {
        rules ??= ApplyRules.Gentle;
        var applied = ImmutableArray.CreateBuilder<JsonObject>();
        var hasWritten = false;
        foreach (var manifest in objects)
        {
            var live = rules.Always ? null : await AsWantedAsync(api, manifest, cancellationToken).ConfigureAwait(false);
            applied.Add(live ?? await ObjectWriter.WriteAsync(api, manifest, rules, cancellationToken).ConfigureAwait(false));
            hasWritten |= live is null;
            if (live is null || applied.Count == objects.Count)
            {
                await made([.. applied.Select(o => Made(o))]).ConfigureAwait(false);
            }
        }

        return new AppliedObjects(applied.ToImmutable(), hasWritten);
    }

    /// <summary>Deletes what an older version of the add-on made and this one does not have. Never a volume claim, never a namespace.</summary>
    public static async Task PruneAsync(IKubernetesApi api, string addon, IReadOnlyList<JsonObject> keep, CancellationToken cancellationToken)
    {
        foreach (var item in await LeftOverAsync(api, addon, keep, cancellationToken).ConfigureAwait(false))
        {
            await api.DeleteAsync(KubernetesResource.Of(item), item["metadata"]?["namespace"]?.GetValue<string>(), item["metadata"]!["name"]!.GetValue<string>(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lists the objects with the add-on's label that are not among those to keep.</summary>
    public static async Task<IReadOnlyList<JsonObject>> LeftOverAsync(IKubernetesApi api, string addon, IReadOnlyList<JsonObject> keep, CancellationToken cancellationToken)
    {
        var names = keep.Select(Key).ToHashSet(StringComparer.Ordinal);
        var left = new List<JsonObject>();
        foreach (var type in Prunable)
        {
            var cut = type.LastIndexOf('/');
            var resource = KubernetesResource.Of(type[..cut], type[(cut + 1)..]);
            var found = await api.ListAsync(resource, null, cancellationToken, labelSelector: $"container-platform/addon={addon}").ConfigureAwait(false);
            foreach (var item in found)
            {
                // Items of a list do not say what they are.
                item["apiVersion"] = resource.ApiVersion;
                item["kind"] = resource.Kind;
            }

            left.AddRange(found.Where(i => !names.Contains(Key(i))));
        }

        return left;
    }

    /// <summary>Deletes what a manifest made, last first. Volume claims and namespaces stay, and so does what only has the same name.</summary>
    public static async Task RemoveAsync(IKubernetesApi api, IReadOnlyList<JsonObject> objects, CancellationToken cancellationToken)
    {
        foreach (var manifest in objects.Reverse())
        {
            var resource = KubernetesResource.Of(manifest);
            if (resource.Kind is "Namespace" or "PersistentVolumeClaim")
            {
                continue;
            }

            var (space, name) = (manifest["metadata"]!["namespace"]?.GetValue<string>(), manifest["metadata"]!["name"]!.GetValue<string>());
            var live = await api.FindAsync(resource, space, name, cancellationToken).ConfigureAwait(false);
            if (Owner(live) is { } owner && owner == Owner(manifest))
            {
                await api.DeleteAsync(resource, space, name, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says which add-on an object is of, or null.</summary>
    public static string? Owner(JsonObject? o) => o?["metadata"]?["labels"]?["container-platform/addon"]?.GetValue<string>();

    /// <summary>Says what an object is called and whether it is ready by its own measure.</summary>
    public static MadeObject Made(JsonObject o)
    {
        var space = o["metadata"]?["namespace"]?.GetValue<string>();
        var name = o["metadata"]!["name"]!.GetValue<string>();
        return new MadeObject(o["kind"]!.GetValue<string>(), space is null ? name : $"{space}/{name}", WorkloadReadiness.IsReady(o));
    }

    /// <summary>Gives the live object when it is what was applied before; waiting for it then costs no write.</summary>
    private static async Task<JsonObject?> AsWantedAsync(IKubernetesApi api, JsonObject manifest, CancellationToken cancellationToken)
    {
        if (manifest["metadata"]!["annotations"]?[AddonCatalog.HashAnnotation]?.GetValue<string>() is not { } wanted)
        {
            return null;
        }

        var live = await api.FindAsync(
            KubernetesResource.Of(manifest), manifest["metadata"]!["namespace"]?.GetValue<string>(), manifest["metadata"]!["name"]!.GetValue<string>(), cancellationToken).ConfigureAwait(false);
        // What is being deleted is not there for long, whatever it says.
        return live?["metadata"]?["deletionTimestamp"] is null && live?["metadata"]?["annotations"]?[AddonCatalog.HashAnnotation]?.GetValue<string>() == wanted ? live : null;
    }

    private static string Key(JsonObject o) =>
        $"{o["kind"]}/{o["metadata"]?["namespace"]}/{o["metadata"]?["name"]}";
}
