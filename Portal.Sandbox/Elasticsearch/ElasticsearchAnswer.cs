using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Answers and errors as Elasticsearch writes them.</summary>
internal static class ElasticsearchAnswer
{
    public static PodAnswer Error(int status, string type, string? reason)
    {
        JsonObject Cause() => new() { ["type"] = type, ["reason"] = reason };
        var error = Cause();
        error["root_cause"] = new JsonArray(Cause());
        return PodAnswer.Json(status, new JsonObject { ["error"] = error, ["status"] = status });
    }

    public static PodAnswer Unauthorized(string reason) => Error(401, "security_exception", reason)
        .With("WWW-Authenticate", "Basic realm=\"security\", charset=\"UTF-8\"").With("WWW-Authenticate", "ApiKey");

    public static PodAnswer NoMaster() => Error(503, "master_not_discovered_exception", null);

    public static PodAnswer NoIndex(string index) => Error(404, "index_not_found_exception", $"no such index [{index}]");

    public static PodAnswer Acknowledged() => PodAnswer.Json(200, new JsonObject { ["acknowledged"] = true });

    /// <summary>Every answer says what it is; who asked with the vendor's media type gets it back.</summary>
    public static PodAnswer Finished(PodAnswer answer, PodQuestion question)
    {
        var vendor = question.Headers.GetValueOrDefault("Accept")?.Contains("vnd.elasticsearch+json", StringComparison.Ordinal) == true;
        return (answer.ContentType == "application/json" && vendor ? answer with { ContentType = "application/vnd.elasticsearch+json;compatible-with=8" } : answer).With("X-elastic-product", "Elasticsearch");
    }
}
