using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>metrics.k8s.io: figures that move, the same for the same object and time.</summary>
internal static class Metrics
{
    public static Task AnswerAsync(KubeCluster cluster, KubeRequest request)
    {
        if (!request.Type.Verbs.Contains(request.Parts.Verb))
        {
            throw KubeException.MethodNotAllowed();
        }

        var nodes = request.Type.Plural == "nodes";
        var ns = request.Parts.Namespace.Length > 0 ? request.Parts.Namespace : null;
        var labels = LabelSelector.Parse(request.Query("labelSelector"));
        var all = cluster.Store.List(request.Type.Plural, ns).Where(o => labels(o.Labels) && (nodes || IsMeasured(o.Body))).ToList();
        if (request.Parts.Name.Length == 0)
        {
            return Output.JsonAsync(request.Http, 200, new JsonObject
            {
                ["kind"] = request.Type.ListKind,
                ["apiVersion"] = request.Type.ApiVersion,
                ["metadata"] = new JsonObject(),
                ["items"] = JsonPaths.Array(all.Select(o => One(cluster, o, nodes))),
            });
        }

        var one = all.Find(o => o.Name == request.Parts.Name) ?? throw KubeException.NotFound("metrics.k8s.io", request.Type.Plural, (ns is null ? string.Empty : ns + "/") + request.Parts.Name);
        return Output.JsonAsync(request.Http, 200, One(cluster, one, nodes));
    }

    private static bool IsMeasured(JsonObject pod) => pod.Str("status.phase") == "Running" && pod.Items("status.containerStatuses").All(c => c.At("state.running") is not null);

    private static JsonObject One(KubeCluster cluster, StoredObject item, bool node)
    {
        var time = KubeTime.Text(cluster.Now);
        var metadata = new JsonObject { ["name"] = item.Name };
        if (!node)
        {
            metadata["namespace"] = item.Namespace;
        }

        metadata["creationTimestamp"] = time;
        var json = new JsonObject
        {
            ["kind"] = node ? "NodeMetrics" : "PodMetrics",
            ["apiVersion"] = "metrics.k8s.io/v1beta1",
            ["metadata"] = metadata,
            ["timestamp"] = time,
            ["window"] = node ? "20s" : "15s",
        };
        if (node)
        {
            json["usage"] = Usage(cluster, item.Uid, 250, 1_300_000);
            return json;
        }

        json["containers"] = JsonPaths.Array(item.Body.Items("spec.containers").Select(c => new JsonObject { ["name"] = c.Str("name"), ["usage"] = Usage(cluster, item.Uid + c.Str("name"), 70, 180_000) }));
        return json;
    }

    private static JsonObject Usage(KubeCluster cluster, string seed, int milli, int kibi)
    {
        var hash = (uint)string.GetHashCode(seed, StringComparison.Ordinal);
        var wave = 1 + (0.3 * Math.Sin((cluster.Now.ToUnixTimeSeconds() / 60.0) + (hash % 60)));
        var cpu = (long)(milli * (0.5 + (hash % 100 / 100.0)) * wave);
        var memory = (long)(kibi * (0.5 + (hash / 100 % 100 / 100.0)));
        return new JsonObject { ["cpu"] = (cpu * 1_000_000).ToString(CultureInfo.InvariantCulture) + "n", ["memory"] = memory.ToString(CultureInfo.InvariantCulture) + "Ki" };
    }
}
