using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>Alertmanager's API v2. Errors have two shapes: a bare text from a handler, a code with a message from the check of the body.</summary>
internal sealed class AlertmanagerApi(AlertmanagerServer server, AlertmanagerConfig config, Func<IEnumerable<KeptAlert>> sent, DateTimeOffset now)
{
    private const string Silence = "/api/v2/silence/";

    /// <summary>Answers, or gives null for a path that is not of the API v2.</summary>
    public PodAnswer? Answer(PodQuestion question)
    {
        if (!question.Path.StartsWith("/api/v2/", StringComparison.Ordinal))
        {
            return null;
        }

        if (question.Method == "OPTIONS")
        {
            return new PodAnswer(200, string.Empty, []).With("Access-Control-Allow-Origin", "*").With("Access-Control-Allow-Methods", "POST");
        }

        try
        {
            return Route(question);
        }
        catch (AlertmanagerException e)
        {
            return e.Code is { } code
                ? Checked(e.Status, code, e.Message)
                : Line(e.Status, JsonValue.Create(e.Message));
        }
    }

    private static PodAnswer Checked(int status, int code, string message) => PromJson.Json(status, $"{{\"code\":{code},\"message\":{PromJson.Text(message)}}}");

    private static PodAnswer Line(int status, JsonNode body) => new(status, "application/json", [.. Output.Bytes(body), (byte)'\n']);

    private static PodAnswer Nothing(int status) => new(status, string.Empty, []);

    private PodAnswer Route(PodQuestion question)
    {
        var form = new FormValues(question with { Method = "GET" });
        if (question.Path.StartsWith(Silence, StringComparison.Ordinal))
        {
            return One(question.Method, question.Path[Silence.Length..]);
        }

        return (question.Method, question.Path["/api/v2/".Length..]) switch
        {
            ("GET", "alerts") => Line(200, JsonPaths.Array(AlertmanagerServer.Filtered(Judged(), form).Select(a => a.ToJson()))),
            ("POST", "alerts") => Post(question),
            ("GET", "alerts/groups") => Line(200, JsonPaths.Array(Groups(AlertmanagerServer.Filtered(Judged(), form)))),
            ("GET", "silences") => Line(200, JsonPaths.Array(Silences(form))),
            ("POST", "silences") => Line(200, new JsonObject { ["silenceID"] = server.Silences.Set(Body(question, "silence") as JsonObject ?? throw new AlertmanagerException(400, "parsing silence body from \"\" failed, because json: cannot unmarshal", 400), now) }),
            ("GET", "receivers") => Line(200, JsonPaths.Array(config.Receivers.Select(r => new JsonObject { ["name"] = r }))),
            (_, "alerts" or "silences" or "alerts/groups" or "receivers" or "status") => Checked(405, 405, $"method {question.Method} is not allowed, but [GET{(question.Path.EndsWith('s') && question.Path[8..] is "alerts" or "silences" ? ",POST" : string.Empty)}] are"),
            _ => Checked(404, 404, $"path {question.Path} was not found"),
        };
    }

    private IReadOnlyList<JudgedAlert> Judged() => server.Judged(sent(), config, now);

    private PodAnswer One(string method, string id)
    {
        if (!Guid.TryParseExact(id, "D", out _))
        {
            return Checked(422, 601, $"silenceID in path must be of type uuid: {LabelSet.Quote(id)}");
        }

        if (method == "DELETE")
        {
            server.Silences.Expire(id, now);
            return Nothing(200);
        }

        return server.Silences.Find(id) is { } silence ? Line(200, silence.ToJson(now)) : Nothing(404);
    }

    private IEnumerable<JsonObject> Silences(FormValues form)
    {
        var matchers = form.All("filter").Select(AlertmanagerServer.Filter).ToList();
        var found = server.Silences.All(now).Where(s => matchers.TrueForAll(m => Has(s, m))).ToList();
        return found.OrderBy(s => s.State(now) switch { "active" => 0, "pending" => 1, _ => 2 })
            .ThenBy(s => s.State(now) switch { "active" => s.EndsAt.Ticks, "pending" => s.StartsAt.Ticks, _ => -s.EndsAt.Ticks }).Select(s => s.ToJson(now));
    }

    // A filter looks at the values of the silence's own matchers.
    private static bool Has(Silence silence, LabelMatcher filter)
    {
        var own = silence.Matchers.Where(m => m.Name == filter.Name).ToList();
        return own.Count == 0 ? filter.Matches(string.Empty) : own.TrueForAll(m => filter.Matches(m.Value));
    }

    private static IEnumerable<JsonObject> Groups(IReadOnlyList<JudgedAlert> alerts) =>
        from alert in alerts
        from route in alert.Routes
        group alert by (route.Receiver, Labels: route.Group(alert.Alert.Labels)) into grouped
        orderby grouped.Key.Labels.ToString(), grouped.Key.Receiver
        select new JsonObject
        {
            ["alerts"] = JsonPaths.Array(grouped.Distinct().Select(a => a.ToJson())),
            ["labels"] = JsonPaths.MapOf(grouped.Key.Labels.Pairs),
            ["receiver"] = new JsonObject { ["name"] = grouped.Key.Receiver },
        };

    private PodAnswer Post(PodQuestion question)
    {
        server.Post(Body(question, "alerts") as JsonArray ?? throw new AlertmanagerException(400, "parsing alerts body from \"\" failed, because json: cannot unmarshal", 400), now);
        return Nothing(200);
    }

    private static JsonNode? Body(PodQuestion question, string what)
    {
        var type = question.Headers.GetValueOrDefault("Content-Type", string.Empty).Split(';')[0].Trim();
        if (type != "application/json")
        {
            throw new AlertmanagerException(415, $"unsupported media type {LabelSet.Quote(type)}, only [application/json] are allowed", 415);
        }

        try
        {
            return JsonNode.Parse(Encoding.UTF8.GetString(question.Body));
        }
        catch (JsonException)
        {
            throw new AlertmanagerException(400, $"parsing {what} body from \"\" failed, because unexpected EOF", 400);
        }
    }
}
