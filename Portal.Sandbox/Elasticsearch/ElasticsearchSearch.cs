using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Searches and counts of shipped lines: <c>_search</c>, <c>_count</c>, <c>_msearch</c>, <c>_field_caps</c>, points in time.</summary>
internal sealed class ElasticsearchSearch(IReadOnlyList<KeyValuePair<string, JsonObject?>> indices, IReadOnlyList<ShippedLine> lines, DateTimeOffset now, SearchFlavour? flavour = null)
{
    private const int Window = 10_000;
    private readonly SearchFlavour flavour = flavour ?? SearchFlavour.Default;

    public ElasticsearchSearch(ElasticsearchIndices indices, IReadOnlyList<ShippedLine> lines, ElasticsearchNode node)
        : this([.. indices.Find("*").Select(i => KeyValuePair.Create(i.Key, i.Value.Obj("mappings")))], lines, node.Cluster.Context.Clock.Now, node.Flavour) =>
        Trouble = SearchTrouble.Partial(node.Cluster.Context);

    /// <summary>Gets what keeps searches from being whole.</summary>
    public SearchTrouble Trouble { get; init; } = SearchTrouble.None;

    /// <summary>Answers a search or a count on a pattern of indices.</summary>
    public PodAnswer Answer(PodQuestion question, string pattern, bool countOnly)
    {
        if (!TryParse(question.Body, out var body))
        {
            return ElasticsearchAnswer.Error(400, "x_content_parse_exception", "Unexpected character: was expecting a JSON value");
        }

        if (body.Obj("pit") is { } pit)
        {
            if (pattern.Length > 0)
            {
                return ElasticsearchAnswer.Error(400, "action_request_validation_exception", "Validation Failed: 1: [indices] cannot be used with point in time;");
            }

            pattern = PointInTime.Pattern(pit.Str("id")) ?? string.Empty;
            if (pattern.Length == 0)
            {
                return ElasticsearchAnswer.Error(404, "search_context_missing_exception", "No search context found for id [1]");
            }
        }

        return Run(body, pattern.Length == 0 ? "*" : pattern, question.Parameter("ignore_unavailable") == "true", countOnly);
    }

    /// <summary>Answers several searches: a line with the index, a line with the body.</summary>
    public PodAnswer Many(PodQuestion question, string pattern, Func<string, PodAnswer?> refuse)
    {
        var text = Encoding.UTF8.GetString(question.Body);
        if (!text.EndsWith('\n'))
        {
            return ElasticsearchAnswer.Error(400, "illegal_argument_exception", "The msearch request must be terminated by a newline [\n]");
        }

        var answers = new JsonArray();
        var parts = text.TrimEnd('\n').Split('\n');
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            var head = parts[i].Trim().Length == 0 ? [] : JsonNode.Parse(parts[i]) as JsonObject ?? [];
            var index = head["index"] is JsonArray several ? string.Join(',', several.Select(s => s!.ToString())) : head.Str("index") is { Length: > 0 } one ? one : pattern;
            var answer = refuse(index) ?? Run(JsonNode.Parse(parts[i + 1]) as JsonObject ?? [], index.Length == 0 ? "*" : index, head.Bool("ignore_unavailable"), countOnly: false);
            var json = JsonNode.Parse(answer.Body)!.AsObject();
            json["status"] = answer.Status;
            answers.Add(json);
        }

