using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;
using Portal.Sandbox.Prometheus.Series;

namespace Portal.Sandbox.Prometheus;

/// <summary>What Prometheus says of itself and of what it scrapes.</summary>
internal static class StatusApi
{
    public static JsonNode Build() => new JsonObject
    {
        ["version"] = PrometheusProgram.Version,
        ["revision"] = "unknown",
        ["branch"] = "HEAD",
        ["buildUser"] = "sandbox",
        ["buildDate"] = "20260801-00:00:00",
        ["goVersion"] = "go1.25.0",
    };

    public static JsonNode Targets(PrometheusServer server, FormValues form)
    {
        var state = form["state"];
        var pool = form["scrapePool"];
        var found = state == "dropped" ? [] : server.Scraped().Where(t => pool.Length == 0 || t.Job == pool);
        return new JsonObject { ["activeTargets"] = new JsonArray([.. found.Select(t => (JsonNode)t.ToJson())]), ["droppedTargets"] = new JsonArray() };
    }

    public static JsonNode Metadata(PrometheusServer server, FormValues form)
    {
        var (metric, limit) = (form["metric"], Limit(form));
        var known = ServerSeries.Described(server.Targets()).Select(d => d.Metric).Where(m => metric.Length == 0 || m.Name == metric).GroupBy(m => m.Name).OrderBy(g => g.Key, StringComparer.Ordinal).Take(limit);
        return new JsonObject(known.Select(g => KeyValuePair.Create(g.Key, (JsonNode?)new JsonArray([.. g.Select(m => (m.Kind, m.Help)).Distinct().Select(m => (JsonNode)Described(m.Kind, m.Help))]))));
    }

    public static JsonNode TargetMetadata(PrometheusServer server, FormValues form)
    {
        var (metric, limit, match) = (form["metric"], Limit(form), form["match_target"]);
        var matchers = match.Length == 0 ? [] : Parser.Parse(match) is SelectorExpression selector ? selector.Matchers : throw new PromException("bad_data", "invalid match_target");
        var known = ServerSeries.Described(server.Targets()).Where(d => d.Target.Up.Count > 0 && matchers.All(m => m.Matches(d.Target.Labels)) && (metric.Length == 0 || d.Metric.Name == metric)).Take(limit);
        return new JsonArray([.. known.Select(d =>
        {
            var json = new JsonObject { ["target"] = JsonPaths.MapOf(d.Target.Labels.Pairs) };
            if (metric.Length == 0)
            {
                json["metric"] = d.Metric.Name;
            }

            foreach (var (name, value) in Described(d.Metric.Kind, d.Metric.Help).ToList())
            {
                json[name] = value?.DeepClone();
            }

            return (JsonNode)json;
        })]);
    }

    public static JsonNode Alertmanagers(PrometheusServer server)
    {
        var found = server.Config.Main.Items("alerting.alertmanagers").Any()
            ? server.Place.Cluster.Store.List("pods", server.Place.Namespace).Where(p => p.Labels.GetValueOrDefault("app.kubernetes.io/name") == "alertmanager" && p.Body.Str("status.podIP").Length > 0)
            : [];
        return new JsonObject { ["activeAlertmanagers"] = JsonPaths.Array(found.Select(p => new JsonObject { ["url"] = $"http://{p.Body.Str("status.podIP")}:9093/api/v2/alerts" })), ["droppedAlertmanagers"] = new JsonArray() };
    }

    public static JsonNode Runtime(PrometheusServer server)
    {
        _ = server.Rules.Groups();
        return new JsonObject
        {
            ["startTime"] = server.Place.Cluster.Store.Find("pods", server.Place.Namespace, server.Place.Pod)?.Body.Str("status.startTime"),
            ["CWD"] = "/prometheus",
            ["hostname"] = server.Place.Pod,
            ["serverTime"] = Time(server.Now),
            ["reloadConfigSuccess"] = server.Rules.Trouble.Length == 0,
            ["lastConfigTime"] = KubeTime.Text(server.Rules.Taken),
            ["corruptionCount"] = 0,
            ["goroutineCount"] = 64,
            ["GOMAXPROCS"] = 2,
            ["GOMEMLIMIT"] = 9223372036854775807,
            ["GOGC"] = "75",
            ["GODEBUG"] = string.Empty,
            ["storageRetention"] = "15d",
        };
    }

    public static JsonNode Flags(PrometheusServer server)
    {
        var flags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["config.file"] = "/etc/prometheus/prometheus.yml",
            ["query.lookback-delta"] = "5m",
            ["query.max-concurrency"] = "20",
            ["query.max-samples"] = "50000000",
            ["query.timeout"] = "2m",
            ["storage.tsdb.retention.time"] = "15d",
            ["web.enable-lifecycle"] = "false",
        };
        foreach (var pair in server.Arguments().Where(a => a.StartsWith("--", StringComparison.Ordinal)).Select(a => a[2..].Split('=', 2)))
        {
            flags[pair[0]] = pair.Length > 1 ? pair[1] : "true";
        }

        return JsonPaths.MapOf(flags);
    }

    public static JsonNode Tsdb(PrometheusServer server)
    {
        var now = server.Now.ToUnixTimeMilliseconds();
        var labels = server.Catalog().Labels([], now - 300_000, now).ToList();
        JsonArray Most(IEnumerable<string> values) => JsonPaths.Array(values.GroupBy(v => v).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(10).Select(g => new JsonObject { ["name"] = g.Key, ["value"] = g.Count() }));
        return new JsonObject
        {
            ["headStats"] = new JsonObject { ["numSeries"] = labels.Count, ["numLabelPairs"] = labels.SelectMany(l => l.Pairs).Distinct().Count(), ["chunkCount"] = labels.Count * 2, ["minTime"] = now - 7_200_000, ["maxTime"] = now },
            ["seriesCountByMetricName"] = Most(labels.Select(l => l[LabelSet.Metric])),
            ["labelValueCountByLabelName"] = Most(labels.SelectMany(l => l.Pairs).Distinct().Select(p => p.Key)),
            ["memoryInBytesByLabelName"] = new JsonArray(),
            ["seriesCountByLabelValuePair"] = Most(labels.SelectMany(l => l.Pairs).Select(p => $"{p.Key}={p.Value}")),
        };
    }

    /// <summary>Writes a time as Prometheus does, to the nanosecond.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private static JsonObject Described(string kind, string help) => new() { ["type"] = kind, ["help"] = help, ["unit"] = string.Empty };

    private static int Limit(FormValues form) => form["limit"].Length == 0 ? int.MaxValue
        : int.TryParse(form["limit"], CultureInfo.InvariantCulture, out var limit) && limit >= 0 ? limit : throw new PromException("bad_data", "limit must be a number");
}
