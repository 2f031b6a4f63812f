using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Core.Monitoring.Rules;

/// <summary>The number in a rule of the platform that people may change, and how the rule steps back for one that takes its place.</summary>
internal static partial class RuleThreshold
{
    /// <summary>The annotation that holds the number as it stands in the expression.</summary>
    public const string Annotation = "portal_threshold";

    /// <summary>The series that is there while a rule is replaced, with the rule's name as its label <c>rule</c>.</summary>
    public const string Override = "portal_rule_override";

    /// <summary>Gives the expression without what makes it step back, and whether it has that.</summary>
    public static (string Expression, bool StepsBack) Open(string expression, string name)
    {
        var match = Guard().Match(expression);
        return match.Success && match.Groups[1].Value == name ? (expression[..match.Index], true) : (expression, false);
    }

    /// <summary>Gives the number if it is one and stands in the expression exactly once as a threshold, else null.</summary>
    public static string? Find(string expression, string number) => IsNumber(number) && At(number).Count(expression) == 1 ? number : null;

    /// <summary>Says whether a text is a number that can be put into an expression.</summary>
    public static bool IsNumber(string text) => Number().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);

    /// <summary>Puts another number in the place of one.</summary>
    public static string Put(string expression, string number, string other) => At(number).Replace(expression, m => m.Groups[1].Value + other);

    private static Regex At(string number) => new($@"((?:==|!=|>=|<=|>|<)\s*){Regex.Escape(number)}(?![0-9.eE])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"\s+unless\s+on\s*\(\s*\)\s*portal_rule_override\{rule=""([^""]*)""\}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Guard();

    [GeneratedRegex(@"^-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
