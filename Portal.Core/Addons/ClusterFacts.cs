using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons;

/// <summary>What manifests need to know of a cluster.</summary>
internal static class ClusterFacts
{
    /// <summary>Gives the default StorageClass (or null), and how many there are.</summary>
    public static async Task<(string? Name, int Count)> StorageClassAsync(IKubernetesApi api, CancellationToken cancellationToken)
    {
        var classes = await api.ListAsync(KubernetesResource.Of("storage.k8s.io/v1", "StorageClass"), null, cancellationToken).ConfigureAwait(false);
        var chosen = classes.FirstOrDefault(c => c["metadata"]?["annotations"]?["storageclass.kubernetes.io/is-default-class"]?.GetValue<string>() is "true");
        return (chosen?["metadata"]!["name"]!.GetValue<string>(), classes.Count);
    }

    /// <summary>Gives the tenth address of the cluster's services, beside the API's own, which is the first; empty for IPv6.</summary>
    public static async Task<string> DnsAddressAsync(IKubernetesApi api, CancellationToken cancellationToken)
    {
        var kubernetes = await api.FindAsync(KubernetesResource.Of("v1", "Service"), "default", "kubernetes", cancellationToken).ConfigureAwait(false);
        var first = kubernetes?["spec"]?["clusterIP"]?.GetValue<string>() ?? "";
        return first.Count(c => c == '.') == 3 ? first[..(first.LastIndexOf('.') + 1)] + "10" : "";
    }

    /// <summary>Gives what of objects needs ports of the nodes that other pods have: <c>node, port, pod</c>.</summary>
    public static IEnumerable<(string Node, long Port, string Pod)> TakenPorts(IReadOnlyList<JsonObject> objects, IReadOnlyList<JsonObject> pods)
    {
        foreach (var workload in objects.Where(o => o["spec"]?["template"] is not null))
        {
            var wanted = HostPorts(workload["spec"]!["template"]!["spec"]!).ToHashSet();
            var own = workload["spec"]?["selector"]?["matchLabels"]?.AsObject();
            foreach (var pod in pods.Where(p => p["spec"]?["nodeName"] is not null && p["status"]?["phase"]?.GetValue<string>() is not ("Succeeded" or "Failed")))
            {
                var labels = pod["metadata"]?["labels"] as JsonObject;
                var isOwn = own is { Count: > 0 } && pod["metadata"]?["namespace"]?.GetValue<string>() == workload["metadata"]?["namespace"]?.GetValue<string>()
                    && own.All(l => labels?[l.Key]?.GetValue<string>() == l.Value?.GetValue<string>());
                foreach (var port in isOwn ? [] : HostPorts(pod["spec"]!).Where(wanted.Contains))
                {
                    yield return (pod["spec"]!["nodeName"]!.GetValue<string>(), port, $"{pod["metadata"]!["namespace"]}/{pod["metadata"]!["name"]}");
                }
            }
        }
    }

    private static IEnumerable<long> HostPorts(JsonNode spec)
    {
        var isHost = spec["hostNetwork"]?.GetValue<bool>() is true;
        return (spec["containers"]?.AsArray() ?? []).SelectMany(c => c?["ports"]?.AsArray() ?? [])
            .Select(p => (p?["hostPort"] ?? (isHost ? p?["containerPort"] : null))?.GetValue<long>()).OfType<long>();
    }
}
