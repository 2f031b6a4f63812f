using System.Text;

namespace Portal.Core.Logs.Kibana;

/// <summary>Writes Kibana's query language; user text never becomes an operator.</summary>
public static class Kql
{
    /// <summary>Gives a field that has exactly these words, one after the other: <c>field: "value"</c>.</summary>
    public static string Phrase(string field, string value) => $"{Name(field)}: \"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Gives a field that has all of some words.</summary>
    public static string All(string field, IEnumerable<string> words) => $"{Name(field)}: ({string.Join(" and ", words.Select(Word))})";

    /// <summary>Escapes a word that stands without quotes.</summary>
    public static string Word(string word)
    {
        var text = new StringBuilder();
        if (word.ToLowerInvariant() is "and" or "or" or "not")
        {
            text.Append('\\');
        }

        foreach (var c in word)
        {
            if (c is '\\' or '(' or ')' or ':' or '<' or '>' or '"' or '*' or '{' or '}')
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.ToString();
    }

    private static string Name(string field) => Word(field);
}
