using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>A request that Elasticsearch refuses.</summary>
internal sealed class SearchRefused(string type, string reason, bool inShard = false, string? cause = null) : Exception(reason)
{
    public string Type { get; } = type;

    /// <summary>Gets whether it is found out in the shards, so that the answer is a search_phase_execution_exception.</summary>
    public bool IsInShard { get; } = inShard;

    public string? Cause { get; } = cause;
}

/// <summary>The query language, as far as the portal's builder, Kibana and people at a console use it; anything else is refused as unknown.</summary>
internal sealed class SearchQuery(IReadOnlyDictionary<string, JsonObject?> mappings, DateTimeOffset now)
{
    /// <summary>Gets what the query looks for in text fields, for highlighting: field and test of a word.</summary>
    public List<(string Field, Func<string, bool> Test)> Sought { get; } = [];

    /// <summary>Makes a test of a query.</summary>
    public Func<ShippedLine, bool> Compile(JsonObject? query)
    {
        if (query is null || query.Count == 0)
        {
            return _ => true;
        }

        if (query.Count > 1)
        {
            throw new SearchRefused("parsing_exception", $"[{query.First().Key}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]");
        }

        var (kind, about) = (query.First().Key, query.First().Value as JsonObject ?? throw new SearchRefused("parsing_exception", $"[{query.First().Key}] query malformed, no start_object after query name"));
        switch (kind)
        {
            case "match_all":
                return _ => true;
            case "match_none":
                return _ => false;
            case "bool":
                return Bool(about);
            case "ids":
                var ids = about.Strings("values").ToHashSet(StringComparer.Ordinal);
                return l => ids.Contains(l.Id);
            case "exists":
                var exists = about.Str("field");
                return l => l.Value(Stored(l, exists)) is not null;
            case "constant_score":
                return Compile(about.Obj("filter"));
            case "query_string" or "simple_query_string":
                return Strings(kind, about);
            default:
                return Leaf(kind, about);
        }
    }

    /// <summary>Gives the mapping of a line's index.</summary>
    public JsonObject? MappingOf(ShippedLine line) => mappings.GetValueOrDefault(line.Index);

    /// <summary>Tests a field for whole words (text) or the whole value (keyword).</summary>
    public Func<ShippedLine, bool> Field(string field, Func<string, bool> test)
    {
        Sought.Add((field, test));
        return l => l.Value(Stored(l, field)) is { } value && Type(l, field) switch
        {
            "text" => SearchText.Words(value).Any(w => test(w.Word)),
            null => false,
            _ => test(value),
        };
    }

    /// <summary>Tests a field for words one after the other.</summary>
    public Func<ShippedLine, bool> Phrase(string field, string text, bool lastIsPrefix = false)
    {
        var words = SearchText.Words(text).Select(w => w.Word).ToList();
        bool Same(int i, string word) => lastIsPrefix && i == words.Count - 1 ? word.StartsWith(words[i], StringComparison.Ordinal) : word == words[i];
        Sought.Add((field, w => words.Index().Any(x => Same(x.Index, w))));
        return l =>
        {
            if (l.Value(Stored(l, field)) is not { } value || Type(l, field) is not { } type)
            {
                return false;
            }

            if (type != "text")
            {
                return lastIsPrefix ? value.StartsWith(text, StringComparison.Ordinal) : value == text;
            }

            var has = SearchText.Words(value).Select(w => w.Word).ToList();
            return words.Count > 0 && Enumerable.Range(0, Math.Max(0, has.Count - words.Count + 1)).Any(at => words.Index().All(w => Same(w.Index, has[at + w.Index])));
        };
    }

    private string? Type(ShippedLine line, string field) => field is "_id" or "_index" ? "keyword" : SearchText.Mapping(MappingOf(line), field).Str("type") is { Length: > 0 } type ? type : null;

    private string Stored(ShippedLine line, string field) => SearchText.Stored(MappingOf(line), field);

