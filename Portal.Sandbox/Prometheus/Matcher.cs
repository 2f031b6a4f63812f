using System.Text.RegularExpressions;

namespace Portal.Sandbox.Prometheus;

/// <summary>A plain selector such as <c>up{job="kubelet"}</c>.</summary>
internal sealed partial record Matcher(string Name, IReadOnlyList<(string Label, string Operator, string Value)> Terms)
{
    /// <summary>Reads a selector; gives null for any other expression.</summary>
    public static Matcher? Parse(string text)
    {
        var match = Selector().Match(text);
        return match.Success
            ? new Matcher(match.Groups[1].Value, [.. Term().Matches(match.Groups[2].Value).Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value))])
            : null;
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels) => Terms.All(t =>
    {
        var value = labels.GetValueOrDefault(t.Label, string.Empty);
        bool Full() => Regex.IsMatch(value, $"^(?:{t.Value})$", RegexOptions.None, TimeSpan.FromSeconds(1));
        return t.Operator switch { "=" => value == t.Value, "!=" => value != t.Value, "=~" => Full(), _ => !Full() };
    });

    [GeneratedRegex(@"^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?$")]
    private static partial Regex Selector();

    [GeneratedRegex("""(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Term();
}
