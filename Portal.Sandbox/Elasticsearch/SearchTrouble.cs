using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>What goes wrong with searches, by the control API's switches: <c>search_rejects</c>, <c>search_shards_fail</c>, <c>search_times_out</c>.</summary>
internal sealed record SearchTrouble(bool ShardsFail, bool TimesOut)
{
    public static SearchTrouble None { get; } = new(false, false);

    /// <summary>Gives what makes searches partial now.</summary>
    public static SearchTrouble Partial(SandboxContext context) => new(context.IsOn("search_shards_fail"), context.IsOn("search_times_out"));

    /// <summary>Refuses a search where the queue is full.</summary>
    public static PodAnswer? Of(SandboxContext context, string[] path) => !context.IsOn("search_rejects") || path[^1] == "_field_caps" ? null
        : ElasticsearchAnswer.Phase(429, new SearchRefused("es_rejected_execution_exception", "rejected execution of TimedRunnable on EsThreadPoolExecutor[name = search, queue capacity = 1000]", inShard: true), path.Length > 1 ? path[0] : "_all");

    /// <summary>Says whether a line lies in a shard that answers: each index has two, and the second one is ill.</summary>
    public bool Reaches(ShippedLine line) => !ShardsFail || line.Doc % 2 == 0;

    /// <summary>Gives the count of shards that answered.</summary>
    public JsonObject Shards(IReadOnlyCollection<string> indices)
    {
        var shards = new JsonObject { ["total"] = indices.Count * (ShardsFail ? 2 : 1), ["successful"] = indices.Count, ["skipped"] = 0, ["failed"] = ShardsFail ? indices.Count : 0 };
        if (ShardsFail && indices.Count > 0)
        {
            shards["failures"] = JsonPaths.Array(indices.Select(i => (JsonNode)new JsonObject
            {
                ["shard"] = 1,
                ["index"] = i,
                ["node"] = "s4ndb0xN0de",
                ["reason"] = new JsonObject { ["type"] = "circuit_breaking_exception", ["reason"] = "[parent] Data too large, data for [<reduce_aggs>] would be larger than the limit" },
            }));
        }

        return shards;
    }
}
