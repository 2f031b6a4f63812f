using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>As much of the query language as finding lines needs; anything else is refused as unknown.</summary>
internal sealed class ElasticsearchSearch(ElasticsearchIndices indices, IReadOnlyList<ShippedLine> lines)
{
    public PodAnswer Answer(PodQuestion question, string pattern, bool countOnly)
    {
        JsonObject body;
        try
        {
            body = question.Body.Length == 0 ? [] : JsonNode.Parse(question.Body) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return ElasticsearchAnswer.Error(400, "x_content_parse_exception", "Unexpected character: was expecting a JSON value");
        }

        var names = indices.Find(pattern).ToDictionary(i => i.Key, i => i.Value.Obj("mappings"), StringComparer.Ordinal);
        if (names.Count == 0 && !pattern.Contains('*', StringComparison.Ordinal) && question.Parameter("ignore_unavailable") != "true")
        {
            return ElasticsearchAnswer.NoIndex(pattern);
        }

        try
        {
            var found = lines.Where(l => names.TryGetValue(l.Index, out var mappings) && Matches(body.Obj("query"), l.Source, mappings)).OrderByDescending(l => l.Time).ToList();
            return PodAnswer.Json(200, countOnly ? Count(found.Count, names.Count) : Hits(body, found, names.Count));
        }
        catch (NotSupportedException e)
        {
            return ElasticsearchAnswer.Error(400, "parsing_exception", e.Message);
        }
    }

    private static JsonObject Shards(int count) => new() { ["total"] = count, ["successful"] = count, ["skipped"] = 0, ["failed"] = 0 };

    private static JsonObject Count(int count, int shards) => new() { ["count"] = count, ["_shards"] = Shards(shards) };

    private static JsonObject Hits(JsonObject body, List<ShippedLine> found, int shards)
    {
        var ascending = body.Items("sort").Any(s => s.Obj("@timestamp").Str("order") == "asc");
        var page = (ascending ? found.AsEnumerable().Reverse() : found).Skip(body.Int("from") ?? 0).Take(body.Int("size") ?? 10);
        return new JsonObject
        {
            ["took"] = 2,
            ["timed_out"] = false,
            ["_shards"] = Shards(shards),
            ["hits"] = new JsonObject
            {
                ["total"] = new JsonObject { ["value"] = Math.Min(found.Count, 10000), ["relation"] = found.Count > 10000 ? "gte" : "eq" },
                ["max_score"] = null,
                ["hits"] = JsonPaths.Array(page.Select(l => new JsonObject
                {
                    ["_index"] = l.Index,
                    ["_id"] = l.Id,
                    ["_score"] = null,
                    ["_source"] = l.Source.Clone(),
                    ["sort"] = new JsonArray(l.Time.ToUnixTimeMilliseconds()),
                })),
            },
        };
    }

    private static bool Matches(JsonObject? query, JsonObject source, JsonObject? mappings)
    {
        if (query is null || query.Count == 0)
        {
            return true;
        }

        var (kind, about) = (query.First().Key, query.First().Value);
        var (field, value) = about is JsonObject { Count: > 0 } o ? (o.First().Key, o.First().Value) : (string.Empty, null);
        switch (kind)
        {
            case "match_all":
                return true;
            case "bool":
                bool All(string clause) => (about![clause] is JsonArray list ? list.OfType<JsonObject>() : about[clause] is JsonObject one ? [one] : []).All(q => Matches(q, source, mappings));
                return All("filter") && All("must") && (about!["must_not"] as JsonArray ?? []).OfType<JsonObject>().All(q => !Matches(q, source, mappings));
            case "term":
                return Exact(field, [(value as JsonObject)?["value"]?.ToString() ?? value?.ToString() ?? string.Empty], source, mappings);
            case "terms":
                return Exact(field, [.. (value as JsonArray ?? []).Select(v => v?.ToString() ?? string.Empty)], source, mappings);
            case "match" or "match_phrase":
                return source.Str(field).Contains((value as JsonObject)?["query"]?.ToString() ?? value?.ToString() ?? string.Empty, StringComparison.OrdinalIgnoreCase);
            case "query_string" or "simple_query_string":
                return source.Str("log").Contains(about.Str("query").Trim('"', '*'), StringComparison.OrdinalIgnoreCase);
            case "range":
                return InRange(value as JsonObject, source.Str(field));
            default:
                throw new NotSupportedException($"unknown query [{kind}]");
        }
    }

    /// <summary>Exact words: on a text field only whole lower-case tokens match, on a keyword the value; <c>.keyword</c> exists where the mapping is dynamic.</summary>
    private static bool Exact(string field, string[] wanted, JsonObject source, JsonObject? mappings)
    {
        var sub = field.EndsWith(".keyword", StringComparison.Ordinal);
        var name = sub ? field[..^8] : field;
        var mapping = name.Split('.').Aggregate((JsonNode?)mappings, (at, part) => at.Obj("properties").Obj(part));
        var value = source.Str(name);
        return sub ? mapping.Obj("fields").Obj("keyword") is not null && wanted.Contains(value)
            : mapping.Str("type") == "text" ? Regex.Split(value.ToLowerInvariant(), "[^a-z0-9]+").Intersect(wanted).Any()
            : wanted.Contains(value);
    }

    private static bool InRange(JsonObject? range, string value)
    {
        if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var time))
        {
            return false;
        }

        DateTimeOffset? Bound(string name) => DateTimeOffset.TryParse(range.Str(name), CultureInfo.InvariantCulture, out var bound) ? bound : null;
        return !(time < Bound("gte") || time <= Bound("gt") || time > Bound("lte") || time >= Bound("lt"));
    }
}