    private Func<ShippedLine, bool> Bool(JsonObject about)
    {
        if (about.Select(a => a.Key).FirstOrDefault(k => k is not ("filter" or "must" or "must_not" or "should" or "minimum_should_match" or "boost")) is { } unknown)
        {
            throw new SearchRefused("x_content_parse_exception", $"[1:1] [bool] unknown field [{unknown}]");
        }

        List<Func<ShippedLine, bool>> Clauses(string name) => [.. (about[name] is JsonArray list ? list.OfType<JsonObject>() : about[name] is JsonObject one ? [one] : []).Select(Compile)];
        var all = Clauses("filter").Concat(Clauses("must")).ToList();
        var not = new SearchQuery(mappings, now);
        var none = (about["must_not"] is JsonArray many ? many.OfType<JsonObject>() : about["must_not"] is JsonObject single ? [single] : []).Select(not.Compile).ToList();
        var any = Clauses("should");
        var needed = about.Int("minimum_should_match") ?? (int.TryParse(about.Str("minimum_should_match"), out var text) ? text : any.Count > 0 && all.Count == 0 ? 1 : 0);
        return l => all.TrueForAll(q => q(l)) && !none.Exists(q => q(l)) && (needed == 0 || any.Count(q => q(l)) >= needed);
    }

    private Func<ShippedLine, bool> Leaf(string kind, JsonObject about)
    {
        var (field, given) = about.FirstOrDefault(a => a.Key is not ("boost" or "_name"));
        string Value(string name) => (given as JsonObject)?[name]?.ToString() ?? (given is JsonValue ? given.ToString() : string.Empty);
        var fold = (given as JsonObject).Bool("case_insensitive") ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        switch (kind)
        {
            case "term":
                var wanted = Value("value");
                return Field(field, v => v.Equals(wanted, fold));
            case "terms":
                var set = (given as JsonArray ?? throw new SearchRefused("parsing_exception", "[terms] query does not support [" + field + "]")).Select(v => v?.ToString() ?? string.Empty).ToHashSet(StringComparer.Ordinal);
                return Field(field, set.Contains);
            case "match":
                var words = SearchText.Words(Value("query")).Select(w => w.Word).ToHashSet(StringComparer.Ordinal);
                var and = string.Equals((given as JsonObject).Str("operator"), "and", StringComparison.OrdinalIgnoreCase);
                var one = Field(field, words.Contains);
                return !and ? one : l => one(l) && SearchText.Words(l.Value(Stored(l, field)) ?? string.Empty).Select(w => w.Word).Distinct().Count(words.Contains) == words.Count;
            case "match_phrase":
                return Phrase(field, Value("query"));
            case "match_phrase_prefix":
                return Phrase(field, Value("query"), lastIsPrefix: true);
            case "prefix":
                var beginning = Value("value");
                return Field(field, v => v.StartsWith(beginning, fold));
            case "wildcard":
                var wild = SearchText.Wildcard(Value((given as JsonObject)?["wildcard"] is null ? "value" : "wildcard"), fold is StringComparison.OrdinalIgnoreCase);
                return Field(field, wild.IsMatch);
            case "regexp":
                return Field(field, Regexp(Value("value")).IsMatch);
            case "range":
                return SearchRange.Compile(this, field, given as JsonObject ?? [], now);
            default:
                throw new SearchRefused("parsing_exception", $"unknown query [{kind}]");
        }
    }

    private static Regex Regexp(string pattern)
    {
        try
        {
            return new("^(?:" + pattern + ")$", RegexOptions.None, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            throw new SearchRefused("query_shard_exception", "failed to create query: " + e.Message, inShard: true);
        }
    }

    private Func<ShippedLine, bool> Strings(string kind, JsonObject about)
    {
        var fields = about.Strings("fields") is { Count: > 0 } named ? [.. named.Select(f => f.Split('^')[0])] : about.Str("default_field") is { Length: > 0 } single ? new List<string> { single } : ["*"];
        var simple = kind == "simple_query_string";
        var and = string.Equals(about.Str("default_operator"), "and", StringComparison.OrdinalIgnoreCase);
        return new SearchWords(this, [.. fields.SelectMany(f => f == "*" ? ["log", "stream", "kubernetes.pod_name", "kubernetes.namespace_name", "kubernetes.container_name", "kubernetes.host"] : new[] { f })], and, simple).Compile(about.Str("query"));
    }
}
