using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.Alerting;
using Portal.Sandbox.Prometheus.PromQl;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The sandbox's Alertmanager answers as the recorded one did; only the ids it makes up itself are its own.</summary>
public sealed class AlertmanagerReplayTests
{
    private const string Configuration = """
        route:
          receiver: portal-webhook
          group_by: [alertname, zone]
          routes:
            - {receiver: 'null', matchers: ['alertname="Watchdog"']}
            - {receiver: portal-webhook, matchers: ['severity=~"critical|warning"']}
        inhibit_rules:
          - {source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: [alertname, zone]}
        receivers:
          - name: 'null'
          - name: portal-webhook
        """;

    [SkippableTheory]
    [InlineData("alerts-bad-bool-ignored-200")]
    [InlineData("alerts-bad-filter-400")]
    [InlineData("alerts-bad-receiver-400")]
    [InlineData("alerts-cors-preflight")]
    [InlineData("alerts-none")]
    [InlineData("alerts-post-bad-json-400")]
    [InlineData("alerts-post-bad-label-400")]
    [InlineData("alerts-post-bad-times-400")]
    [InlineData("alerts-post-missing-labels-422")]
    [InlineData("alerts-post-no-labels-400")]
    [InlineData("alerts-post-wrong-content-type-415")]
    [InlineData("alerts-post")]
    [InlineData("alerts-resolve-post")]
    [InlineData("receivers")]
    [InlineData("silence-create-bad-regex-400")]
    [InlineData("silence-create-empty-matcher-400")]
    [InlineData("silence-create-ends-before-start-400")]
    [InlineData("silence-create-future")]
    [InlineData("silence-create-in-past-400")]
    [InlineData("silence-create-missing-comment-422")]
    [InlineData("silence-create-no-matchers-422")]
    [InlineData("silence-create")]
    [InlineData("silence-delete-unknown-500")]
    [InlineData("silence-get-bad-uuid-422")]
    [InlineData("silence-get-unknown-404")]
    [InlineData("silence-update-unknown-id-404")]
    [InlineData("unknown-404")]
    public void Answer_ToARecordedRequest_IsTheRecordedOne(string name)
    {
        var (request, status, body, time) = Read(name);

        var answer = Api(new AlertmanagerServer(), time).Answer(request)!;

        Assert.Equal(status, answer.Status);
        Assert.Equal(Anonymous(body), Anonymous(Encoding.UTF8.GetString(answer.Body)));
    }

    [SkippableFact]
    public void Groups_OfRecordedAlerts_AreTheRecordedOnes()
    {
        var (request, _, body, time) = Read("alerts-groups");
        var alerts = Alerts(JsonNode.Parse(body)!.AsArray().SelectMany(g => g!["alerts"]!.AsArray()));

        var groups = JsonNode.Parse(Api(new AlertmanagerServer(), time, alerts).Answer(request)!.Body)!.AsArray();

        Assert.Equal(Sorted(JsonNode.Parse(body)!), Sorted(groups));
    }

    [SkippableFact]
    public void Silences_AsRecorded_SuppressAlertsAndEndOnlyOnce()
    {
        var (list, _, body, time) = Read("silences");
        var server = new AlertmanagerServer();
        foreach (var silence in JsonNode.Parse(body)!.AsArray())
        {
            server.Silences.Restore(new Silence((string)silence!["id"]!, [.. silence["matchers"]!.AsArray().Select(m => new LabelMatcher((string)m!["name"]!, ((bool)m["isEqual"]!, (bool)m["isRegex"]!) switch { (true, true) => "=~", (false, true) => "!~", (true, false) => "=", _ => "!=" }, (string)m["value"]!))], Time(silence["startsAt"]), Time(silence["endsAt"]), (string)silence["createdBy"]!, (string)silence["comment"]!, Time(silence["updatedAt"])));
        }

        var (silenced, _, wanted, later) = Read("alerts-silenced");
        var listed = JsonNode.Parse(Api(server, time).Answer(list)!.Body)!.AsArray();
        var judged = JsonNode.Parse(Api(server, later, Alerts(JsonNode.Parse(wanted)!.AsArray())).Answer(silenced)!.Body)!;

        Assert.Equal(Sorted(JsonNode.Parse(body)!), Sorted(listed));
        Assert.Equal(Sorted(JsonNode.Parse(wanted)!), Sorted(judged));
        foreach (var name in new[] { "silence-expire", "silence-expire-again" })
        {
            var (expire, status, _, at) = Read(name);
            Assert.Equal(status, Api(server, at).Answer(expire)!.Status);
        }
    }

    private static AlertmanagerApi Api(AlertmanagerServer server, DateTimeOffset now, IReadOnlyList<KeptAlert>? alerts = null) => new(server, AlertmanagerConfig.Read(Configuration), () => alerts ?? [], now);

    private static List<KeptAlert> Alerts(IEnumerable<JsonNode?> alerts) => [.. alerts.Select(a => new KeptAlert(
        LabelSet.Of(a!["labels"]!.AsObject().Select(l => KeyValuePair.Create(l.Key, (string)l.Value!))), a["annotations"]!.AsObject().ToDictionary(l => l.Key, l => (string)l.Value!), Time(a["startsAt"]), Time(a["endsAt"]), Time(a["updatedAt"]), (string)a["generatorURL"]!))];

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);

    private static string Sorted(JsonNode list) => string.Join('\n', list.AsArray().Select(i => i!.ToJsonString()).Order(StringComparer.Ordinal));

    private static string Anonymous(string body) => Regex.Replace(body, "\"silenceID\":\"[0-9a-f-]{36}\"", "\"silenceID\":\"…\"");

    private static (PodQuestion Request, int Status, string Body, DateTimeOffset Now) Read(string name)
    {
        Skip.If(RepositoryPaths.Shared is null, "The recordings are not beside the checkout.");
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Shared!, "recordings", "alertmanager", name + ".json")))!;
        var (request, response) = (json["request"]!, json["response"]!);
        var path = ((string)request["path"]!).Split('?', 2);
        var headers = request["headers"]!.AsObject().ToDictionary(h => h.Key, h => h.Value!.ToString(), StringComparer.OrdinalIgnoreCase);
        var body = request["body"] is JsonValue text ? (string)text! : request["body"]?.ToJsonString() ?? string.Empty;
        var answer = response["body"] is JsonValue given ? (string)given! : response["body"]?.ToJsonString() ?? string.Empty;
        return (new PodQuestion((string)request["method"]!, path[0], path.Length > 1 ? path[1] : string.Empty, headers, Encoding.UTF8.GetBytes(body)), (int)response["status"]!, answer, DateTimeOffset.Parse((string)response["headers"]!["Date"]!, CultureInfo.InvariantCulture));
    }
}
