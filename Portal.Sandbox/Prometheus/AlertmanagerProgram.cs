using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.Alerting;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary>Alertmanager in a pod: what the cluster's Prometheus fires and what is posted, silences, inhibition and groups by its configuration.</summary>
internal static partial class AlertmanagerProgram
{
    private static readonly ConditionalWeakTable<KubeCluster, ConcurrentDictionary<string, AlertmanagerServer>> Known = [];

    /// <summary>Tells the pods what can run in them.</summary>
    public static void Register(IPodPrograms programs) => programs.Add("alertmanager", 9093, Answer);

    /// <summary>Gives a set of labels its name, as Alertmanager does: FNV-1a of names and values.</summary>
    public static string Fingerprint(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var sum = 14695981039346656037UL;
        foreach (var octet in labels.OrderBy(l => l.Key, StringComparer.Ordinal).SelectMany(l => (byte[])[.. Encoding.UTF8.GetBytes(l.Key), 255, .. Encoding.UTF8.GetBytes(l.Value), 255]))
        {
            sum = unchecked((sum ^ octet) * 1099511628211UL);
        }

        return sum.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Gives the configuration's text without its secrets.</summary>
    public static string Masked(string text) => Secret().Replace(text, "$1<secret>");

    private static PodAnswer Answer(PodPlace place, PodQuestion question)
    {
        switch (question.Path)
        {
            case "/-/ready" or "/-/healthy":
                return PodAnswer.Text(200, "OK");
            case "/metrics":
                return Exporters.Answer("alertmanager_build_info{version=\"0.33.1\"} 1\n");
            case "/-/reload":
                return question.Method == "POST" ? new PodAnswer(200, string.Empty, []) : PodAnswer.Text(405, "Method Not Allowed\n");
            case "/":
                return new PodAnswer(200, "text/html; charset=utf-8", "<html></html>\n"u8.ToArray());
        }

        var (text, now) = (Configuration(place), place.Cluster.Context.Clock.Now);
        if (question is { Method: "GET", Path: "/api/v2/status" })
        {
            return PodAnswer.Json(200, Status(place, text));
        }

        // What it keeps lies on its volume: a pod that is made anew knows the silences still.
        var server = Known.GetOrCreateValue(place.Cluster).GetOrAdd($"{place.Namespace}/{place.Pod}", _ => new AlertmanagerServer());
        return new AlertmanagerApi(server, AlertmanagerConfig.Read(text), () => Sent(place, now), now).Answer(question) ?? PodAnswer.Text(404, "404 page not found\n");
    }

    private static JsonObject Status(PodPlace place, string text) => new()
    {
        ["cluster"] = new JsonObject { ["status"] = "disabled", ["peers"] = new JsonArray() },
        ["versionInfo"] = new JsonObject { ["branch"] = "HEAD", ["buildDate"] = "20260801-00:00:00", ["buildUser"] = "sandbox", ["goVersion"] = "go1.25.0", ["revision"] = "unknown", ["version"] = "0.33.1" },
        ["config"] = new JsonObject { ["original"] = Masked(text) },
        ["uptime"] = place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Body.Str("status.startTime"),
    };

    private static IEnumerable<KeptAlert> Sent(PodPlace place, DateTimeOffset now) => AlertRules.Firing(place.Cluster, place.Namespace).Select(a => new KeptAlert(
        LabelSet.Of(a.Labels), a.Annotations, a.FiredAt, now.AddMinutes(4), now, $"http://{a.Sender}:9090/graph?g0.expr={Uri.EscapeDataString(a.Expression).Replace("%20", "+", StringComparison.Ordinal)}&g0.tab=1"));

    private static string Configuration(PodPlace place)
    {
        var store = place.Cluster.Store;
        var volumes = store.Find("pods", place.Namespace, place.Pod)?.Body.Items("spec.volumes").ToList() ?? [];
        var maps = volumes.Select(v => store.Find("configmaps", place.Namespace, v.Str("configMap.name"))?.Body.Obj("data")?["alertmanager.yml"].Text()).OfType<string>();
        var secrets = volumes.Select(v => store.Find("secrets", place.Namespace, v.Str("secret.secretName"))?.Body.Obj("data")?["alertmanager.yml"].Text()).OfType<string>().Select(s => Encoding.UTF8.GetString(Convert.FromBase64String(s)));
        return maps.Concat(secrets).FirstOrDefault() ?? string.Empty;
    }

    [GeneratedRegex(@"(?m)^(\s*(?:credentials|password|bearer_token|api_key|api_url|service_key|routing_key):\s*)\S.*$")]
    private static partial Regex Secret();
}
