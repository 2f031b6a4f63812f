using System.Text.RegularExpressions;

namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>One condition of a selector: <c>=</c>, <c>!=</c>, <c>=~</c> or <c>!~</c>; expressions match the whole value.</summary>
internal sealed class LabelMatcher
{
    private readonly Regex? regex;

    public LabelMatcher(string name, string kind, string value)
    {
        Name = name;
        Kind = kind;
        Value = value;
        if (kind is "=~" or "!~")
        {
            regex = new Regex($@"\A(?:{Regexes.Translate(value)})\z", RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        }
    }

    public string Name { get; }

    public string Kind { get; }

    public string Value { get; }

    public bool Matches(string value) => Kind switch
    {
        "=" => value == Value,
        "!=" => value != Value,
        "=~" => regex!.IsMatch(value),
        _ => !regex!.IsMatch(value),
    };

    public bool Matches(LabelSet labels) => Matches(labels[Name]);

    public override string ToString() => $"{Name}{Kind}{LabelSet.Quote(Value)}";
}

/// <summary>Go's expressions in .NET's words.</summary>
internal static class Regexes
{
    /// <summary>Translates the few spellings that differ.</summary>
    public static string Translate(string text) => text.Replace("(?P<", "(?<", StringComparison.Ordinal).Replace("[[:alpha:]]", "[a-zA-Z]", StringComparison.Ordinal).Replace("[[:digit:]]", "[0-9]", StringComparison.Ordinal).Replace("(?s:", "(?s:", StringComparison.Ordinal);

    /// <summary>Says whether it is an expression that Go would take.</summary>
    public static bool IsValid(string text)
    {
        try
        {
            _ = new Regex(Translate(text), RegexOptions.None, TimeSpan.FromSeconds(1));
            return !text.Contains("(?=", StringComparison.Ordinal) && !text.Contains("(?!", StringComparison.Ordinal) && !text.Contains("(?<=", StringComparison.Ordinal) && !text.Contains("(?<!", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
