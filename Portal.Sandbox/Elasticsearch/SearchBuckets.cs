using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Aggregations: <c>date_histogram</c>, <c>terms</c>, <c>filters</c>, <c>filter</c>, <c>value_count</c>, and what is in them.</summary>
internal sealed class SearchBuckets(IReadOnlyDictionary<string, JsonObject?> mappings, DateTimeOffset now)
{
    private const int Most = 65_536;

    public JsonObject Compute(JsonObject aggregations, IReadOnlyList<ShippedLine> lines)
    {
        var answer = new JsonObject();
        foreach (var (name, body) in aggregations)
        {
            answer[name] = One(name, body as JsonObject ?? [], lines);
        }

        return answer;
    }

    private JsonObject One(string name, JsonObject body, IReadOnlyList<ShippedLine> lines)
    {
        var (kind, about) = body.Where(b => b.Key is not ("aggs" or "aggregations" or "meta")).Select(b => (b.Key, b.Value as JsonObject ?? [])).FirstOrDefault();
        var inner = body.Obj("aggs") ?? body.Obj("aggregations");
        switch (kind)
        {
            case "date_histogram":
                return Histogram(about, inner, lines);
            case "filters":
                var named = about.Obj("filters") ?? [];
                return new JsonObject { ["buckets"] = new JsonObject(named.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)Bucket([], Matching(f.Value as JsonObject, lines), inner)))) };
            case "filter":
                return Bucket([], Matching(about, lines), inner);
            case "terms":
                return Terms(about, inner, lines);
            case "value_count":
                return new JsonObject { ["value"] = lines.Count(l => l.Value(about.Str("field")) is not null) };
            case null:
                throw new SearchRefused("parsing_exception", $"Missing definition for aggregation [{name}]");
            default:
                throw new SearchRefused("parsing_exception", $"Unknown aggregation type [{kind}] did you mean any of []?");
        }
    }

    private List<ShippedLine> Matching(JsonObject? query, IReadOnlyList<ShippedLine> lines) => [.. lines.Where(new SearchQuery(mappings, now).Compile(query))];

    private JsonObject Bucket(JsonObject bucket, List<ShippedLine> lines, JsonObject? inner)
    {
        bucket["doc_count"] = lines.Count;
        foreach (var (name, value) in inner is null ? [] : Compute(inner, lines).ToList())
        {
            bucket[name] = value?.DeepClone();
        }

        return bucket;
    }

    private JsonObject Histogram(JsonObject about, JsonObject? inner, IReadOnlyList<ShippedLine> lines)
    {
        if (about["interval"] is not null)
        {
            throw new SearchRefused("x_content_parse_exception", "[1:1] [date_histogram] unknown field [interval]");
        }

        if ((about["fixed_interval"] is null) == (about["calendar_interval"] is null))
        {
            throw new SearchRefused("illegal_argument_exception", "Invalid interval specified, must be non-null and non-empty", inShard: true);
        }

        var step = Step(about.Str("fixed_interval") is { Length: > 0 } text ? text : about.Str("calendar_interval"));
        long Floor(long ms) => ms - (((ms % step) + step) % step);
        var groups = lines.GroupBy(l => Floor(l.Time.ToUnixTimeMilliseconds())).ToDictionary(g => g.Key, g => g.ToList());
        var bounds = about.Obj("extended_bounds");
        long? Bound(string name) => bounds?[name] is { } bound ? Floor(SearchRange.Moment(bound.ToString(), now).ToUnixTimeMilliseconds()) : null;
        IEnumerable<long> keys = groups.Keys.Order();
        if ((about.Int("min_doc_count") ?? 0) == 0 && (groups.Count > 0 || bounds is not null))
        {
            var first = Math.Min(Bound("min") ?? long.MaxValue, groups.Keys.DefaultIfEmpty(long.MaxValue).Min());
            var last = Math.Max(Bound("max") ?? long.MinValue, groups.Keys.DefaultIfEmpty(long.MinValue).Max());
            if (first <= last && (last - first) / step > Most)
            {
                throw new SearchRefused("too_many_buckets_exception", $"Trying to create too many buckets. Must be less than or equal to: [{Most}] but was [{Most + 1}]. This limit can be set by changing the [search.max_buckets] cluster level setting.");
            }

            keys = first > last ? [] : Enumerable.Range(0, (int)((last - first) / step) + 1).Select(i => first + (i * step));
        }

        return new JsonObject
        {
            ["buckets"] = JsonPaths.Array(keys.Select(key => Bucket(
                new JsonObject { ["key_as_string"] = DateTimeOffset.FromUnixTimeMilliseconds(key).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), ["key"] = key },
                groups.GetValueOrDefault(key) ?? [],
                inner))),
        };
    }

    private JsonObject Terms(JsonObject about, JsonObject? inner, IReadOnlyList<ShippedLine> lines)
    {
        var field = about.Str("field");
        if (mappings.Values.Any(m => SearchText.Mapping(m, field).Str("type") == "text"))
        {
            throw new SearchRefused("illegal_argument_exception", $"Fielddata is disabled on [{field}] in [{mappings.Keys.FirstOrDefault()}]. Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead.", inShard: true);
        }

        var size = about.Int("size") ?? 10;
        var groups = lines.Select(l => (Line: l, Value: l.Value(SearchText.Stored(mappings.GetValueOrDefault(l.Index), field)))).Where(v => v.Value is not null)
            .GroupBy(v => v.Value!, v => v.Line, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        return new JsonObject
        {
            ["doc_count_error_upper_bound"] = 0,
            ["sum_other_doc_count"] = groups.Skip(size).Sum(g => g.Count()),
            ["buckets"] = JsonPaths.Array(groups.Take(size).Select(g => Bucket(new JsonObject { ["key"] = g.Key }, [.. g], inner))),
        };
    }

    private static long Step(string text)
    {
        var digits = text.TakeWhile(char.IsDigit).Count();
        var count = digits == 0 ? 1 : long.Parse(text[..digits], CultureInfo.InvariantCulture);
        return count * text[digits..] switch
        {
            "ms" => 1L,
            "s" or "second" => 1000,
            "m" or "minute" => 60_000,
            "h" or "hour" => 3_600_000,
            "d" or "day" => 86_400_000,
            "w" or "week" => 604_800_000,
            _ => throw new SearchRefused("illegal_argument_exception", $"failed to parse setting [date_histogram.fixed_interval] with value [{text}] as a time value: unit is missing or unrecognized", inShard: true),
        };
    }
}
