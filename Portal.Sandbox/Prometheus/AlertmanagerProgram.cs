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

    /// <summary>Gives what an Alertmanager wrote lately.</summary>
    public static IReadOnlyList<(DateTimeOffset Time, string Text)> LogOf(PodPlace place) =>
        Known.TryGetValue(place.Cluster, out var servers) && servers.TryGetValue($"{place.Namespace}/{place.Pod}", out var server) ? server.Log.Lines : [];

    /// <summary>Has the Alertmanager of a pod tell whom it has to; gives false where it tells nobody.</summary>
    public static bool Notify(PodPlace place)
    {
        var (server, now) = (ServerOf(place), place.Cluster.Context.Clock.Now);
        var config = Loaded(place, server);
        if (config.Integrations.Count == 0)
        {
            return AlertmanagerConfig.Read(Configuration(place)).Integrations.Count > 0;
        }

        _ = Task.Run(() => server.Notifier.StepAsync(place, config, server.Judged(Sent(place, now), config, now), now));
        return true;
    }

    // What it keeps lies on its volume: a pod that is made anew knows the silences still.
    private static AlertmanagerServer ServerOf(PodPlace place) => Known.GetOrCreateValue(place.Cluster).GetOrAdd($"{place.Namespace}/{place.Pod}", _ => new AlertmanagerServer());

    // Read when the pod begins, and when it is told to.
    private static AlertmanagerConfig Loaded(PodPlace place, AlertmanagerServer server)
    {
        var pod = place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Uid ?? string.Empty;
        if (server.Loaded is not { } loaded || loaded.Pod != pod)
        {
            server.Loaded = loaded = (pod, AlertmanagerConfig.Read(Configuration(place)));
        }

        return loaded.Config;
    }

    private static PodAnswer Answer(PodPlace place, PodQuestion question)
    {
        var server = ServerOf(place);
        var (config, now) = (Loaded(place, server), place.Cluster.Context.Clock.Now);
        switch (question.Path)
        {
            case "/-/ready" or "/-/healthy":
                return PodAnswer.Text(200, "OK");
            case "/metrics":
                return Exporters.Answer("alertmanager_build_info{version=\"0.33.1\"} 1\n" + server.Notifier.Metrics(config, CountsReceivers(place)));
            case "/-/reload":
                return question.Method == "POST" ? Reload(place, server, now) : PodAnswer.Text(405, "Method Not Allowed\n");
            case "/":
                return new PodAnswer(200, "text/html; charset=utf-8", "<html></html>\n"u8.ToArray());
        }

        return question is { Method: "GET", Path: "/api/v2/status" }
            ? PodAnswer.Json(200, Status(place, config.Text))
            : new AlertmanagerApi(server, config, () => Sent(place, now), now).Answer(question) ?? PodAnswer.Text(404, "404 page not found\n");
    }

    private static bool CountsReceivers(PodPlace place) =>
        place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Body.Items("spec.containers").SelectMany(c => c.Strings("args")).Any(a => a.StartsWith("--enable-feature=", StringComparison.Ordinal) && a.Contains("receiver-name-in-metrics", StringComparison.Ordinal)) == true;

    private static PodAnswer Reload(PodPlace place, AlertmanagerServer server, DateTimeOffset now)
    {
        var text = Configuration(place);
        if (AlertmanagerConfig.Refusal(text) is { } why)
        {
            server.Log.Write(now, "ERROR", $"msg=\"Loading configuration file failed\" component=configuration file=/etc/alertmanager/config/alertmanager.yml err={LabelSet.Quote(why)}");
            return PodAnswer.Text(500, $"failed to reload config: {why}\n");
        }

        server.Loaded = (server.Loaded?.Pod ?? string.Empty, AlertmanagerConfig.Read(text));
        return new PodAnswer(200, string.Empty, []);
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
        const string Flag = "--config.file=";
        if (place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is not { } pod || PodInside.Container(pod, "alertmanager") is not { } container)
        {
            return string.Empty;
        }

        var path = container.Strings("args").FirstOrDefault(a => a.StartsWith(Flag, StringComparison.Ordinal))?[Flag.Length..] ?? "/etc/alertmanager/alertmanager.yml";
        return PodInside.File(place.Cluster, pod, container, path) ?? string.Empty;
    }

    [GeneratedRegex(@"(?m)^(\s*(?:credentials|password|bearer_token|api_key|api_url|service_key|routing_key):\s*)\S.*$")]
    private static partial Regex Secret();
}
