using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Cores (in thousandths) and memory (in bytes).</summary>
/// <param name="Nodes">Ready, schedulable nodes.</param>
/// <param name="MilliCores">Thousandths of a core.</param>
/// <param name="Bytes">Bytes of memory.</param>
internal readonly record struct ClusterRoom(int Nodes, long MilliCores, long Bytes)
{
    /// <summary>Gives what is left on the ready nodes that pods without tolerations may use.</summary>
    public static ClusterRoom Of(IReadOnlyList<JsonObject> nodes, IReadOnlyList<JsonObject> pods)
    {
        var usable = nodes.Where(IsUsable).ToDictionary(n => n["metadata"]!["name"]!.GetValue<string>());
        var (cores, bytes) = (0L, 0L);
        foreach (var node in usable.Values)
        {
            cores += MilliCoresOf(node["status"]?["allocatable"]?["cpu"]);
            bytes += BytesOf(node["status"]?["allocatable"]?["memory"]);
        }

        foreach (var pod in pods.Where(p => usable.ContainsKey(p["spec"]?["nodeName"]?.GetValue<string>() ?? "") && p["status"]?["phase"]?.GetValue<string>() is not ("Succeeded" or "Failed")))
        {
            var (podCores, podBytes) = Requests(pod["spec"]!);
            cores -= podCores;
            bytes -= podBytes;
        }

        return new ClusterRoom(usable.Count, cores, bytes);
    }

    /// <summary>Gives what workloads ask for; a DaemonSet once a node.</summary>
    public static ClusterRoom Need(IEnumerable<JsonObject> objects, int nodes)
    {
        var (cores, bytes) = (0L, 0L);
        foreach (var o in objects)
        {
            var times = o["kind"]?.GetValue<string>() switch
            {
                "DaemonSet" => nodes,
                "Deployment" or "StatefulSet" => (int)(o["spec"]?["replicas"]?.GetValue<long>() ?? 1),
                _ => 0,
            };
            if (times > 0 && o["spec"]?["template"]?["spec"] is { } spec)
            {
                var (podCores, podBytes) = Requests(spec);
                cores += podCores * times;
                bytes += podBytes * times;
            }
        }

        return new ClusterRoom(nodes, cores, bytes);
    }

    private static bool IsUsable(JsonObject node) =>
        node["spec"]?["unschedulable"]?.GetValue<bool>() is not true
        && node["spec"]?["taints"]?.AsArray().Any(t => t?["effect"]?.GetValue<string>() is "NoSchedule" or "NoExecute") is not true
        && node["status"]?["conditions"]?.AsArray().Any(c => c?["type"]?.GetValue<string>() is "Ready" && c["status"]?.GetValue<string>() is "True") is true;

    private static (long MilliCores, long Bytes) Requests(JsonNode spec)
    {
        var containers = spec["containers"]?.AsArray() ?? [];
        return (containers.Sum(c => MilliCoresOf(c?["resources"]?["requests"]?["cpu"])), containers.Sum(c => BytesOf(c?["resources"]?["requests"]?["memory"])));
    }

    private static long MilliCoresOf(JsonNode? quantity)
    {
        var text = quantity?.ToString() ?? "0";
        return text.EndsWith('m')
            ? (long)decimal.Parse(text[..^1], CultureInfo.InvariantCulture)
            : (long)(decimal.Parse(text, CultureInfo.InvariantCulture) * 1000);
    }

    private static long BytesOf(JsonNode? quantity)
    {
        var text = quantity?.ToString() ?? "0";
        (string Suffix, decimal Factor)[] units =
        [
            ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("m", 0.001m),
        ];
        var unit = Array.Find(units, u => text.EndsWith(u.Suffix, StringComparison.Ordinal));
        return unit.Suffix is null
            ? (long)decimal.Parse(text, CultureInfo.InvariantCulture)
            : (long)(decimal.Parse(text[..^unit.Suffix.Length], CultureInfo.InvariantCulture) * unit.Factor);
    }
}
