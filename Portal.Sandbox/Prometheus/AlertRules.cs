using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus;

/// <summary>An alert that a rule fires.</summary>
internal sealed record FiringAlert(SortedDictionary<string, string> Labels, Dictionary<string, string> Annotations, DateTimeOffset FiredAt, string Expression);

/// <summary>
/// The rules of a cluster's Prometheus, as its ConfigMaps have them, judged by what the cluster really has: the ones that always fire,
/// and those about nodes and pods whose words are known here. All others never fire.
/// </summary>
internal static partial class AlertRules
{
    /// <summary>Gives what fires in the cluster now: nothing without a Prometheus that is ready.</summary>
    public static IReadOnlyList<FiringAlert> Firing(KubePlace place)
    {
        var prometheus = place.Store.List("pods", place.Namespace).FirstOrDefault(p => p.Labels.GetValueOrDefault("app.kubernetes.io/name") == "prometheus" && IsReady(p));
        if (prometheus is null)
        {
            return [];
        }

        var files = prometheus.Body.Items("spec.volumes").Select(v => v.Str("configMap.name")).Where(n => n.Length > 0)
            .SelectMany(name => place.Store.Find("configmaps", place.Namespace, name)?.Body.Map("data") ?? new Dictionary<string, string>()).ToList();
        var outside = files.Where(f => f.Key == "prometheus.yml").Select(f => Yaml.Parse(f.Value)).SelectMany(c => c.Map("global.external_labels")).ToList();
        var begun = KubeTime.Parse(prometheus.Body.At("status.startTime")) ?? place.Now;
        return [.. files.Where(f => f.Key != "prometheus.yml").SelectMany(f => Yaml.Parse(f.Value).Items("groups")).SelectMany(g => g.Items("rules")).SelectMany(r => Fired(place, r, outside, begun))];
    }

    private static IEnumerable<FiringAlert> Fired(KubePlace place, JsonObject rule, IReadOnlyList<KeyValuePair<string, string>> outside, DateTimeOffset begun)
    {
        foreach (var (series, since) in Active(place, rule.Str("expr"), begun))
        {
            var fires = since + place.Paced(Duration(rule.Str("for")));
            if (fires > place.Now)
            {
                continue;
            }

            var labels = new SortedDictionary<string, string>(series, StringComparer.Ordinal) { ["alertname"] = rule.Str("alert") };
            foreach (var (name, value) in outside.Where(o => !series.ContainsKey(o.Key)).Concat(rule.Map("labels")))
            {
                labels[name] = value;
            }

            var annotations = rule.Map("annotations").ToDictionary(a => a.Key, a => Label().Replace(a.Value, m => series.GetValueOrDefault(m.Groups[1].Value, string.Empty)), StringComparer.Ordinal);
            yield return new FiringAlert(labels, annotations, fires, rule.Str("expr"));
        }
    }

    private static IEnumerable<(Dictionary<string, string> Series, DateTimeOffset Since)> Active(KubePlace place, string expression, DateTimeOffset begun) => expression switch
    {
        "vector(1)" => [([], begun)],
        _ when expression.StartsWith("kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0", StringComparison.Ordinal) => Nodes(place),
        _ when expression.Contains("waiting_reason{reason=\"CrashLoopBackOff\"}", StringComparison.Ordinal) => Crashing(place),
        _ when expression.Contains("kube_pod_status_phase{phase=~\"Pending|Unknown\"}", StringComparison.Ordinal) => Pending(place),
        _ => [],
    };

    private static IEnumerable<(Dictionary<string, string> Series, DateTimeOffset Since)> Nodes(KubePlace place) =>
        from node in place.Store.List("nodes")
        from condition in node.Body.Items("status.conditions")
        where condition.Str("type") == "Ready" && condition.Str("status") != "True"
        select (Series(("condition", "Ready"), ("job", "kube-state-metrics"), ("node", node.Name), ("status", "true")), KubeTime.Parse(condition["lastTransitionTime"]) ?? place.Now);

    // A pod here crashes from its first start on.
    private static IEnumerable<(Dictionary<string, string> Series, DateTimeOffset Since)> Crashing(KubePlace place) =>
        from pod in place.Store.List("pods")
        from container in pod.Body.Items("status.containerStatuses")
        where container.Str("state.waiting.reason") == "CrashLoopBackOff"
        select (Series(("container", container.Str("name")), ("job", "kube-state-metrics"), ("namespace", pod.Namespace), ("pod", pod.Name), ("reason", "CrashLoopBackOff"), ("uid", pod.Uid)), KubeTime.Parse(pod.Body.At("status.startTime")) ?? place.Now);

    private static IEnumerable<(Dictionary<string, string> Series, DateTimeOffset Since)> Pending(KubePlace place) =>
        from pod in place.Store.List("pods")
        where pod.Body.Str("status.phase") is "Pending" or "Unknown" && pod.Body.Items("metadata.ownerReferences").All(o => o.Str("kind") != "Job")
        select (Series(("namespace", pod.Namespace), ("pod", pod.Name)), KubeTime.Parse(pod.Body.At("metadata.creationTimestamp")) ?? place.Now);

    private static Dictionary<string, string> Series(params (string Name, string Value)[] labels) => labels.ToDictionary(l => l.Name, l => l.Value, StringComparer.Ordinal);

    private static bool IsReady(StoredObject pod) => pod.Body.Items("status.conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True");

    private static TimeSpan Duration(string text) => text is [.. var number, var unit] && int.TryParse(number, CultureInfo.InvariantCulture, out var count)
        ? count * (unit switch { 's' => TimeSpan.FromSeconds(1), 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) })
        : TimeSpan.Zero;

    [GeneratedRegex(@"\{\{\s*\$labels\.(\w+)\s*\}\}")]
    private static partial Regex Label();
}

/// <summary>What rules are judged by.</summary>
internal sealed record KubePlace(ObjectStore Store, string Namespace, DateTimeOffset Now, Func<TimeSpan, TimeSpan> Paced)
{
    /// <summary>Gives it for a program's place.</summary>
    public static KubePlace Of(PodPlace place) => new(place.Cluster.Store, place.Namespace, place.Cluster.Context.Clock.Now, place.Cluster.Context.Paced);
}
