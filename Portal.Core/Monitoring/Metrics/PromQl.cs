using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Writes pieces of PromQL.</summary>
public static partial class PromQl
{
    private const string Special = @"\.+*?()|[]{}^$";

    /// <summary>Gives a string literal in double quotes; whatever the text holds, it stays one literal.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => quoted.Append(@"\\"),
                '"' => quoted.Append("\\\""),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                < ' ' or '\x7f' => quoted.Append(@"\x").Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Gives a regular expression (RE2) that matches the text and nothing else; to be quoted yet.</summary>
    public static string Literally(string text)
    {
        var pattern = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            pattern.Append(Special.Contains(c, StringComparison.Ordinal) ? "\\" : "").Append(c);
        }

        return pattern.ToString();
    }

    /// <summary>Gets whether a text may stand as a label's name in a path or a matcher.</summary>
    public static bool IsLabelName(string? text) => text is { Length: > 0 and <= 200 } && LabelName().IsMatch(text);

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelName();
}
