using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>What objects use of a quota.</summary>
internal static class QuotaUse
{
    public static Dictionary<string, decimal> Of(ResourceType type, JsonNode body)
    {
        var use = new Dictionary<string, decimal>(StringComparer.Ordinal) { [type.Plural] = 1, [$"count/{type.Storage}"] = 1 };
        switch (type.Plural)
        {
            case "pods" when body.Str("status.phase") is "Succeeded" or "Failed":
                use.Remove("pods");
                break;
            case "pods":
                Pod(use, body);
                break;
            case "services" when body.Str("spec.type") is "LoadBalancer" or "NodePort":
                use["services.nodeports"] = body.Items("spec.ports").Count();
                use["services.loadbalancers"] = body.Str("spec.type") == "LoadBalancer" ? 1 : 0;
                break;
            case "persistentvolumeclaims":
                use["requests.storage"] = Quantity.Value(body.At("spec.resources.requests.storage"));
                break;
            default:
                break;
        }

        return use;
    }

    /// <summary>Gives what the namespace of a quota uses of it now.</summary>
    public static Dictionary<string, decimal> Total(KubeCluster cluster, StoredObject quota)
    {
        var total = (quota.Body.Obj("spec.hard") ?? []).ToDictionary(h => h.Key, _ => 0m, StringComparer.Ordinal);
        foreach (var type in cluster.Types.All.Where(t => t.Namespaced && t.Stored).DistinctBy(t => t.Storage).Where(t => Concerns(t, total.Keys)))
        {
            foreach (var item in cluster.Store.List(type.Storage, quota.Namespace))
            {
                foreach (var (name, amount) in Of(type, item.Body))
                {
                    if (total.TryGetValue(name, out var sum))
                    {
                        total[name] = sum + amount;
                    }
                }
            }
        }

        return total;
    }

    /// <summary>Writes what is used now into the quotas that count this kind: the API server does so as it admits, before the controller looks.</summary>
    public static void Note(KubeCluster cluster, ResourceType type, string ns)
    {
        if (!type.Namespaced || type.Plural is "resourcequotas" or "events")
        {
            return;
        }

        foreach (var quota in cluster.Store.List("resourcequotas", ns).Where(q => Concerns(type, (q.Body.Obj("spec.hard") ?? []).Select(h => h.Key))))
        {
            var status = Status(cluster, quota);
            if (!JsonNode.DeepEquals(quota.Body["status"], status))
            {
                var body = quota.Copy();
                body["status"] = status;
                cluster.Store.Put("resourcequotas", body);
            }
        }
    }

    /// <summary>Gives a quota's status as it is now.</summary>
    public static JsonObject Status(KubeCluster cluster, StoredObject quota) => new()
    {
        ["hard"] = quota.Body.At("spec.hard")?.DeepClone(),
        ["used"] = JsonPaths.MapOf(Total(cluster, quota).Select(u => KeyValuePair.Create(u.Key, Text(u.Key, u.Value)))),
    };

    public static string Text(string name, decimal value) => Quantity.Text(value, name.Contains("memory", StringComparison.Ordinal) || name.Contains("storage", StringComparison.Ordinal));

    private static bool Concerns(ResourceType type, IEnumerable<string> names) => names.Any(n => n == type.Plural || n == $"count/{type.Storage}"
        || (type.Plural == "pods" && (n.StartsWith("requests.", StringComparison.Ordinal) || n.StartsWith("limits.", StringComparison.Ordinal) || n is "cpu" or "memory"))
        || (type.Plural == "services" && n.StartsWith("services.", StringComparison.Ordinal))
        || (type.Plural == "persistentvolumeclaims" && n == "requests.storage"));

    private static void Pod(Dictionary<string, decimal> use, JsonNode body)
    {
        foreach (var resource in new[] { "cpu", "memory", "ephemeral-storage" })
        {
            foreach (var (kind, prefix) in new[] { ("requests", "requests."), ("limits", "limits.") })
            {
                var values = body.Items("spec.containers").Select(c => c.At($"resources.{kind}.{resource}")).Where(v => v is not null).ToList();
                if (values.Count > 0)
                {
                    use[prefix + resource] = values.Sum(Quantity.Value);
                    if (kind == "requests")
                    {
                        use[resource] = use[prefix + resource];
                    }
                }
            }
        }
    }
}
