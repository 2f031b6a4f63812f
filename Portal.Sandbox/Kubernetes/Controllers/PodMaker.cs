using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Makes pods from a template in the name of an owner.</summary>
internal static class PodMaker
{
    /// <summary>Gives the new pod, or null with the reason told as an event when it is refused.</summary>
    public static StoredObject? Make(Reconciliation now, ResourceType type, StoredObject owner, JsonObject template, string? name, string component, Action<JsonObject>? change = null)
    {
        var metadata = new JsonObject();
        if (name is null)
        {
            metadata["generateName"] = owner.Name + "-";
        }
        else
        {
            metadata["name"] = name;
            metadata["generateName"] = owner.Name + "-";
        }

        foreach (var field in new[] { "labels", "annotations" })
        {
            if (template.Obj($"metadata.{field}") is { } map)
            {
                metadata[field] = map.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(Acts.OwnerReference(type, owner));
        var pod = new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
        change?.Invoke(pod);
        try
        {
            var made = now.Cluster.Writer.Create(now.Cluster.Type("pods"), owner.Namespace, pod, WriteOptions.Controller);
            var text = type.Kind == "StatefulSet" ? $"create Pod {made.Name()} in StatefulSet {owner.Name} successful" : $"Created pod: {made.Name()}";
            now.Event(owner, "Normal", "SuccessfulCreate", text, component);
            return now.Store.Find("pods", owner.Namespace, made.Name());
        }
        catch (KubeException refusal)
        {
            now.Event(owner, "Warning", "FailedCreate", $"Error creating: {refusal.Message}", component);
            now.Reached(now.Now + now.Paced(10));
            return null;
        }
    }

    public static void Delete(Reconciliation now, ResourceType type, StoredObject owner, StoredObject pod, string component)
    {
        Deleter.Delete(now.Cluster, now.Cluster.Type("pods"), pod.Namespace, pod.Name, null);
        var text = type.Kind == "StatefulSet" ? $"delete Pod {pod.Name} in StatefulSet {owner.Name} successful" : $"Deleted pod: {pod.Name}";
        now.Event(owner, "Normal", "SuccessfulDelete", text, component);
    }
}
