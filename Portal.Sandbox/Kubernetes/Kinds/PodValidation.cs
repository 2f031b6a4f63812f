using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>What must be right in a pod.</summary>
internal static class PodValidation
{
    public static void Spec(JsonObject spec, string path, List<Cause> causes)
    {
        if (!spec.Items("containers").Any())
        {
            causes.Add(Cause.Required($"{path}.containers"));
        }

        var volumes = spec.Items("volumes").Select(v => v.Str("name")).ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in new[] { "initContainers", "containers" })
        {
            var i = 0;
            foreach (var container in spec.Items(list))
            {
                Container(container, $"{path}.{list}[{i++}]", volumes, seen, causes);
            }
        }

        if (spec.Str("restartPolicy") is { Length: > 0 } policy && policy is not ("Always" or "OnFailure" or "Never"))
        {
            causes.Add(Cause.Unsupported($"{path}.restartPolicy", policy, "Always", "Never", "OnFailure"));
        }
    }

    /// <summary>A pod that exists may change hardly anything.</summary>
    public static void Update(JsonObject body, JsonObject before, List<Cause> causes)
    {
        var now = body.Clone();
        var then = before.Clone();
        foreach (var pod in new[] { now, then })
        {
            foreach (var container in pod.Items("spec.containers").Concat(pod.Items("spec.initContainers")))
            {
                container.Remove("image");
            }

            var spec = pod.Child("spec");
            spec.Remove("tolerations");
            spec.Remove("activeDeadlineSeconds");
            spec.Remove("terminationGracePeriodSeconds");
            spec.Remove("ephemeralContainers");
        }

        if (!JsonNode.DeepEquals(now["spec"], then["spec"]))
        {
            causes.Add(new Cause(
                "FieldValueForbidden",
                "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
                "spec"));
        }
    }

    private static void Container(JsonObject container, string path, HashSet<string> volumes, HashSet<string> seen, List<Cause> causes)
    {
        var name = container.Str("name");
        if (name.Length == 0)
        {
            causes.Add(Cause.Required($"{path}.name"));
        }
        else if (!Names.IsLabel(name))
        {
            causes.Add(Cause.Invalid($"{path}.name", $"\"{name}\"", Names.Label));
        }
        else if (!seen.Add(name))
        {
            causes.Add(new Cause("FieldValueDuplicate", $"Duplicate value: \"{name}\"", $"{path}.name"));
        }

        if (container.Str("image").Length == 0)
        {
            causes.Add(Cause.Required($"{path}.image"));
        }

        foreach (var (mount, i) in container.Items("volumeMounts").Select((m, i) => (m, i)))
        {
            if (!volumes.Contains(mount.Str("name")) && !mount.Str("name").StartsWith("kube-api-access-", StringComparison.Ordinal)
                && container.Parent?.Parent?["volumeClaimTemplates"] is null && !path.StartsWith("spec.template", StringComparison.Ordinal))
            {
                causes.Add(new Cause("FieldValueNotFound", $"Not found: \"{mount.Str("name")}\"", $"{path}.volumeMounts[{i}].name"));
            }
        }

        foreach (var kind in new[] { "limits", "requests" })
        {
            foreach (var (resource, value) in container.Obj($"resources.{kind}") ?? [])
            {
                Resource(container, path, kind, resource, value.Text() ?? value?.ToJsonString() ?? string.Empty, causes);
            }
        }
    }

    private static void Resource(JsonObject container, string path, string kind, string resource, string text, List<Cause> causes)
    {
        if (Quantity.Parse(text) is not { } value)
        {
            throw KubeException.BadRequest("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }

        if (kind == "requests" && container.At($"resources.limits.{resource}") is { } limit && value > Quantity.Value(limit))
        {
            causes.Add(Cause.Invalid($"{path}.resources.requests", $"\"{text}\"", $"must be less than or equal to {resource} limit of {limit.Text() ?? limit.ToJsonString()}"));
        }
    }
}
