using System.Globalization;
using System.Text;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus;

/// <summary>The exporters in pods: a few metrics that are true.</summary>
internal static class Exporters
{
    /// <summary>Tells the pods what can run in them.</summary>
    public static void Register(IPodPrograms programs)
    {
        programs.Add("prometheus", 9090, PrometheusProgram.Answer);
        AlertmanagerProgram.Register(programs);
        programs.Add("node-exporter", 9100, (place, question) => question.Path == "/metrics" ? Node(place) : PodAnswer.Text(200, "Node Exporter\n"));
        programs.Add("kube-state-metrics", 8080, (place, question) => question.Path == "/metrics" ? State(place) : PodAnswer.Text(200, "OK"));
        programs.Add("kube-state-metrics", 8081, (_, _) => PodAnswer.Text(200, "OK"));
    }

    public static PodAnswer Answer(string text) => new(200, "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8.GetBytes(text));

    private static PodAnswer Node(PodPlace place)
    {
        var pod = place.Cluster.Store.Find("pods", place.Namespace, place.Pod);
        var node = pod is null ? null : place.Cluster.Store.Find("nodes", string.Empty, pod.Body.Str("spec.nodeName"));
        var memory = Quantity.Value(node?.Body.At("status.capacity.memory"));
        var text = new StringBuilder();
        void Line(string name, string kind, FormattableString value) => text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind}\n").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line("node_uname_info", "gauge", $"node_uname_info{{nodename=\"{node?.Name}\",release=\"{node?.Body.Str("status.nodeInfo.kernelVersion")}\",sysname=\"Linux\"}} 1");
        Line("node_memory_MemTotal_bytes", "gauge", $"node_memory_MemTotal_bytes {memory}");
        Line("node_memory_MemAvailable_bytes", "gauge", $"node_memory_MemAvailable_bytes {decimal.Truncate(memory * 0.6m)}");
        Line("node_load1", "gauge", $"node_load1 0.42");
        Line("node_time_seconds", "gauge", $"node_time_seconds {place.Cluster.Context.Clock.Now.ToUnixTimeSeconds()}");
        return Answer(text.ToString());
    }

    private static PodAnswer State(PodPlace place)
    {
        var text = new StringBuilder("# HELP kube_pod_status_phase The pods current phase.\n# TYPE kube_pod_status_phase gauge\n");
        foreach (var pod in place.Cluster.Store.List("pods"))
        {
            foreach (var phase in new[] { "Pending", "Succeeded", "Failed", "Unknown", "Running" })
            {
                text.Append(CultureInfo.InvariantCulture, $"kube_pod_status_phase{{namespace=\"{pod.Namespace}\",pod=\"{pod.Name}\",uid=\"{pod.Uid}\",phase=\"{phase}\"}} {(pod.Body.Str("status.phase") == phase ? 1 : 0)}\n");
            }
        }

        text.Append("# HELP kube_node_status_condition The condition of a cluster node.\n# TYPE kube_node_status_condition gauge\n");
        foreach (var node in place.Cluster.Store.List("nodes"))
        {
            foreach (var condition in node.Body.Items("status.conditions"))
            {
                text.Append(CultureInfo.InvariantCulture, $"kube_node_status_condition{{node=\"{node.Name}\",condition=\"{condition.Str("type")}\",status=\"true\"}} {(condition.Str("status") == "True" ? 1 : 0)}\n");
            }
        }

        return Answer(text.ToString());
    }
}
