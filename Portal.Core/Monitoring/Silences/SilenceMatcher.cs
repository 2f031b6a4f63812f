using System.Text.RegularExpressions;

namespace Portal.Core.Monitoring.Silences;

/// <summary>One condition of a silence on a label; a label that is absent is empty.</summary>
/// <param name="Name">The label's name.</param>
/// <param name="Value">The value, or a regular expression (RE2) that the whole value must match.</param>
/// <param name="IsRegex">Whether the value is an expression.</param>
/// <param name="IsEqual">Whether it must match, or must not.</param>
public sealed partial record SilenceMatcher(string Name, string Value, bool IsRegex = false, bool IsEqual = true)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the operator as Alertmanager writes it: <c>=</c>, <c>!=</c>, <c>=~</c>, <c>!~</c>.</summary>
    public string Operator => (IsRegex, IsEqual) switch { (true, true) => "=~", (true, false) => "!~", (false, true) => "=", _ => "!=" };

    /// <summary>Gets whether the label's name is one.</summary>
    public bool IsNamed => LabelName().IsMatch(Name);

    /// <summary>Gets whether the value can be read: an expression must be one.</summary>
    public bool IsReadable => !IsRegex || Expression() is not null;

    /// <summary>Gets whether it would match an absent label.</summary>
    public bool MatchesNothing => IsMatch("");

    /// <summary>Gives whether an alert with these labels meets it.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels) => IsMatch(labels.TryGetValue(Name, out var value) ? value : "");

    /// <inheritdoc />
    public override string ToString() => $"{Name}{Operator}\"{Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private bool IsMatch(string value)
    {
        if (!IsRegex)
        {
            return (value == Value) == IsEqual;
        }

        try
        {
            return Expression() is { } expression && expression.IsMatch(value) == IsEqual;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    // RE2 has no look-around and no back references; neither has this engine.
    private Regex? Expression()
    {
        try
        {
            return new Regex($"^(?:{Value})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelName();
}
