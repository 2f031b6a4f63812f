using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Order of hits, and where a page begins (<c>search_after</c>). By score, without anything else: by time of writing.</summary>
internal sealed class SearchSort
{
    private readonly List<(string Field, bool IsDescending)> keys = [];

    /// <summary>Reads an order; at a point in time it may get a tie-breaker behind it.</summary>
    public SearchSort(JsonNode? sort, bool hasPit, bool breaksTies = false)
    {
        foreach (var one in sort as JsonArray ?? (sort is null ? [] : [sort.DeepClone()]))
        {
            var (field, how) = one is JsonObject o ? (o.First().Key, o.First().Value) : (one!.ToString(), null);
            var order = how is JsonObject detail ? detail.Str("order") : how?.ToString() ?? string.Empty;
            if (field == "_id")
            {
                throw new SearchRefused("illegal_argument_exception", "Fielddata access on the _id field is disallowed, you can re-enable it by updating the dynamic cluster setting: indices.id_field_data.enabled", inShard: true);
            }

            if (field == "_shard_doc" && !hasPit)
            {
                throw new SearchRefused("action_request_validation_exception", "Validation Failed: 1: [_shard_doc] sort field cannot be used without [point in time];");
            }

            keys.Add((field, order == "desc" || (order.Length == 0 && field == "_score")));
        }

        if (breaksTies && !keys.Exists(k => k.Field is "_shard_doc" or "_doc"))
        {
            keys.Add(("_shard_doc", false));
        }
    }

    public bool IsGiven => keys.Count > 0;

    public List<ShippedLine> Apply(IEnumerable<ShippedLine> found, JsonArray? after)
    {
        if (after is not null && after.Count != keys.Count)
        {
            throw new SearchRefused("illegal_argument_exception", $"search_after has {after.Count} value(s) but sort has {keys.Count}.", inShard: true);
        }

        var list = found.ToList();
        if (after is not null)
        {
            list.RemoveAll(l => !IsAfter(l, after));
        }

        if (keys.Count > 0)
        {
            // Shards are merged in the order of their names.
            list.Sort((a, b) => Compare(a, b) is var c and not 0 ? c : string.CompareOrdinal(a.Index, b.Index) is var i and not 0 ? i : a.Doc.CompareTo(b.Doc));
        }

        return list;
    }

    public JsonArray Values(ShippedLine line) => JsonPaths.Array(keys.Select(k => Key(line, k.Field) switch { long number => (JsonNode?)number, string text => text, _ => null }));

    private int Compare(ShippedLine a, ShippedLine b)
    {
        foreach (var (field, descending) in keys)
        {
            var c = System.Collections.Comparer.DefaultInvariant.Compare(Key(a, field), Key(b, field));
            if (c != 0)
            {
                return descending ? -c : c;
            }
        }

        return 0;
    }

    private bool IsAfter(ShippedLine line, JsonArray after)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var own = Key(line, keys[i].Field);
            var c = own is long number ? number.CompareTo((long)after[i]!.AsValue().Number()) : string.CompareOrdinal(own as string, after[i]?.ToString());
            if (c != 0)
            {
                return keys[i].IsDescending ? c < 0 : c > 0;
            }
        }

        return false;
    }

    private static object? Key(ShippedLine line, string field) => field switch
    {
        "@timestamp" => line.Time.ToUnixTimeMilliseconds(),
        "_doc" or "_shard_doc" => (long)line.Doc,
        "_score" => 1L,
        _ => line.Value(field.EndsWith(".keyword", StringComparison.Ordinal) ? field[..^8] : field),
    };
}
