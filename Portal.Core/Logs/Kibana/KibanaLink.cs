using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Core.Logs.Kibana;

/// <summary>A filter beside the query.</summary>
/// <param name="Field">Field.</param>
/// <param name="Value">Value, a phrase.</param>
public sealed record KibanaFilter(string Field, string Value)
{
    /// <summary>Gets a query of Elasticsearch in place of the phrase, or null.</summary>
    public JsonObject? Query { get; init; }
}

/// <summary>What Discover is to show.</summary>
public sealed record KibanaView
{
    /// <summary>Gets the id of the data view.</summary>
    public required string DataView { get; init; }

    /// <summary>Gets the beginning: <c>now-15m</c>, or UTC with milliseconds and Z.</summary>
    public required string From { get; init; }

    /// <summary>Gets the end.</summary>
    public required string To { get; init; }

    /// <summary>Gets the query.</summary>
    public string Query { get; init; } = "";

    /// <summary>Gets its language: <c>kuery</c> or <c>lucene</c>.</summary>
    public string Language { get; init; } = "kuery";

    /// <summary>Gets the columns.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Gets the filters.</summary>
    public IReadOnlyList<KibanaFilter> Filters { get; init; } = [];
}

/// <summary>Writes addresses of Kibana and OpenSearch Dashboards. The state is in the fragment: it never reaches a server's log.</summary>
public static partial class KibanaLink
{
    /// <summary>Gives the address of Discover.</summary>
    /// <param name="address">Base address, without a slash at the end.</param>
    /// <param name="flavour">Which program; not <see cref="KibanaFlavour.Auto"/>.</param>
    /// <param name="view">What it is to show.</param>
    public static string Discover(string address, KibanaFlavour flavour, KibanaView view)
    {
        var filters = new JsonArray([.. view.Filters.Select(f => Filter(f, view.DataView))]);
        var query = new JsonObject { ["language"] = view.Language, ["query"] = view.Query };
        var columns = new JsonArray([.. view.Columns.Select(c => (JsonNode)c)]);
        var sort = new JsonArray(new JsonArray("@timestamp", "desc"));
        var global = Global(view);
        if (flavour is KibanaFlavour.Dashboards2)
        {
            return Join(address + "/app/data-explorer/discover#?", [
                ("_a", new JsonObject
                {
                    ["discover"] = new JsonObject { ["columns"] = columns, ["isDirty"] = false, ["sort"] = sort },
                    ["metadata"] = new JsonObject { ["indexPattern"] = view.DataView, ["view"] = "discover" },
                }),
                ("_g", global),
                ("_q", new JsonObject { ["filters"] = filters, ["query"] = query })]);
        }

        var app = new JsonObject { ["columns"] = columns, ["filters"] = filters, ["interval"] = "auto", ["query"] = query, ["sort"] = sort };
        if (flavour is KibanaFlavour.Kibana8)
        {
            app["dataSource"] = new JsonObject { ["dataViewId"] = view.DataView, ["type"] = "dataView" };
        }
        else
        {
            app["index"] = view.DataView;
        }

        return Join(address + (flavour is KibanaFlavour.Kibana70 ? "/app/kibana#/discover?" : "/app/discover#/?"), [("_g", global), ("_a", app)]);
    }

    /// <summary>Joins an address and states, each encoded.</summary>
    public static string Join(string address, IEnumerable<(string Key, JsonNode? State)> states) =>
        address + string.Join('&', states.Select(s => $"{s.Key}={Rison.EncodeForUrl(s.State)}"));

    /// <summary>Gives query and language for a text of the portal's search, which is Lucene's.</summary>
    public static (string Query, string Language) QueryOf(string text, string messageField) =>
        text.Trim() is not { Length: > 0 } trimmed ? ("", "kuery")
        : Plain().IsMatch(trimmed) && trimmed.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var words && !words.Any(w => w is "AND" or "OR" or "NOT") ? (Kql.All(messageField, words), "kuery")
        : (trimmed, "lucene");

    private static JsonObject Global(KibanaView view) => new()
    {
        ["filters"] = new JsonArray(),
        ["refreshInterval"] = new JsonObject { ["pause"] = true, ["value"] = 0 },
        ["time"] = new JsonObject { ["from"] = view.From, ["to"] = view.To },
    };

    private static JsonObject Filter(KibanaFilter filter, string dataView)
    {
        var meta = new JsonObject { ["alias"] = null, ["disabled"] = false, ["index"] = dataView, ["key"] = filter.Field, ["negate"] = false };
        if (filter.Query is { } own)
        {
            meta["alias"] = $"{filter.Field}: {filter.Value}";
            meta["type"] = "custom";
            meta["value"] = own.ToJsonString();
        }
        else
        {
            meta["params"] = new JsonObject { ["query"] = filter.Value };
            meta["type"] = "phrase";
        }

        return new JsonObject
        {
            ["$state"] = new JsonObject { ["store"] = "appState" },
            ["meta"] = meta,
            ["query"] = filter.Query?.DeepClone() ?? new JsonObject { ["match_phrase"] = new JsonObject { [filter.Field] = filter.Value } },
        };
    }

    // Words without an operator of Lucene's.
    [GeneratedRegex(@"\A[\p{L}\p{N}_.@ -]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
