using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary>An alert that a rule fires.</summary>
internal sealed record FiringAlert(SortedDictionary<string, string> Labels, Dictionary<string, string> Annotations, DateTimeOffset FiredAt, string Expression, string Sender);

/// <summary>What the Prometheus beside an Alertmanager sends to it.</summary>
internal static class AlertRules
{
    /// <summary>Gives what fires in the cluster now: nothing without a Prometheus that is ready.</summary>
    public static IReadOnlyList<FiringAlert> Firing(KubeCluster cluster, string ns)
    {
        var prometheus = cluster.Store.List("pods", ns).FirstOrDefault(p => p.Labels.GetValueOrDefault("app.kubernetes.io/name") == "prometheus" && IsReady(p));
        if (prometheus is null)
        {
            return [];
        }

        var server = PrometheusServer.Of(new PodPlace(cluster, ns, prometheus.Name));
        var outside = server.Config.ExternalLabels.ToList();
        return [.. server.Rules.Alerts().Where(a => a.Alert.FiredAt is not null).Select(a => new FiringAlert(
            Labels(a.Alert.Labels, outside), a.Alert.Annotations, DateTimeOffset.FromUnixTimeMilliseconds(a.Alert.FiredAt!.Value), a.Rule.Query, prometheus.Name))];
    }

    private static SortedDictionary<string, string> Labels(LabelSet labels, List<KeyValuePair<string, string>> outside)
    {
        var all = new SortedDictionary<string, string>(labels.Pairs.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (name, value) in outside)
        {
            all.TryAdd(name, value);
        }

        return all;
    }

    private static bool IsReady(StoredObject pod) => pod.Body.Items("status.conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True");
}
