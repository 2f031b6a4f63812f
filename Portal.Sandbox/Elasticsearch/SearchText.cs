using System.Text.RegularExpressions;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>How fields are indexed: the standard analyzer's words, and what a mapping says of a field.</summary>
internal static partial class SearchText
{
    /// <summary>Gives the words of a text with their places.</summary>
    public static IEnumerable<(int Start, int Length, string Word)> Words(string text)
    {
        foreach (Match match in Token().Matches(text))
        {
            yield return (match.Index, match.Length, match.Value.ToLowerInvariant());
        }
    }

    /// <summary>Gives the mapping of a field in an index, or null. <c>x.keyword</c> is a field of its own under <c>x</c>.</summary>
    public static JsonObject? Mapping(JsonObject? mappings, string field)
    {
        var at = mappings;
        var parts = field.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (at.Str("type") == "flattened")
            {
                return at;
            }

            if (at.Obj("properties").Obj(parts[i]) is not { } next)
            {
                return i == parts.Length - 1 ? at.Obj("fields").Obj(parts[i]) : null;
            }

            at = next;
        }

        return at;
    }

    /// <summary>Gives the name under which documents have a field: that of <c>x</c> for <c>x.keyword</c>.</summary>
    public static string Stored(JsonObject? mappings, string field)
    {
        var dot = field.LastIndexOf('.');
        return dot > 0 && Mapping(mappings, field[..dot]).Obj("fields").Obj(field[(dot + 1)..]) is not null ? field[..dot] : field;
    }

    /// <summary>Turns stars and question marks into a pattern for whole words.</summary>
    public static Regex Wildcard(string pattern, bool ignoreCase = false) =>
        new("^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$", RegexOptions.Singleline | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None), TimeSpan.FromSeconds(1));

    // Letters, digits and underscores; a dot or an apostrophe between two of them joins.
    [GeneratedRegex(@"[\p{L}\p{N}_]+(?:[.'’][\p{L}\p{N}_]+)*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Token();
}
