using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.PromQl;
using Portal.Sandbox.Prometheus.Rules;

namespace Portal.Sandbox.Prometheus;

/// <summary>Prometheus in a pod: the HTTP API over what the cluster really is and was.</summary>
internal static class PrometheusProgram
{
    /// <summary>Gets the version that it says it has.</summary>
    public const string Version = "3.13.2";

    public static PodAnswer Answer(PodPlace place, PodQuestion question)
    {
        var server = PrometheusServer.Of(place);
        if (question.Path == "/-/healthy")
        {
            return PodAnswer.Text(200, "Prometheus Server is Healthy.\n");
        }

        // It listens at once, but answers only when it has read what it wrote before.
        if (server.IsStarting() && question.Path is "/-/ready" or "/-/reload" or "/federate" || (question.Path.StartsWith("/api/", StringComparison.Ordinal) && server.IsStarting()))
        {
            return PodAnswer.Text(503, "Service Unavailable").With("X-Content-Type-Options", "nosniff");
        }

        return question.Path switch
        {
            "/-/ready" => PodAnswer.Text(200, "Prometheus Server is Ready.\n"),
            "/-/reload" or "/-/quit" => Life(server, question),
            "/metrics" => Exporters.Answer($"prometheus_build_info{{version=\"{Version}\"}} 1\nprometheus_config_last_reload_successful {(Reloaded(server).Length == 0 ? 1 : 0)}\n"),
            "/federate" => Federation.Answer(server, new FormValues(question)),
            "/" => new PodAnswer(302, "text/html; charset=utf-8", "<a href=\"/query\">Found</a>.\n\n"u8.ToArray()).With("Location", "/query"),
            "/graph" => new PodAnswer(302, "text/html; charset=utf-8", []).With("Location", "/query?" + question.Query),
            "/query" => QueryPage.Answer(place.Pod, question),
            _ => Api(server, question),
        };
    }

    private static string Reloaded(PrometheusServer server)
    {
        _ = server.Rules.Groups();
        return server.Rules.Trouble;
    }

    private static PodAnswer Life(PrometheusServer server, PodQuestion question)
    {
        if (question.Method is not ("POST" or "PUT"))
        {
            return PodAnswer.Text(405, "Only POST or PUT requests allowed").With("Allow", "POST, PUT");
        }

        if (!server.Arguments().Any(a => a.StartsWith("--web.enable-lifecycle", StringComparison.Ordinal)))
        {
            return PodAnswer.Text(403, "Lifecycle API is not enabled.");
        }

        return Reloaded(server) is { Length: > 0 } trouble
            ? PodAnswer.Text(500, $"failed to reload config: one or more errors occurred while applying the new configuration (--config.file=\"/etc/prometheus/prometheus.yml\"): {trouble}\n")
            : new PodAnswer(200, string.Empty, []);
    }

    private static PodAnswer Api(PrometheusServer server, PodQuestion question)
    {
        if (!question.Path.StartsWith("/api/v1/", StringComparison.Ordinal))
        {
            return Unknown();
        }

        if (new QueryApi(server.Catalog(), server.Now, EngineOptions.Default).Answer(question) is { } answer)
        {
            return answer;
        }

        var handler = Handler(server, question.Path["/api/v1/".Length..]);
        if (handler is null)
        {
            return Unknown();
        }

        if (question.Method != "GET")
        {
            return QueryApi.Refused(question, "GET, OPTIONS");
        }

        try
        {
            return QueryApi.Dressed(question, PodAnswer.Json(200, new JsonObject { ["status"] = "success", ["data"] = handler(new FormValues(question)) }));
        }
        catch (PromException e)
        {
            return QueryApi.Dressed(question, PromJson.Failure(e));
        }
    }

    private static Func<FormValues, JsonNode>? Handler(PrometheusServer server, string path) => path switch
    {
        "targets" => form => StatusApi.Targets(server, form),
        "targets/metadata" => form => StatusApi.TargetMetadata(server, form),
        "metadata" => form => StatusApi.Metadata(server, form),
        "rules" => form => RulesApi.Groups(server, form),
        "alerts" => _ => RulesApi.Alerts(server),
        "alertmanagers" => _ => StatusApi.Alertmanagers(server),
        "status/buildinfo" => _ => StatusApi.Build(),
        "status/runtimeinfo" => _ => StatusApi.Runtime(server),
        "status/config" => _ => new JsonObject { ["yaml"] = server.Config.Text },
        "status/flags" => _ => StatusApi.Flags(server),
        "status/tsdb" => _ => StatusApi.Tsdb(server),
        _ => null,
    };

    private static PodAnswer Unknown() => PodAnswer.Text(404, "404 page not found\n").With("X-Content-Type-Options", "nosniff");
}
