using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Whether a pod (or its template) may be on a node.</summary>
internal static class Fitting
{
    /// <summary>Gives the taint that is not tolerated, as the scheduler writes it, or null.</summary>
    public static string? Tolerates(JsonObject pod, JsonObject node, params string[] effects)
    {
        var taints = node.Items("spec.taints").ToList();
        if (node.Bool("spec.unschedulable"))
        {
            taints.Add(new JsonObject { ["key"] = "node.kubernetes.io/unschedulable", ["effect"] = "NoSchedule" });
        }

        var tolerations = pod.Items("spec.tolerations").ToList();
        var first = taints.Find(t => (effects.Contains(t.Str("effect")) || t.Str("effect") == "NoExecute") && !tolerations.Exists(toleration => Tolerates(toleration, t)));
        return first is null ? null : $"{{{first.Str("key")}: {first.Str("value")}}}";
    }

    /// <summary>Says whether node selector and required node affinity are met.</summary>
    public static bool Selected(JsonObject pod, StoredObject node)
    {
        if (!pod.Map("spec.nodeSelector").All(p => node.Labels.GetValueOrDefault(p.Key) == p.Value))
        {
            return false;
        }

        var terms = pod.Items("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms").ToList();
        return terms.Count == 0 || terms.Exists(term => Matches(term, node));
    }

    private static bool Matches(JsonObject term, StoredObject node)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["metadata.name"] = node.Name };
        return term.Items("matchFields").All(f => LabelSelector.Check(f.Str("key"), f.Str("operator"), [.. f.Strings("values")])(fields))
            && term.Items("matchExpressions").All(e => LabelSelector.Check(e.Str("key"), e.Str("operator"), [.. e.Strings("values")])(node.Labels));
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint)
    {
        if (toleration.Str("effect") is { Length: > 0 } effect && effect != taint.Str("effect"))
        {
            return false;
        }

        var key = toleration.Str("key");
        if (key.Length == 0)
        {
            return toleration.Str("operator") == "Exists";
        }

        return key == taint.Str("key") && (toleration.Str("operator") == "Exists" || toleration.Str("value") == taint.Str("value"));
    }
}
