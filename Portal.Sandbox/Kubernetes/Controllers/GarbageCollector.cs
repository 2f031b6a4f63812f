using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Deletes what an owner leaves behind, in the order that the deletion asked for.</summary>
internal sealed class GarbageCollector : IController
{
    public bool Concerns(string storage) => storage is not ("events" or "leases.coordination.k8s.io");

    public static void DropFinalizer(JsonObject body, string name)
    {
        var kept = body.Strings("metadata.finalizers").Where(f => f != name).ToList();
        body.Child("metadata").Remove("finalizers");
        if (kept.Count > 0)
        {
            body.Child("metadata")["finalizers"] = JsonPaths.Texts(kept);
        }
    }

    public void Run(Reconciliation now)
    {
        var all = now.Store.Storages().Select(now.Cluster.Types.ByStorage).OfType<ResourceType>()
            .SelectMany(t => now.Store.List(t.Storage).Select(o => (Type: t, Item: o))).ToList();
        var uids = all.Select(a => a.Item.Uid).ToHashSet(StringComparer.Ordinal);
        var owned = all.Select(a => (a.Type, a.Item, Owners: Owners(a.Item))).Where(a => a.Owners.Count > 0).ToList();
        foreach (var (type, item, _) in owned.Where(o => !o.Owners.Exists(uids.Contains) && !o.Item.IsGoing()))
        {
            Deleter.Delete(now.Cluster, type, item.Namespace, item.Name, null);
        }

        foreach (var (type, item) in all.Where(a => a.Item.IsGoing()))
        {
            var dependents = owned.Where(o => o.Owners.Contains(item.Uid)).ToList();
            var finalizers = item.Body.Strings("metadata.finalizers");
            if (finalizers.Contains("foregroundDeletion"))
            {
                Foreground(now, type, item, [.. dependents.Select(d => (d.Type, d.Item))]);
            }
            else if (finalizers.Contains("orphan"))
            {
                Orphan(now, type, item, [.. dependents.Select(d => (d.Type, d.Item))]);
            }
        }
    }

    private static List<string> Owners(StoredObject item) => item.Json.AsSpan().IndexOf("\"ownerReferences\""u8) < 0 ? [] : [.. item.Body.Items("metadata.ownerReferences").Select(r => r.Str("uid"))];

    private static void Foreground(Reconciliation now, ResourceType type, StoredObject owner, List<(ResourceType Type, StoredObject Item)> dependents)
    {
        foreach (var (kind, item) in dependents.Where(d => !d.Item.IsGoing()))
        {
            Deleter.Delete(now.Cluster, kind, item.Namespace, item.Name, new JsonObject { ["propagationPolicy"] = kind.Storage == "pods" ? "Background" : "Foreground" });
        }

        if (dependents.TrueForAll(d => now.Store.Find(d.Type.Storage, d.Item.Namespace, d.Item.Name)?.Uid != d.Item.Uid))
        {
            Finish(now, type, owner, "foregroundDeletion");
        }
    }

    private static void Orphan(Reconciliation now, ResourceType type, StoredObject owner, List<(ResourceType Type, StoredObject Item)> dependents)
    {
        foreach (var (kind, item) in dependents)
        {
            var body = item.Copy();
            var left = body.Items("metadata.ownerReferences").Where(r => r.Str("uid") != owner.Uid).Select(r => r.DeepClone()).ToList();
            body.Child("metadata").Remove("ownerReferences");
            if (left.Count > 0)
            {
                body.Child("metadata")["ownerReferences"] = JsonPaths.Array(left);
            }

            now.Store.Put(kind.Storage, body);
        }

        Finish(now, type, owner, "orphan");
    }

    private static void Finish(Reconciliation now, ResourceType type, StoredObject owner, string finalizer)
    {
        if (now.Store.Find(type.Storage, owner.Namespace, owner.Name) is { } latest && latest.Uid == owner.Uid)
        {
            var body = latest.Copy();
            DropFinalizer(body, finalizer);
            now.Cluster.Writer.Settle(type, body);
        }
    }
}
