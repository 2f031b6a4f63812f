using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>What controllers do often.</summary>
internal static class Acts
{
    private const string Events = "events";

    /// <summary>Stores a changed copy, unless nothing changed.</summary>
    public static void Put(this Reconciliation now, string storage, StoredObject old, JsonObject body)
    {
        if (!JsonNode.DeepEquals(old.Body, body))
        {
            now.Store.Put(storage, body);
        }
    }

    public static void Status(this Reconciliation now, string storage, StoredObject old, JsonObject status)
    {
        if (!JsonNode.DeepEquals(old.Body["status"], status))
        {
            var body = old.Copy();
            body["status"] = status;
            now.Store.Put(storage, body);
        }
    }

    public static string Text(this Reconciliation now) => KubeTime.Text(now.Now);

    public static bool IsGoing(this StoredObject item) => item.Body.At("metadata.deletionTimestamp") is not null;

    /// <summary>Gives the objects of a kind that an owner controls.</summary>
    public static IReadOnlyList<StoredObject> Controlled(this Reconciliation now, string storage, StoredObject owner) =>
        [.. now.Store.List(storage, owner.Namespace).Where(o => o.Body.Items("metadata.ownerReferences").Any(r => r.Bool("controller") && r.Str("uid") == owner.Uid))];

    public static JsonObject OwnerReference(ResourceType type, StoredObject owner) => new()
    {
        ["apiVersion"] = type.ApiVersion,
        ["kind"] = type.Kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    public static bool IsReady(StoredObject pod) => pod.Body.Items("status.conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True");

    /// <summary>Tells something about an object; said before, it is counted.</summary>
    public static void Event(this Reconciliation now, StoredObject about, string type, string reason, string message, string component, string? host = null, string? container = null, bool repeats = false)
    {
        var fieldPath = container is null ? null : $"spec.containers{{{container}}}";
        var same = now.Store.List(Events, Space(about)).Where(e => e.Name.StartsWith(about.Name, StringComparison.Ordinal) &&
            e.Body.Str("involvedObject.uid") == about.Uid && e.Body.Str("reason") == reason && e.Body.Str("message") == message && e.Body.Str("involvedObject.fieldPath") == (fieldPath ?? string.Empty)).ToList();
        if (same.Count > (repeats ? 1 : 0))
        {
            var body = same[^1].Copy();
            body["count"] = (body.Int("count") ?? 1) + 1;
            body["lastTimestamp"] = now.Text();
            now.Store.Put(Events, body);
            return;
        }

        var involved = Involved(about, component != "kubelet");
        if (fieldPath is not null)
        {
            involved["fieldPath"] = fieldPath;
        }

        var source = new JsonObject { ["component"] = component };
        if (host is not null)
        {
            source["host"] = host;
        }

        Add(now, about, involved, new JsonObject
        {
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = source,
            ["firstTimestamp"] = now.Text(),
            ["lastTimestamp"] = now.Text(),
            ["count"] = 1,
            ["type"] = type,
            ["eventTime"] = null,
            ["reportingComponent"] = string.Empty,
            ["reportingInstance"] = string.Empty,
        });
    }

    /// <summary>Tells something in the scheduler's newer form.</summary>
    public static void SchedulerEvent(this Reconciliation now, StoredObject pod, string type, string reason, string action, string message)
    {
        if (reason == "FailedScheduling")
        {
            // Told once, and once more when the scheduler has tried again.
            var told = now.Store.List(Events, pod.Namespace).Where(e => e.Name.StartsWith(pod.Name, StringComparison.Ordinal) && e.Body.Str("message") == message).ToList();
            if (told.Count > 1 || (told.Count == 1 && !now.Reached((KubeTime.Parse(told[0].Body["eventTime"]) ?? now.Now) + now.Paced(7))))
            {
                return;
            }
        }

        Add(now, pod, Involved(pod, true), new JsonObject
        {
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject(),
            ["firstTimestamp"] = null,
            ["lastTimestamp"] = null,
            ["type"] = type,
            ["eventTime"] = KubeTime.Micro(now.Now),
            ["action"] = action,
            ["reportingComponent"] = "default-scheduler",
            ["reportingInstance"] = "default-scheduler-" + (now.Cluster.SchedulerHost ?? now.Cluster.Spec.Nodes.FirstOrDefault(n => n.Role == "master")?.Name),
        });
    }

    private static string Space(StoredObject about) => about.Namespace.Length == 0 ? "default" : about.Namespace;

    private static JsonObject Involved(StoredObject about, bool version)
    {
        var involved = new JsonObject { ["kind"] = about.Body.Str("kind") };
        if (about.Namespace.Length > 0)
        {
            involved["namespace"] = about.Namespace;
        }

        involved["name"] = about.Name;
        involved["uid"] = about.Uid;
        involved["apiVersion"] = about.Body.Str("apiVersion");
        if (version)
        {
            involved["resourceVersion"] = about.Body.Str("metadata.resourceVersion");
        }

        return involved;
    }

    private static void Add(Reconciliation now, StoredObject about, JsonObject involved, JsonObject rest)
    {
        if (now.Store.Find("namespaces", string.Empty, Space(about))?.Body.Str("status.phase") != "Active")
        {
            return;
        }

        var body = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{about.Name}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}",
                ["namespace"] = Space(about),
                ["uid"] = Guid.NewGuid().ToString(),
                ["creationTimestamp"] = now.Text(),
            },
            ["involvedObject"] = involved,
        };
        foreach (var (name, value) in rest)
        {
            body[name] = value?.DeepClone();
        }

        now.Store.Put(Events, body);
    }
}
