using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>Refuses objects that a server refuses with 422.</summary>
internal static class Validation
{
    /// <exception cref="KubeException">422 with all causes.</exception>
    public static void Check(ResourceType type, JsonObject body, JsonObject? before)
    {
        var causes = new List<Cause>();
        Metadata(type, body, causes);
        if (type.IsCustom)
        {
            CustomSchema.Check(type.CustomSchema, body, causes);
        }
        else
        {
            Kind(body, before, causes);
        }

        if (causes.Count > 0)
        {
            throw KubeException.Invalid(type.Kind == "Ingress" ? "extensions" : type.Group, type.Kind, body.Name(), causes);
        }
    }

    private static void Metadata(ResourceType type, JsonObject body, List<Cause> causes)
    {
        var name = body.Name();
        if (name.Length == 0)
        {
            causes.Add(Cause.Required("metadata.name", "name or generateName is required"));
            return;
        }

        var why = type.Kind switch
        {
            "Service" => Names.IsLabel1035(name) ? null : Names.Label1035,
            "Namespace" => Names.IsLabel(name) ? null : Names.Label,
            _ when type.Group == "rbac.authorization.k8s.io" => name is "." or ".." || name.Contains('/', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal) ? "may not contain '/'" : null,
            _ => Names.IsSubdomain(name) ? null : Names.Subdomain,
        };
        if (why is not null)
        {
            causes.Add(Cause.Invalid("metadata.name", $"\"{name}\"", why));
        }
    }

    private static void Kind(JsonObject body, JsonObject? before, List<Cause> causes)
    {
        var spec = body["spec"] as JsonObject ?? [];
        switch (body.Str("kind"))
        {
            case "Pod":
                PodValidation.Spec(spec, "spec", causes);
                if (before is not null)
                {
                    PodValidation.Update(body, before, causes);
                }

                break;
            case "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet":
                Workload(body.Str("kind"), spec, before?["spec"], causes);
                break;
            case "Job":
                PodValidation.Spec(spec.Obj("template.spec") ?? [], "spec.template.spec", causes);
                if (spec.Str("template.spec.restartPolicy") == "Always")
                {
                    causes.Add(new Cause("FieldValueInvalid", "Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\"", "spec.template.spec.restartPolicy"));
                }

                Immutable(spec, before?["spec"], "template", "spec.template", causes);
                break;
            case "Service":
                NetworkValidation.Service(spec, before?["spec"], causes);
                break;
            case "Ingress":
                NetworkValidation.Ingress(spec, causes);
                break;
            case "RoleBinding" or "ClusterRoleBinding" when before is not null && !JsonNode.DeepEquals(body["roleRef"], before["roleRef"]):
                causes.Add(Cause.Invalid("roleRef", $"rbac.RoleRef{{APIGroup:\"{body.Str("roleRef.apiGroup")}\", Kind:\"{body.Str("roleRef.kind")}\", Name:\"{body.Str("roleRef.name")}\"}}", "cannot change roleRef"));
                break;
            case "ConfigMap" or "Secret" when before.Bool("immutable") && (!JsonNode.DeepEquals(body["data"], before!["data"])):
                causes.Add(new Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", "data"));
                break;
            case "PersistentVolumeClaim":
                Claim(spec, before?["spec"], causes);
                break;
            case "CustomResourceDefinition":
                Definition(body, spec, causes);
                break;
            default:
                break;
        }
    }

    private static void Workload(string kind, JsonObject spec, JsonNode? before, List<Cause> causes)
    {
        if (spec.Int("replicas") is < 0 and var replicas)
        {
            causes.Add(Cause.Invalid("spec.replicas", replicas.ToString(CultureInfo.InvariantCulture), "must be greater than or equal to 0"));
        }

        if (spec["selector"] is null)
        {
            causes.Add(Cause.Required("spec.selector"));
        }
        else if (!LabelSelector.Of(spec["selector"])(spec.Map("template.metadata.labels")))
        {
            causes.Add(Cause.Invalid("spec.template.metadata.labels", GoMap(spec.Map("template.metadata.labels")), "`selector` does not match template `labels`"));
        }

        PodValidation.Spec(spec.Obj("template.spec") ?? [], "spec.template.spec", causes);
        if (kind != "ReplicaSet" && spec.Str("template.spec.restartPolicy") is not ("Always" or ""))
        {
            causes.Add(Cause.Unsupported("spec.template.spec.restartPolicy", spec.Str("template.spec.restartPolicy"), "Always"));
        }

        if (kind != "StatefulSet")
        {
            Immutable(spec, before, "selector", "spec.selector", causes);
        }
        else if (before is not null && new[] { "selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates" }.Any(f => !JsonNode.DeepEquals(spec[f], before[f])))
        {
            causes.Add(new Cause("FieldValueForbidden", "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden", "spec"));
        }
    }

    private static void Immutable(JsonObject spec, JsonNode? before, string field, string path, List<Cause> causes)
    {
        if (before is not null && !JsonNode.DeepEquals(spec[field], before[field]))
        {
            var value = field == "selector"
                ? $"v1.LabelSelector{{MatchLabels:{GoMap(spec.Map("selector.matchLabels"))}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}}"
                : spec[field]?.ToJsonString() ?? "null";
            causes.Add(Cause.Invalid(path, value, "field is immutable"));
        }
    }

    private static void Claim(JsonObject spec, JsonNode? before, List<Cause> causes)
    {
        if (spec.Strings("accessModes").Count == 0)
        {
            causes.Add(Cause.Required("spec.accessModes", "at least 1 access mode is required"));
        }

        if (spec.At("resources.requests.storage") is null)
        {
            causes.Add(Cause.Required("spec.resources[storage]"));
        }

        if (before is not null && before.Str("storageClassName") is { Length: > 0 } old && old != spec.Str("storageClassName"))
        {
            causes.Add(new Cause("FieldValueForbidden", "Forbidden: spec is immutable after creation except resources.requests for bound claims", "spec"));
        }
    }

    private static void Definition(JsonObject body, JsonObject spec, List<Cause> causes)
    {
        var expected = $"{spec.Str("names.plural")}.{spec.Str("group")}";
        if (body.Name() != expected)
        {
            causes.Add(Cause.Invalid("metadata.name", $"\"{body.Name()}\"", "must be spec.names.plural+\".\"+spec.group"));
        }

        if (spec.Arr("versions") is not { Count: > 0 })
        {
            causes.Add(Cause.Invalid("spec.versions", "[]apiextensions.CustomResourceDefinitionVersion(nil)", "must have exactly one version marked as storage version"));
        }
    }

    private static string GoMap(IReadOnlyDictionary<string, string> map) => map.Count == 0
        ? "map[string]string(nil)"
        : $"map[string]string{{{string.Join(", ", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{JsonSerializer.Serialize(p.Key)}:{JsonSerializer.Serialize(p.Value)}"))}}}";
}
