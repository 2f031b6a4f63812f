using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Patching;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>How a write is done: in whose name, and whether for real.</summary>
/// <param name="Manager">Field manager.</param>
/// <param name="DryRun">Nothing is stored.</param>
/// <param name="Managed">The object already has its <c>managedFields</c> (apply).</param>
internal sealed record WriteOptions(string Manager, bool DryRun = false, bool Managed = false)
{
    public static WriteOptions Controller { get; } = new("kube-controller-manager");

    public static WriteOptions Kubelet { get; } = new("kubelet");
}

/// <summary>Creates and changes objects, for clients and controllers alike: defaults, admission, validation, bookkeeping.</summary>
internal sealed class Writer(KubeCluster cluster)
{
    private ObjectStore Store => cluster.Store;

    /// <exception cref="KubeException">The object is refused.</exception>
    public JsonObject Create(ResourceType type, string ns, JsonObject body, WriteOptions options)
    {
        lock (Store.Gate)
        {
            var metadata = body.Child("metadata");
            if (type.Namespaced)
            {
                metadata["namespace"] = ns;
                Admission.NamespaceTakes(cluster, type, ns, metadata.Str("name"));
            }

            if (metadata.Str("name").Length == 0 && metadata.Str("generateName") is { Length: > 0 } prefix)
            {
                metadata["name"] = prefix + Names.Random(5);
            }

            Birth(type, body, metadata);
            CreateHooks.Prepare(cluster, type, body);
            if (type.IsCustom)
            {
                CustomSchema.Fill(type.CustomSchema, body);
            }
            else
            {
                KindDefaults.Fill(body);
                CreateHooks.Admit(cluster, type, body);
            }

            Validation.Check(type, body, null);
            Admission.Quota(cluster, type, body, null);
            if (Store.Find(type.Storage, ns, body.Name()) is not null)
            {
                throw KubeException.AlreadyExists(type.Group, type.Plural, body.Name());
            }

            var ordered = Order(type, body);
            if (!options.Managed)
            {
                ManagedFields.Track(null, ordered, options.Manager, type.ApiVersion, string.Empty, cluster.Now);
            }

            return options.DryRun ? ordered : Settle(type, ordered);
        }
    }

    /// <summary>Changes an object; an unchanged one is not stored again.</summary>
    /// <exception cref="KubeException">The object is not there, or the change is refused.</exception>
    public JsonObject Update(ResourceType type, string ns, string name, string subresource, Func<JsonObject, JsonObject> change, WriteOptions options)
    {
        lock (Store.Gate)
        {
            var old = Store.Find(type.Storage, ns, name) ?? throw KubeException.NotFound(type.Group, type.Plural, name);
            var before = old.Copy();
            var after = change(before.Clone());
            CheckIdentity(type, name, before, after);
            Keep(type, before, after, subresource);
            if (type.IsCustom)
            {
                CustomSchema.Fill(type.CustomSchema, after);
            }
            else
            {
                UpdateHooks.Prepare(type, before, after, subresource);
                KindDefaults.Fill(after);
            }

            if (subresource.Length == 0)
            {
                if (type.Storage == "services")
                {
                    ServiceAddresses.Complete(cluster, after);
                }

                Validation.Check(type, after, before);
                Admission.Quota(cluster, type, after, before);
            }

            Generation(type, before, after, subresource);
            var ordered = Order(type, after);
            if (SameButFor(before, ordered, options.Managed))
            {
                return before;
            }

            if (!options.Managed)
            {
                ManagedFields.Track(before, ordered, options.Manager, type.ApiVersion, subresource, cluster.Now);
            }

            return options.DryRun ? ordered : Settle(type, ordered);
        }
    }

    /// <summary>Stores a new or changed object, or removes it when it was only waiting for its last finalizer; quotas say at once what is used.</summary>
    public JsonObject Settle(ResourceType type, JsonObject body)
    {
        var stored = Store.Put(type.Storage, body);
        QuotaUse.Note(cluster, type, stored.Namespace);
        if (stored.Body.At("metadata.deletionTimestamp") is not null && Deleter.MayGo(type, stored.Body))
        {
            Store.Remove(type.Storage, stored);
        }

        return stored.Copy();
    }

    private static void CheckIdentity(ResourceType type, string name, JsonObject before, JsonObject after)
    {
        if (after.Name() != name)
        {
            throw KubeException.BadRequest($"the name of the object ({after.Name()}) does not match the name on the URL ({name})");
        }

        if (after.Str("metadata.resourceVersion") is { Length: > 0 } version && version != before.Str("metadata.resourceVersion"))
        {
            throw KubeException.Conflict(type.Group, type.Plural, name, "the object has been modified; please apply your changes to the latest version and try again");
        }

        if (after.Uid() is { Length: > 0 } uid && uid != before.Uid())
        {
            throw KubeException.Conflict(type.Group, type.Plural, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.Uid()}");
        }
    }

    private static void Keep(ResourceType type, JsonObject before, JsonObject after, string subresource)
    {
        var metadata = after.Child("metadata");
        foreach (var field in new[] { "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion" })
        {
            metadata.Remove(field);
            if (before["metadata"]![field]?.DeepClone() is { } value)
            {
                metadata[field] = value;
            }
        }

        if (subresource == "status")
        {
            var status = after["status"]?.DeepClone();
            foreach (var (name, value) in before.ToList())
            {
                if (name != "metadata")
                {
                    after[name] = value?.DeepClone();
                }
            }

            after["status"] = status;
        }
        else if (subresource.Length == 0 && type.HasStatus)
        {
            after.Remove("status");
            if (before["status"] is { } status)
            {
                after["status"] = status.DeepClone();
            }
        }
    }

    private static void Generation(ResourceType type, JsonObject before, JsonObject after, string subresource)
    {
        if (!type.Counts || subresource == "status")
        {
            return;
        }

        bool Same(string name) => JsonNode.DeepEquals(before[name], after[name]);
        if (before.Concat(after).Select(p => p.Key).Distinct().Any(name => name is not ("metadata" or "status" or "kind" or "apiVersion") && !Same(name)))
        {
            after["metadata"]!["generation"] = (before.Int("metadata.generation") ?? 0) + 1;
        }
    }

    private static bool SameButFor(JsonObject before, JsonObject after, bool managed)
    {
        var a = before.Clone();
        var b = after.Clone();
        foreach (var side in new[] { a, b })
        {
            side.Child("metadata").Remove("resourceVersion");
            if (!managed)
            {
                side.Child("metadata").Remove("managedFields");
            }
        }

        return JsonNode.DeepEquals(a, b);
    }

    private static JsonObject Order(ResourceType type, JsonObject body)
    {
        var ordered = new JsonObject { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion };
        foreach (var name in new[] { "metadata" }.Concat(body.Select(p => p.Key).Where(k => k is not ("kind" or "apiVersion" or "metadata" or "status"))).Append("status"))
        {
            if (body.TryGetPropertyValue(name, out var value))
            {
                ordered[name] = value?.DeepClone();
            }
        }

        return ordered;
    }

    private void Birth(ResourceType type, JsonObject body, JsonObject metadata)
    {
        body["kind"] = type.Kind;
        body["apiVersion"] = type.ApiVersion;
        foreach (var field in new[] { "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink" })
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = KubeTime.Text(cluster.Now);
        metadata.Remove("generation");
        if (type.Counts)
        {
            metadata["generation"] = 1;
        }

        if (type.HasStatus && type.Kind is not "Node")
        {
            body.Remove("status");
        }
    }
}
