using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>Which lines of a search are asked for.</summary>
internal sealed record LogPaging(int Size)
{
    /// <summary>Gets whether the oldest come first.</summary>
    public bool IsAscending { get; init; }

    /// <summary>Gets the time at which it goes on, inclusive, as Elasticsearch counts it; null at the beginning.</summary>
    public long? At { get; init; }

    /// <summary>Gets whether counts over time are asked for too.</summary>
    public bool WithHistogram { get; init; }
}

/// <summary>Writes searches, for a cluster's fields and server.</summary>
internal sealed class LogBody(LogFields fields, ElasticsearchServer server)
{
    /// <summary>What stands before a found part: a character that no person types and no page shows.</summary>
    public const char MarkOpen = '\u0001';

    /// <summary>What stands after it.</summary>
    public const char MarkClose = '\u0002';

    // Names of ReplicaSets' and pods' random parts have no vowels and no 0, 1, 3.
    private const string Random = "[bcdfghjklmnpqrstvwxz2456789]";

    /// <summary>Gives the body of a <c>_search</c>.</summary>
    public JsonObject Search(LogSearch search, LogPaging paging)
    {
        var order = paging.IsAscending ? "asc" : "desc";
        var body = new JsonObject
        {
            ["size"] = paging.Size,
            ["track_total_hits"] = 10_000,
            ["timeout"] = "15s",
            ["query"] = Query(search),
            ["sort"] = new JsonArray(new JsonObject { [fields.Time] = new JsonObject { ["order"] = order, ["unmapped_type"] = "date" } }, new JsonObject { ["_doc"] = order }),
        };
        if (paging.At is { } at)
        {
            // One before, or after, so that lines of the very same time come again: the reader knows which it has.
            body["search_after"] = paging.IsAscending ? new JsonArray(at - 1, int.MaxValue - 1) : new JsonArray(at + 1, 0);
        }

        if (Text(search.Text) is { } text)
        {
            body["highlight"] = Highlight(text);
        }

        if (paging.WithHistogram)
        {
            body["aggs"] = new JsonObject { ["t"] = Histogram(search) };
        }

        return body;
    }

    /// <summary>Gives the query alone, without its range of time left out.</summary>
    public JsonObject Query(LogSearch search)
    {
        var filter = new JsonArray(new JsonObject
        {
            ["range"] = new JsonObject
            {
                [fields.Time] = new JsonObject { ["gte"] = Iso(search.From), ["lte"] = Iso(search.To), ["format"] = "strict_date_optional_time" },
            },
        });
        foreach (var (field, value) in ((LogField, string?)[])[(fields.Namespace, search.Namespace), (fields.Pod, search.Pod), (fields.Container, search.Container), (fields.Node, search.Node)])
        {
            if (!string.IsNullOrEmpty(value))
            {
                filter.Add(Exact(field, value));
            }
        }

        if (!string.IsNullOrEmpty(search.Workload))
        {
            filter.Add(Workload(search.Workload));
        }

        if (search.AtLeast is LogSeverity.Warning or LogSeverity.Error)
        {
            filter.Add(Severity(search.AtLeast is LogSeverity.Error ? LogSeverities.Errors : [.. LogSeverities.Errors, .. LogSeverities.Warnings]));
        }

        var query = new JsonObject { ["filter"] = filter };
        if (Text(search.Text) is { } text)
        {
            query["must"] = new JsonArray(text);
        }

        return new JsonObject { ["bool"] = query };
    }

    private static JsonObject Any(IEnumerable<JsonNode> queries) => new() { ["bool"] = new JsonObject { ["should"] = new JsonArray([.. queries]), ["minimum_should_match"] = 1 } };