        return PodAnswer.Json(200, new JsonObject { ["took"] = 2, ["responses"] = answers });
    }

    /// <summary>Answers which fields there are, and of which types.</summary>
    public PodAnswer Fields(PodQuestion question, string pattern)
    {
        var asked = question.Parameter("fields") ?? (TryParse(question.Body, out var body) ? body["fields"] is JsonArray list ? string.Join(',', list.Select(f => f!.ToString())) : body.Str("fields") : string.Empty);
        if (string.IsNullOrEmpty(asked))
        {
            return ElasticsearchAnswer.Error(400, "action_request_validation_exception", "Validation Failed: 1: no fields specified;");
        }

        var found = Chosen(pattern);
        var fields = new SortedDictionary<string, SortedDictionary<string, List<string>>>(StringComparer.Ordinal);
        foreach (var (index, mappings) in found)
        {
            foreach (var (name, type) in Flat(mappings, string.Empty).Where(f => ElasticsearchIndices.Matches(asked, f.Name)))
            {
                (fields.TryGetValue(name, out var types) ? types : fields[name] = new(StringComparer.Ordinal)).TryAdd(type, []);
                fields[name][type].Add(index);
            }
        }

        return PodAnswer.Json(200, new JsonObject
        {
            ["indices"] = JsonPaths.Texts(found.Select(i => i.Key)),
            ["fields"] = new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)new JsonObject(f.Value.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)Capability(t.Key, f.Value.Count > 1 ? t.Value : null))))))),
        });
    }

    private static JsonObject Capability(string type, List<string>? only)
    {
        var capability = new JsonObject { ["type"] = type, ["metadata_field"] = type.StartsWith('_'), ["searchable"] = type != "object", ["aggregatable"] = type is not ("text" or "object") };
        if (only is not null)
        {
            capability["indices"] = JsonPaths.Texts(only);
        }

        return capability;
    }

    private static IEnumerable<(string Name, string Type)> Flat(JsonObject? mappings, string prefix)
    {
        foreach (var (name, body) in mappings.Obj("properties") ?? [])
        {
            yield return (prefix + name, body.Str("type") is { Length: > 0 } type ? type : "object");
            foreach (var (sub, inner) in body.Obj("fields") ?? [])
            {
                yield return ($"{prefix}{name}.{sub}", inner.Str("type"));
            }

            foreach (var deeper in Flat(body as JsonObject, $"{prefix}{name}."))
            {
                yield return deeper;
            }
        }
    }

    private static bool TryParse(byte[] bytes, out JsonObject body)
    {
        try
        {
            body = bytes.Length == 0 ? [] : JsonNode.Parse(bytes) as JsonObject ?? [];
            return true;
        }
        catch (JsonException)
        {
            body = [];
            return false;
        }
    }

    private Dictionary<string, JsonObject?> Chosen(string pattern) => indices.Where(i => ElasticsearchIndices.Matches(pattern, i.Key)).ToDictionary(i => i.Key, i => i.Value, StringComparer.Ordinal);

    private PodAnswer Run(JsonObject body, string pattern, bool ignoreUnavailable, bool countOnly)
    {
        var names = Chosen(pattern);
        if (pattern.Split(',').FirstOrDefault(p => !p.Contains('*', StringComparison.Ordinal) && !names.ContainsKey(p)) is { } missing && !ignoreUnavailable)
        {
            return ElasticsearchAnswer.NoIndex(missing);
        }

        try
        {
            var query = new SearchQuery(names, now);
            var test = query.Compile(body.Obj("query"));
            var found = names.Count == 0 ? [] : lines.Where(l => names.ContainsKey(l.Index) && Trouble.Reaches(l) && test(l)).ToList();
            return PodAnswer.Json(200, countOnly ? new JsonObject { ["count"] = found.Count, ["_shards"] = Trouble.Shards(names.Keys) } : Hits(body, query, found, names));
        }
        catch (SearchRefused e)
        {
            return e.IsInShard ? names.Count == 0 ? PodAnswer.Json(200, Hits([], new SearchQuery(names, now), [], names)) : ElasticsearchAnswer.Phase(400, e, names.Keys.First())
                : ElasticsearchAnswer.Error(e.Type == "too_many_buckets_exception" && flavour.Major < 8 && !flavour.IsOpenSearch ? 503 : 400, e.Type, e.Message);
        }
    }

    private JsonObject Hits(JsonObject body, SearchQuery query, List<ShippedLine> found, Dictionary<string, JsonObject?> names)
    {
        var (from, size) = (body.Int("from") ?? 0, body.Int("size") ?? 10);
        if (from + size > Window)
        {
            throw new SearchRefused("illegal_argument_exception", $"Result window is too large, from + size must be less than or equal to: [{Window}] but was [{from + size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.", inShard: true);
        }

        var sort = new SearchSort(body["sort"], body["pit"] is not null, body["pit"] is not null && flavour.BreaksTies);
        var highlight = body.Obj("highlight") is { } wanted ? new SearchHighlight(wanted, Sought(wanted, query, names)) : null;
        highlight?.Check(flavour);
        var page = sort.Apply(found, body["search_after"] as JsonArray).Skip(from).Take(size);
        var hits = new JsonObject();
        if (body["track_total_hits"] is not JsonValue track || !track.TryGetValue<bool>(out var all))
        {
            var limit = body.Int("track_total_hits") ?? Window;
            hits["total"] = new JsonObject { ["value"] = Math.Min(found.Count, limit), ["relation"] = found.Count > limit ? "gte" : "eq" };
        }
        else if (all)
        {
            hits["total"] = new JsonObject { ["value"] = found.Count, ["relation"] = "eq" };
        }

        hits["max_score"] = null;
        hits["hits"] = JsonPaths.Array(page.Select(l => Hit(l, body, sort, highlight)));
        var answer = new JsonObject { ["took"] = 2, ["timed_out"] = Trouble.TimesOut, ["_shards"] = Trouble.Shards(names.Keys), ["hits"] = hits };
        if (body.Obj("pit") is { } pit)
        {
            answer["pit_id"] = pit.Str("id");
        }

        if ((body.Obj("aggs") ?? body.Obj("aggregations")) is { } aggregations)
        {
            answer["aggregations"] = new SearchBuckets(names, now).Compute(aggregations, found);
        }

        return answer;
    }

    private List<(string Field, Func<string, bool> Test)> Sought(JsonObject highlight, SearchQuery query, Dictionary<string, JsonObject?> names)
    {
        if (highlight.Obj("highlight_query") is not { } own)
        {
            return query.Sought;
        }

        var other = new SearchQuery(names, now);
        other.Compile(own);
        return other.Sought;
    }

    private JsonObject Hit(ShippedLine line, JsonObject body, SearchSort sort, SearchHighlight? highlight)
    {
        var hit = new JsonObject { ["_index"] = line.Index };
        if (flavour is { Major: < 8, IsOpenSearch: false })
        {
            hit["_type"] = "_doc";
        }

        hit["_id"] = line.Id;
        hit["_score"] = sort.IsGiven ? null : 1.0;
        if (body["_source"] is not JsonValue wanted || !wanted.TryGetValue<bool>(out var source) || source)
        {
            hit["_source"] = line.Source;
        }

        if (highlight?.Of(line) is { Count: > 0 } marked)
        {
            hit["highlight"] = marked;
        }

        if (sort.IsGiven)
        {
            hit["sort"] = sort.Values(line);
        }

        return hit;
    }
}

