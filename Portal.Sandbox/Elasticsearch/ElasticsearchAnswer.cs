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

    /// <summary>What the shards refused: the reason is inside, and the outer one says nothing.</summary>
    public static PodAnswer Phase(int status, SearchRefused refused, string index)
    {
        JsonObject Cause()
        {
            var cause = new JsonObject { ["type"] = refused.Type, ["reason"] = refused.Message, ["index_uuid"] = "s4ndb0xInd3xUu1dAAAAAA", ["index"] = index };
            return cause;
        }

        var inner = Cause();
        if (refused.Cause is { } why)
        {
            inner["caused_by"] = new JsonObject { ["type"] = "parse_exception", ["reason"] = why };
        }

        return PodAnswer.Json(status, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["root_cause"] = new JsonArray(Cause()),
                ["type"] = "search_phase_execution_exception",
                ["reason"] = "all shards failed",
                ["phase"] = "query",
                ["grouped"] = true,
                ["failed_shards"] = new JsonArray(new JsonObject { ["shard"] = 0, ["index"] = index, ["node"] = "s4ndb0xN0de", ["reason"] = inner }),
            },
            ["status"] = status,
        });
    }

    public static PodAnswer Unauthorized(string reason) => Error(401, "security_exception", reason)
        .With("WWW-Authenticate", "Basic realm=\"security\", charset=\"UTF-8\"").With("WWW-Authenticate", "ApiKey");

    public static PodAnswer NoMaster() => Error(503, "master_not_discovered_exception", null);

    public static PodAnswer NoIndex(string index) => Error(404, "index_not_found_exception", $"no such index [{index}]");

    public static PodAnswer Acknowledged() => PodAnswer.Json(200, new JsonObject { ["acknowledged"] = true });

    /// <summary>Every answer says what it is; who asked with the vendor's media type gets it back.</summary>
    public static PodAnswer Finished(PodAnswer answer, string? vendor, SearchFlavour flavour)
    {
        var dressed = answer.ContentType == "application/json" && vendor is not null ? answer with { ContentType = vendor } : answer;
        return flavour.SaysProduct ? dressed.With("X-elastic-product", "Elasticsearch") : dressed;
    }
}