    private static JsonObject Exact(LogField field, string value) => field.Exact switch
    {
        [] => new() { ["match_phrase"] = new JsonObject { [field.Name] = value } },
        [var name] => new() { ["term"] = new JsonObject { [name] = value } },
        var names => Any(names.Select(n => new JsonObject { ["term"] = new JsonObject { [n] = value } })),
    };

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The pods that a Deployment, StatefulSet, DaemonSet or Job of a name makes.</summary>
    private JsonObject Workload(string name)
    {
        var literal = name.Replace(".", "\\.", StringComparison.Ordinal);
        var pattern = $"{literal}-(({Random}{{5,10}}-)?{Random}{{5}}|[0-9]+(-{Random}{{5}})?)";
        return fields.Pod.Exact switch
        {
            [] => new() { ["match_phrase_prefix"] = new JsonObject { [fields.Pod.Name] = name } },
            [var field] => new() { ["regexp"] = new JsonObject { [field] = pattern } },
            var names => Any(names.Select(n => new JsonObject { ["regexp"] = new JsonObject { [n] = pattern } })),
        };
    }

    /// <summary>By the level's field where a document has one, else by the words of its message.</summary>
    private JsonObject Severity(ImmutableArray<string> words)
    {
        var byWords = Any(fields.Message.Select(m => (JsonNode)new JsonObject
        {
            ["bool"] = new JsonObject
            {
                ["must"] = new JsonArray(new JsonObject { ["match"] = new JsonObject { [m] = new JsonObject { ["query"] = string.Join(' ', words), ["operator"] = "or" } } }),
                ["must_not"] = new JsonArray([.. LogSeverities.Calm.Concat(words.Contains("warn") ? [] : LogSeverities.Warnings)
                    .Select(c => new JsonObject { ["match_phrase"] = new JsonObject { [m] = "level " + c } })]),
            },
        }));
        if (fields.Level is not { } level)
        {
            return byWords;
        }

        JsonNode[] spelt = [.. words.SelectMany(w => new[] { w, w.ToUpperInvariant(), char.ToUpperInvariant(w[0]) + w[1..] }).Distinct().Select(w => (JsonNode)w)];
        var byLevel = level.Exact.IsEmpty ? Any([new JsonObject { ["match"] = new JsonObject { [level.Name] = string.Join(' ', words) } }])
            : Any(level.Exact.Select(n => new JsonObject { ["terms"] = new JsonObject { [n] = new JsonArray([.. spelt.Select(s => s.DeepClone())]) } }));
        byWords["bool"]!["must_not"] = new JsonArray(new JsonObject { ["exists"] = new JsonObject { ["field"] = level.Name } });
        return Any([byLevel, byWords]);
    }

    private JsonObject Histogram(LogSearch search)
    {
        var step = LogStep.Of(search.From, search.To);
        return new JsonObject
        {
            ["date_histogram"] = new JsonObject
            {
                ["field"] = fields.Time,
                ["fixed_interval"] = LogStep.Text(step),
                ["min_doc_count"] = 1,
            },
            ["aggs"] = new JsonObject
            {
                ["s"] = new JsonObject
                {
                    ["filters"] = new JsonObject
                    {
                        ["filters"] = new JsonObject
                        {
                            ["error"] = Severity(LogSeverities.Errors),
                            ["warning"] = Severity([.. LogSeverities.Errors, .. LogSeverities.Warnings]),
                        },
                    },
                },
            },
        };
    }

    private JsonObject? Text(string text) => text.Trim().Length == 0 ? null : new JsonObject
    {
        ["query_string"] = new JsonObject
        {
            ["query"] = text.Trim(),
            ["fields"] = new JsonArray([.. fields.Message.Select(m => (JsonNode)m)]),
            ["default_operator"] = "AND",
            ["analyze_wildcard"] = true,
            ["lenient"] = true,
        },
    };

    private JsonObject Highlight(JsonObject text)
    {
        var highlight = new JsonObject
        {
            ["pre_tags"] = new JsonArray(MarkOpen.ToString()),
            ["post_tags"] = new JsonArray(MarkClose.ToString()),
            ["highlight_query"] = text.DeepClone(),
            ["number_of_fragments"] = 0,
            ["fields"] = new JsonObject(fields.Message.Select(m => KeyValuePair.Create(m, (JsonNode?)new JsonObject()))),
        };
        if (server.HighlightLimit is { } limit)
        {
            highlight[limit] = 100_000;
        }

        return highlight;
    }
}
