using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>What must be right in services and ingresses.</summary>
internal static class NetworkValidation
{
    public static void Service(JsonObject spec, JsonNode? before, List<Cause> causes)
    {
        var i = 0;
        var ports = spec.Items("ports").ToList();
        if (ports.Count == 0 && spec.Str("type") != "ExternalName" && spec.Str("clusterIP") != "None")
        {
            causes.Add(Cause.Required("spec.ports"));
        }

        foreach (var port in ports)
        {
            var path = $"spec.ports[{i++}]";
            if (ports.Count > 1 && port.Str("name").Length == 0)
            {
                causes.Add(Cause.Required($"{path}.name"));
            }

            Port(port["port"], $"{path}.port", causes);
            Port(port["targetPort"], $"{path}.targetPort", causes);
        }

        if (spec.Str("type") is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName") and var type)
        {
            causes.Add(Cause.Unsupported("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
        }

        if (before.Str("clusterIP") is { Length: > 0 } had && spec.Str("clusterIP") != had && spec.Str("type") != "ExternalName")
        {
            causes.Add(Cause.Invalid("spec.clusterIPs[0]", $"[]string{{\"{spec.Str("clusterIP")}\"}}", "may not change once set"));
        }
    }

    public static void Ingress(JsonObject spec, List<Cause> causes)
    {
        if (spec["rules"] is null && spec["defaultBackend"] is null)
        {
            causes.Add(Cause.Invalid("spec", "[]networking.IngressRule(nil)", "either `defaultBackend` or `rules` must be specified"));
        }

        foreach (var (rule, i) in spec.Items("rules").Select((r, i) => (r, i)))
        {
            var host = rule.Str("host");
            if (host.Length > 0 && !Names.IsSubdomain(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host))
            {
                causes.Add(Cause.Invalid($"spec.rules[{i}].host", $"\"{host}\"", Names.Subdomain));
            }

            foreach (var (path, j) in rule.Items("http.paths").Select((p, j) => (p, j)))
            {
                IngressPath(path, $"spec.rules[{i}].http.paths[{j}]", causes);
            }
        }
    }

    private static void IngressPath(JsonObject path, string at, List<Cause> causes)
    {
        var type = path.Str("pathType");
        if (type is "Exact" or "Prefix")
        {
            if (!path.Str("path").StartsWith('/'))
            {
                causes.Add(Cause.Invalid($"{at}.path", $"\"{path.Str("path")}\"", "must be an absolute path"));
            }
        }
        else if (type.Length == 0)
        {
            causes.Add(Cause.Required($"{at}.pathType", "pathType must be specified"));
        }
        else if (type != "ImplementationSpecific")
        {
            causes.Add(Cause.Unsupported($"{at}.pathType", type, "Exact", "ImplementationSpecific", "Prefix"));
        }

        if (path.Obj("backend.service") is { } service && service.At("port.number") is null && service.Str("port.name").Length == 0)
        {
            causes.Add(Cause.Required($"{at}.backend", "port name or number is required"));
        }
    }

    private static void Port(JsonNode? node, string path, List<Cause> causes)
    {
        if (node is JsonValue value && value.Text() is null && (int)value.Number() is var number and (< 1 or > 65535))
        {
            causes.Add(Cause.Invalid(path, number.ToString(CultureInfo.InvariantCulture), "must be between 1 and 65535, inclusive"));
        }
    }
}
