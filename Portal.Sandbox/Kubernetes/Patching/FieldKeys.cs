using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Patching;

/// <summary>Which lists of the built-in kinds are merged by key, and which objects are taken whole.</summary>
internal static class FieldKeys
{
    private static readonly HashSet<string> Atomic = new(StringComparer.Ordinal)
    {
        "selector", "labelSelector", "namespaceSelector", "podSelector", "nodeSelector", "secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef",
        "roleRef", "objectRef", "targetRef", "claimRef", "involvedObject", "regarding", "nodeSelectorTerms", "dataSource", "localObjectReference", "podAffinityTerm",
    };

    /// <summary>Gives the fields that tell the items of a list apart, or null when the list is one value.</summary>
    /// <param name="field">Name of the list.</param>
    /// <param name="list">An example, for lists of the same name with different items.</param>
    public static string[]? ForApply(string field, JsonArray list) => field switch
    {
        "containers" or "initContainers" or "ephemeralContainers" or "env" or "volumes" or "imagePullSecrets" or "webhooks" or "resourceClaims" => ["name"],
        "ports" when First(list)?.ContainsKey("containerPort") == true => ["containerPort", "protocol"],
        "ports" when First(list)?.ContainsKey("port") == true => ["port", "protocol"],
        "volumeMounts" => ["mountPath"],
        "volumeDevices" => ["devicePath"],
        "hostAliases" or "podIPs" or "hostIPs" => ["ip"],
        "topologySpreadConstraints" => ["topologyKey", "whenUnsatisfiable"],
        "conditions" => ["type"],
        "addresses" when First(list)?.ContainsKey("type") == true => ["type"],
        "ownerReferences" => ["uid"],
        "secrets" when First(list)?.ContainsKey("name") == true => ["name"],
        _ => null,
    };

    /// <summary>Gives the one field by which a strategic merge patch tells items apart, or null when it replaces the list.</summary>
    public static string? ForStrategicMerge(string field, JsonArray list) => field switch
    {
        "ports" => First(list)?.ContainsKey("containerPort") == true ? "containerPort" : First(list)?.ContainsKey("port") == true ? "port" : null,
        "topologySpreadConstraints" => "topologyKey",
        "taints" => "key",
        _ => ForApply(field, list)?[0],
    };

    public static bool IsAtomic(string field) => Atomic.Contains(field);

    public static bool IsSet(string field) => field == "finalizers";

    public static string KeyOf(JsonObject item, string[] keys)
    {
        var key = new JsonObject();
        foreach (var name in keys)
        {
            if (item[name]?.DeepClone() is { } value)
            {
                key[name] = value;
            }
            else if (name == "protocol")
            {
                key[name] = "TCP";
            }
        }

        return "k:" + key.ToJsonString(Relaxed);
    }

    public static System.Text.Json.JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject? First(JsonArray list) => list.OfType<JsonObject>().FirstOrDefault();
}
