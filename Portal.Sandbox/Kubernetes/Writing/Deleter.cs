using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>Deletes: at once, gracefully, or after finalizers.</summary>
internal static class Deleter
{
    /// <summary>Gives what the server answers: the object that still goes, or a Status.</summary>
    /// <exception cref="KubeException">The object is not there, or a precondition does not hold.</exception>
    public static JsonObject Delete(KubeCluster cluster, ResourceType type, string ns, string name, JsonObject? options, bool dryRun = false)
    {
        lock (cluster.Store.Gate)
        {
            var old = cluster.Store.Find(type.Storage, ns, name) ?? throw KubeException.NotFound(type.Group, type.Plural, name);
            Preconditions(type, old, options);
            var body = old.Copy();
            var metadata = body.Child("metadata");
            var grace = Grace(type, body, options);
            AddFinalizer(options, metadata);
            var already = metadata["deletionTimestamp"] is not null;
            var shorter = already && grace < (metadata.Int("deletionGracePeriodSeconds") ?? 0);
            var waits = grace > 0 || !NoFinalizers(type, body);
            if (waits)
            {
                if (!already || shorter)
                {
                    metadata["deletionTimestamp"] = KubeTime.Text(cluster.Now.AddSeconds(grace));
                    metadata["deletionGracePeriodSeconds"] = grace;
                    if (type.Storage == "namespaces")
                    {
                        metadata.Remove("deletionGracePeriodSeconds");
                        body.Child("status")["phase"] = "Terminating";
                    }

                    if (type.Counts)
                    {
                        metadata["generation"] = (metadata.Int("generation") ?? 0) + 1;
                    }

                    return dryRun ? body : cluster.Store.Put(type.Storage, body).Copy();
                }

                return old.Copy();
            }

            return dryRun ? Success(type, old) : Remove(cluster, type, old, body, already);
        }
    }

    public static bool NoFinalizers(ResourceType type, JsonObject body) =>
        body.Strings("metadata.finalizers").Count == 0 && (type.Storage != "namespaces" || body.Strings("spec.finalizers").Count == 0);

    public static bool MayGo(ResourceType type, JsonObject body) => NoFinalizers(type, body) && body.Int("metadata.deletionGracePeriodSeconds") is null or 0 && NoFinalizers(type, body);

    private static JsonObject Remove(KubeCluster cluster, ResourceType type, StoredObject old, JsonObject body, bool already)
    {
        if (type.Storage == "pods" && already)
        {
            // The kubelet's last word: grace 0, then gone.
            body["metadata"]!["deletionGracePeriodSeconds"] = 0;
            body["metadata"]!["deletionTimestamp"] = KubeTime.Text(cluster.Now);
            old = cluster.Store.Put(type.Storage, body);
        }

        var gone = cluster.Store.Remove(type.Storage, old);
        return type.Storage == "pods" && gone is not null ? gone.Copy() : Success(type, old);
    }

    private static JsonObject Success(ResourceType type, StoredObject old)
    {
        var details = KubeException.Details(type.Group, type.Plural, old.Name);
        details["uid"] = old.Uid;
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details };
    }

    private static void Preconditions(ResourceType type, StoredObject old, JsonObject? options)
    {
        if (options.Str("preconditions.uid") is { Length: > 0 } uid && uid != old.Uid)
        {
            throw KubeException.Conflict(string.Empty, type.Kind, old.Name, $"the UID in the precondition ({uid}) does not match the UID in record ({old.Uid}). The object might have been deleted and then recreated");
        }

        var version = old.Version.ToString(CultureInfo.InvariantCulture);
        if (options.Str("preconditions.resourceVersion") is { Length: > 0 } wanted && wanted != version)
        {
            throw KubeException.Conflict(string.Empty, type.Kind, old.Name, $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified");
        }
    }

    private static int Grace(ResourceType type, JsonObject body, JsonObject? options)
    {
        if (type.Storage != "pods" || body.Str("spec.nodeName").Length == 0 || body.Str("status.phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        return options.Int("gracePeriodSeconds") ?? body.Int("spec.terminationGracePeriodSeconds") ?? 30;
    }

    private static void AddFinalizer(JsonObject? options, JsonObject metadata)
    {
        var finalizer = options.Str("propagationPolicy") switch
        {
            "Foreground" => "foregroundDeletion",
            "Orphan" => "orphan",
            _ => options.Bool("orphanDependents") ? "orphan" : null,
        };
        if (finalizer is not null && !metadata.Strings("finalizers").Contains(finalizer))
        {
            metadata.List("finalizers").Add(finalizer);
        }
    }
}
