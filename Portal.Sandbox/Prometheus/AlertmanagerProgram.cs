using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus;

/// <summary>Alertmanager in a pod: what the cluster's Prometheus fires, read only. There are no silences; nothing is sent.</summary>
internal static partial class AlertmanagerProgram
{
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

    private static PodAnswer Answer(PodPlace place, PodQuestion question) => question.Path switch
    {
        "/-/ready" or "/-/healthy" => PodAnswer.Text(200, "OK"),
        "/metrics" => Exporters.Answer("alertmanager_build_info{version=\"0.33.1\"} 1\n"),
        "/api/v2/status" => PodAnswer.Json(200, new JsonObject
        {
            ["cluster"] = new JsonObject { ["status"] = "disabled", ["peers"] = new JsonArray() },
            ["versionInfo"] = new JsonObject { ["branch"] = "HEAD", ["buildDate"] = "20260801-00:00:00", ["buildUser"] = "sandbox", ["goVersion"] = "go1.25.0", ["revision"] = "unknown", ["version"] = "0.33.1" },
            ["config"] = new JsonObject { ["original"] = Configuration(place) },
            ["uptime"] = place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Body.Str("status.startTime"),
        }),
        "/api/v2/alerts" => Alerts(place, question),
        "/api/v2/alerts/groups" or "/api/v2/silences" => PodAnswer.Json(200, new JsonArray()),
        "/" => new PodAnswer(200, "text/html; charset=utf-8", "<html></html>\n"u8.ToArray()),
        _ => PodAnswer.Json(404, new JsonObject { ["code"] = 404, ["message"] = $"path {question.Path} was not found" }),
    };

    private static PodAnswer Alerts(PodPlace place, PodQuestion question)
    {
        var filter = question.Parameter("filter");
        var matcher = filter is null ? null : MatcherText().Match(filter);
        if (matcher is { Success: false })
        {
            return PodAnswer.Json(400, JsonValue.Create($"bad matcher format: {filter}")!);
        }

        var firing = question.Parameter("active") == "false" ? [] : AlertRules.Firing(place.Cluster, place.Namespace);
        var portal = Configuration(place).Contains("receiver: portal", StringComparison.Ordinal);
        return PodAnswer.Json(200, JsonPaths.Array(firing.Where(a => matcher is null || Matches(a, matcher)).Select(a => Listed(a, place.Cluster.Context.Clock.Now, portal)).OrderBy(a => a.Str("fingerprint"), StringComparer.Ordinal)));
    }

    private static bool Matches(FiringAlert alert, Match matcher)
    {
        var value = alert.Labels.GetValueOrDefault(matcher.Groups[1].Value, string.Empty);
        var wanted = matcher.Groups[3].Value;
        bool Full() => Regex.IsMatch(value, $"^(?:{wanted})$", RegexOptions.None, TimeSpan.FromSeconds(1));
        return matcher.Groups[2].Value switch { "=" => value == wanted, "!=" => value != wanted, "=~" => Full(), _ => !Full() };
    }

    private static JsonObject Listed(FiringAlert alert, DateTimeOffset now, bool portal) => new()
    {
        ["annotations"] = JsonPaths.MapOf(alert.Annotations),
        ["endsAt"] = Text(now.AddMinutes(4)),
        ["fingerprint"] = Fingerprint(alert.Labels),
        ["receivers"] = new JsonArray(new JsonObject { ["name"] = portal && alert.Labels["alertname"] != "Watchdog" ? "portal" : "nobody" }),
        ["startsAt"] = Text(alert.FiredAt),
        ["status"] = new JsonObject { ["inhibitedBy"] = new JsonArray(), ["silencedBy"] = new JsonArray(), ["state"] = "active" },
        ["updatedAt"] = Text(now),
        ["generatorURL"] = $"http://prometheus-0:9090/graph?g0.expr={Uri.EscapeDataString(alert.Expression)}&g0.tab=1",
        ["labels"] = JsonPaths.MapOf(alert.Labels),
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Configuration(PodPlace place)
    {
        var store = place.Cluster.Store;
        var maps = store.Find("pods", place.Namespace, place.Pod)?.Body.Items("spec.volumes").Select(v => v.Str("configMap.name")).Where(n => n.Length > 0) ?? [];
        return maps.Select(name => store.Find("configmaps", place.Namespace, name)?.Body.Obj("data")?["alertmanager.yml"].Text()).OfType<string>().FirstOrDefault() ?? "";
    }

    [GeneratedRegex("""^\s*(\w+)\s*(=~|!~|!=|=)\s*"?([^"]*)"?\s*$""")]
    private static partial Regex MatcherText();
}
