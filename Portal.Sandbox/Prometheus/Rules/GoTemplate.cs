using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Rules;

/// <summary>The part of Go's templates that rules use: labels, the value, and pipes of functions. Conditions and loops are not known.</summary>
internal static partial class GoTemplate
{
    /// <summary>Fills a text; what it cannot fill becomes the error that Prometheus writes.</summary>
    public static string Fill(string text, LabelSet labels, double value, IEnumerable<KeyValuePair<string, string>> external)
    {
        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            return text;
        }

        try
        {
            var outside = LabelSet.Of(external);
            return Place().Replace(text, m => Print(Pipe(m.Groups[1].Value, labels, value, outside)));
        }
        catch (FormatException e)
        {
            return $"<error expanding template: error executing template __alert_x: {e.Message}>";
        }
    }

    private static object Pipe(string text, LabelSet labels, double value, LabelSet external)
    {
        object? last = null;
        foreach (var stage in Stages().Split(text).Select(s => s.Trim()))
        {
            var words = Word().Matches(stage).Select(m => m.Value).ToList();
            if (words.Count == 0)
            {
                throw new FormatException("missing value for command");
            }

            var arguments = words.Skip(1).Select(w => Operand(w, labels, value, external) ?? throw new FormatException($"undefined variable \"{w}\"")).ToList();
            if (last is not null)
            {
                arguments.Add(last);
            }

            last = arguments.Count == 0 && Operand(words[0], labels, value, external) is { } operand ? operand : Call(words[0], arguments);
        }

        return last!;
    }

    private static object? Operand(string word, LabelSet labels, double value, LabelSet external) => word switch
    {
        "$value" or ".Value" => value,
        "$labels" or ".Labels" => labels,
        "$externalLabels" or ".ExternalLabels" => external,
        _ when word.StartsWith("$labels.", StringComparison.Ordinal) || word.StartsWith(".Labels.", StringComparison.Ordinal) => labels[word[8..]],
        _ when word.StartsWith("$externalLabels.", StringComparison.Ordinal) || word.StartsWith(".ExternalLabels.", StringComparison.Ordinal) => external[word[16..]],
        _ when word[0] is '"' or '`' => word[0] == '"' ? Regex.Unescape(word[1..^1]) : word[1..^1],
        _ => PromNumber.Parse(word),
    };

    private static string Call(string name, List<object> arguments) => (name, arguments) switch
    {
        ("index", [LabelSet set, string label]) => set[label],
        ("printf", [string format, .. var rest]) => Printf(format, rest),
        ("print", _) => string.Concat(arguments.Select(Print)),
        ("humanize", [var v]) => Humanize(Number(v), 1000, ["", "k", "M", "G", "T", "P", "E", "Z", "Y"]),
        ("humanize1024", [var v]) => Humanize(Number(v), 1024, ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"]),
        ("humanizePercentage", [var v]) => Short(Number(v) * 100) + "%",
        ("humanizeDuration", [var v]) => Duration(Number(v)),
        ("humanizeTimestamp", [var v]) => DateTimeOffset.FromUnixTimeMilliseconds((long)(Number(v) * 1000)).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'", CultureInfo.InvariantCulture),
        ("toUpper", [var v]) => Print(v).ToUpperInvariant(),
        ("toLower", [var v]) => Print(v).ToLowerInvariant(),
        ("title", [var v]) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Print(v)),
        ("reReplaceAll", [string expression, string with, var v]) => Regex.Replace(Print(v), Regexes.Translate(expression), with, RegexOptions.None, TimeSpan.FromSeconds(1)),
        ("stripPort", [var v]) => Print(v).Split(':')[0],
        _ => throw new FormatException($"function \"{name}\" not defined"),
    };

    private static double Number(object value) => value is double number ? number : PromNumber.Parse(Print(value)) ?? throw new FormatException($"can't convert {Print(value)} to float");

    private static string Print(object value) => value switch
    {
        double number when number != 0 && Math.Abs(number) < 1e-4 => PromNumber.Exponent(number),
        double number => PromNumber.Text(number),
        LabelSet set => "map[" + string.Join(' ', set.Pairs.Select(p => $"{p.Key}:{p.Value}")) + "]",
        _ => value.ToString() ?? string.Empty,
    };

    private static string Printf(string format, List<object> arguments)
    {
        var next = 0;
        return Verb().Replace(format, m =>
        {
            if (m.Value == "%%")
            {
                return "%";
            }

            if (next >= arguments.Count)
            {
                return $"%!{m.Groups[2].Value}(MISSING)";
            }

            var (argument, digits) = (arguments[next++], m.Groups[1].Length > 1 ? int.Parse(m.Groups[1].ValueSpan[1..], CultureInfo.InvariantCulture) : -1);
            return m.Groups[2].Value switch
            {
                "f" or "F" => Number(argument).ToString("F" + (digits < 0 ? 6 : digits), CultureInfo.InvariantCulture),
                "g" when digits >= 0 => Short(Number(argument), digits),
                "e" => Number(argument).ToString((digits < 0 ? "0.000000" : "0." + new string('0', digits)) + "e+00", CultureInfo.InvariantCulture),
                "d" when argument is double number => $"%!d(float64={Print(number)})",
                "q" => LabelSet.Quote(Print(argument)),
                _ => Print(argument),
            };
        });
    }

    private static string Short(double value, int digits = 4) => double.IsFinite(value) ? value.ToString("G" + digits, CultureInfo.InvariantCulture).Replace('E', 'e') : PromNumber.Text(value);

    private static string Humanize(double value, double unit, string[] prefixes)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return Short(value);
        }

        var at = 0;
        if (Math.Abs(value) >= 1)
        {
            for (; Math.Abs(value) >= unit && at < prefixes.Length - 1; at++)
            {
                value /= unit;
            }

            return Short(value) + prefixes[at];
        }

        string[] small = ["", "m", "u", "n", "p", "f", "a", "z", "y"];
        for (; unit == 1000 && Math.Abs(value) < 1 && at < small.Length - 1; at++)
        {
            value *= 1000;
        }

        return Short(value) + small[at];
    }

    private static string Duration(double value)
    {
        if (!double.IsFinite(value) || value == 0)
        {
            return Short(value) + (value == 0 ? "s" : string.Empty);
        }

        var (sign, size) = (value < 0 ? "-" : string.Empty, Math.Abs(value));
        if (size < 1)
        {
            return Humanize(value, 1000, []) + "s";
        }

        var whole = (long)size;
        var (days, hours, minutes, seconds) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
        var text = new StringBuilder(sign);
        return days > 0 ? $"{text}{days}d {hours}h {minutes}m {seconds}s"
            : hours > 0 ? $"{text}{hours}h {minutes}m {seconds}s"
            : minutes > 0 ? $"{text}{minutes}m {seconds}s" : $"{text}{Short(size)}s";
    }

    [GeneratedRegex(@"\{\{-?\s*(.*?)\s*-?\}\}", RegexOptions.Singleline)]
    private static partial Regex Place();

    [GeneratedRegex("""\|(?=(?:[^"]*"[^"]*")*[^"]*$)""")]
    private static partial Regex Stages();

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|`[^`]*`|[^\s()]+
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Word();

    [GeneratedRegex(@"%%|%(\.\d+)?([a-zA-Z])")]
    private static partial Regex Verb();
}
