using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;

namespace Portal.Sandbox.Prometheus;

/// <summary>Prometheus in a pod: health, build, targets, and <c>up</c>.</summary>
internal static class PrometheusProgram
{
    public static PodAnswer Answer(PodPlace place, PodQuestion question) => question.Path switch
    {
        "/-/healthy" => PodAnswer.Text(200, "Prometheus Server is Healthy.\n"),
        "/-/ready" => PodAnswer.Text(200, "Prometheus Server is Ready.\n"),
        "/api/v1/status/buildinfo" => Success(new JsonObject
        {
            ["version"] = "3.13.2",
            ["revision"] = "unknown",
            ["branch"] = "HEAD",
            ["buildUser"] = "sandbox",
            ["buildDate"] = "20260801-00:00:00",
            ["goVersion"] = "go1.25.0",
        }),
        "/api/v1/targets" => Targets(place),
        "/api/v1/query" => Query(place, question),
        "/metrics" => Exporters.Answer("prometheus_build_info{version=\"3.13.2\"} 1\n"),
        "/" => new PodAnswer(302, "text/html; charset=utf-8", "<a href=\"/query\">Found</a>.\n\n"u8.ToArray()),
        _ => PodAnswer.Text(404, "404 page not found\n"),
    };

    private static PodAnswer Success(JsonNode data) => PodAnswer.Json(200, new JsonObject { ["status"] = "success", ["data"] = data });

    private static PodAnswer Failure(string message) => PodAnswer.Json(400, new JsonObject { ["status"] = "error", ["errorType"] = "bad_data", ["error"] = message });

    private static PodAnswer Targets(PodPlace place) => Success(new JsonObject
    {
        ["activeTargets"] = new JsonArray([.. ScrapeTarget.All(place).Select(t => (JsonNode)t.ToJson())]),
        ["droppedTargets"] = new JsonArray(),
    });

    private static PodAnswer Query(PodPlace place, PodQuestion question)
    {
        var query = question.Parameter("query")?.Trim();
        if (string.IsNullOrEmpty(query))
        {
            return Failure("invalid parameter \"query\": unknown position: parse error: no expression found in input");
        }

        var time = Time(place, question.Parameter("time"));
        var result = new JsonArray();
        if (Matcher.Parse(query) is { Name: "up" } matcher)
        {
            foreach (var target in ScrapeTarget.All(place).Where(t => matcher.Matches(t.Labels)))
            {
                var metric = new JsonObject { ["__name__"] = "up" };
                foreach (var (name, value) in target.Labels)
                {
                    metric[name] = value;
                }

                result.Add(new JsonObject { ["metric"] = metric, ["value"] = new JsonArray(time, target.IsUp ? "1" : "0") });
            }
        }

        return Success(new JsonObject { ["resultType"] = "vector", ["result"] = result });
    }

    private static double Time(PodPlace place, string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time.ToUnixTimeMilliseconds() / 1000.0
        : place.Cluster.Context.Clock.Now.ToUnixTimeMilliseconds() / 1000.0;
}
