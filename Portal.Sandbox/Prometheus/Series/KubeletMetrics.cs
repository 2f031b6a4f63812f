using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What a kubelet says of itself and of the volumes its pods use.</summary>
internal static class KubeletMetrics
{
    public static IEnumerable<Metric> All()
    {
        yield return Volume("kubelet_volume_stats_capacity_bytes", "Capacity in bytes of the volume", (size, _) => _ => size);
        yield return Volume("kubelet_volume_stats_used_bytes", "Number of used bytes in the volume", Used);
        yield return Volume("kubelet_volume_stats_available_bytes", "Number of available bytes in the volume", (size, life) => t => size - Used(size, life)(t));
        yield return Volume("kubelet_volume_stats_inodes", "Maximum number of inodes in the volume", (size, _) => _ => Math.Floor(size / 16384));
        yield return Volume("kubelet_volume_stats_inodes_used", "Number of used inodes in the volume", (size, life) => t => Math.Floor(Used(size, life)(t) / 65536));
        yield return Volume("kubelet_volume_stats_inodes_free", "Number of free inodes in the volume", (size, life) => t => Math.Floor(size / 16384) - Math.Floor(Used(size, life)(t) / 65536));
        yield return new("kubelet_running_pods", "gauge", "Number of pods that have a running pod sandbox", (scene, target) => scene.Nodes.Where(n => n.Name == target.Name).Select(n =>
            new Line([], n.Alive, t => n.Pods.Count(p => p.Running.Any(s => s.Has((long)(t * 1000)))))));
        yield return new("kubelet_node_name", "gauge", "The node's name. The count is always 1.", (scene, target) => scene.Nodes.Where(n => n.Name == target.Name).Select(n => new Line([("node", n.Name)], n.Alive, _ => 1)));
    }

    // Data come in the first hours and then slowly more; a file system has a little to itself.
    private static Func<double, double> Used(double size, Life claim)
    {
        var (most, begin) = (0.08 + (0.4 * Wave.Chance(claim.Last.Uid, 41)), claim.Begun / 1000.0);
        return t =>
        {
            var age = Math.Max(0, t - begin);
            return Math.Floor(size * (0.02 + (most * (1 - Math.Exp(-age / 14_400))) + (0.15 * (1 - Math.Exp(-age / 2_592_000)))) / 4096) * 4096;
        };
    }

    private static Metric Volume(string name, string help, Func<double, Life, Func<double, double>> value) => new(name, "gauge", help, (scene, target) =>
    {
        var claims = scene.Lives("persistentvolumeclaims").ToLookup(l => l.Last.Key, StringComparer.Ordinal);
        return from pod in scene.Nodes.FirstOrDefault(n => n.Name == target.Name)?.Pods ?? []
               where pod.Running.Count > 0
               from claim in pod.Object.Body.Items("spec.volumes").Select(v => v.Str("persistentVolumeClaim.claimName")).Where(c => c.Length > 0)
               from life in claims[$"{pod.Namespace}/{claim}"]
               let size = (double)Quantity.Value(life.Last.Body.At("status.capacity.storage") ?? life.Last.Body.At("spec.resources.requests.storage"))
               let there = Spans.And(pod.Running, [new Span(life.Begun, life.Ended)])
               where size > 0 && there.Count > 0
               select new Line([("namespace", pod.Namespace), ("persistentvolumeclaim", claim)], there, value(size * 0.97, life));
    });
}