/// <summary>Points in time. The lines do not change under one, so it is no more than a name for the indices and an end.</summary>
internal static class PointInTime
{
    public static PodAnswer Open(string pattern, bool isOpenSearch) => PodAnswer.Json(200, new JsonObject { [isOpenSearch ? "pit_id" : "id"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("pit:" + pattern)), ["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["skipped"] = 0, ["failed"] = 0 } });

    public static PodAnswer Close(PodQuestion question, bool isOpenSearch)
    {
        var body = JsonNode.Parse(question.Body) as JsonObject;
        return PodAnswer.Json(200, isOpenSearch
            ? new JsonObject { ["pits"] = JsonPaths.Array(body.Strings("pit_id").Select(id => (JsonNode)new JsonObject { ["successful"] = Pattern(id) is not null, ["pit_id"] = id })) }
            : new JsonObject { ["succeeded"] = true, ["num_freed"] = Pattern(body.Str("id")) is null ? 0 : 1 });
    }

    public static string? Pattern(string id)
    {
        var bytes = new byte[id.Length];
        return Convert.TryFromBase64String(id, bytes, out var count) && Encoding.UTF8.GetString(bytes, 0, count) is var text && text.StartsWith("pit:", StringComparison.Ordinal) ? text[4..] : null;
    }
}
