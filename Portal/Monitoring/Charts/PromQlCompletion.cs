using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Monitoring.Charts;

/// <summary>What may stand at a place of an expression.</summary>
public enum CompletionPlace
{
    /// <summary>A metric, a function or a keyword.</summary>
    Expression,

    /// <summary>A label's name.</summary>
    Label,

    /// <summary>A label's value, in quotes.</summary>
    Value,

    /// <summary>How far back, in brackets.</summary>
    Duration,
}

/// <summary>Where a person types.</summary>
/// <param name="Place">What may stand there.</param>
/// <param name="Start">Where the word begins that they are typing.</param>
/// <param name="Word">The word up to the caret.</param>
/// <param name="Metric">The metric whose labels are meant; empty for any.</param>
/// <param name="Label">The label whose value is meant; empty where none is.</param>
public sealed record CompletionContext(CompletionPlace Place, int Start, string Word, string Metric, string Label);

/// <summary>A suggestion.</summary>
/// <param name="Text">What is put in place of the word.</param>
/// <param name="Kind">What it is, in the person's language.</param>
/// <param name="Help">What it means; may be empty.</param>
/// <param name="Start">Where the word begins.</param>
/// <param name="Back">How many characters the caret stands before the end of what was put in.</param>
public sealed record Suggestion(string Text, string Kind, string Help, int Start, int Back);

/// <summary>Finds out what may be typed at a place of a PromQL expression.</summary>
public static partial class PromQlCompletion
{
    /// <summary>Suggestions shown at once.</summary>
    public const int Most = 12;

    private static readonly ImmutableArray<string> Durations = ["1m", "5m", "10m", "15m", "30m", "1h", "6h", "1d"];
    private static readonly ImmutableArray<string> Words = ["and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool"];

    private static readonly ImmutableArray<string> Functions =
    [
        "abs", "absent", "absent_over_time", "avg", "avg_over_time", "bottomk", "ceil", "changes", "clamp", "clamp_max", "clamp_min", "count", "count_over_time", "count_values",
        "day_of_month", "day_of_week", "days_in_month", "delta", "deriv", "exp", "floor", "group", "histogram_quantile", "hour", "idelta", "increase", "irate", "label_join", "label_replace",
        "last_over_time", "ln", "log10", "log2", "max", "max_over_time", "min", "min_over_time", "minute", "month", "predict_linear", "present_over_time", "quantile", "quantile_over_time",
        "rate", "resets", "round", "scalar", "sgn", "sort", "sort_desc", "sqrt", "stddev", "stddev_over_time", "stdvar", "sum", "sum_over_time", "time", "timestamp", "topk", "vector", "year",
    ];

    /// <summary>Tells where the caret stands.</summary>
    public static CompletionContext At(string text, int caret)
    {
        var before = text[..Math.Clamp(caret, 0, text.Length)];
        var scan = Scan(before);
        if (scan.QuoteAt is { } quote)
        {
            var label = scan.BraceAt is not null && LabelBefore().Match(before[..quote]) is { Success: true } found ? found.Groups[1].Value : "";
            return new(CompletionPlace.Value, quote + 1, before[(quote + 1)..], MetricBefore(before, scan.BraceAt), label);
        }

        var word = Tail().Match(before).Value;
        var start = before.Length - word.Length;
        return scan switch
        {
            { BracketAt: not null } => new(CompletionPlace.Duration, start, word, "", ""),
            { BraceAt: { } brace } => new(CompletionPlace.Label, start, word, MetricBefore(before, brace), ""),
            _ when scan.ParenAt is { } paren && Grouping().IsMatch(before[..paren]) => new(CompletionPlace.Label, start, word, "", ""),
            _ => new(CompletionPlace.Expression, start, word, "", ""),
        };
    }

    /// <summary>Gives suggestions for a metric, function or keyword.</summary>
    public static IReadOnlyList<Suggestion> Expressions(CompletionContext at, IEnumerable<string> metrics, IReadOnlyDictionary<string, MetricDescription> descriptions) =>
    [
        .. metrics.Select(m => (Text: m, Kind: descriptions.GetValueOrDefault(m)?.Type is { Length: > 0 } type ? type : ChartsText.SuggestMetric, Help: descriptions.GetValueOrDefault(m)?.Help ?? "", Back: 0))
            .Concat(Functions.Select(f => (Text: f + "()", Kind: ChartsText.SuggestFunction, Help: "", Back: f is "time" ? 0 : 1)))
            .Concat(Words.Select(w => (Text: w, Kind: ChartsText.SuggestWord, Help: "", Back: 0)))
            .Where(s => s.Text.Contains(at.Word, StringComparison.OrdinalIgnoreCase) && s.Text != at.Word)
            .OrderBy(s => s.Text.StartsWith(at.Word, StringComparison.OrdinalIgnoreCase) ? 0 : 1).ThenBy(s => s.Text.Length).ThenBy(s => s.Text, StringComparer.Ordinal)
            .Take(Most).Select(s => new Suggestion(s.Text, s.Kind, s.Help, at.Start, s.Back)),
    ];

    /// <summary>Gives suggestions out of a list.</summary>
    public static IReadOnlyList<Suggestion> Of(CompletionContext at, IEnumerable<string> texts) =>
    [
        .. (at.Place is CompletionPlace.Duration ? Durations : texts)
            .Where(t => t.Contains(at.Word, StringComparison.OrdinalIgnoreCase) && t != at.Word && t != "__name__")
            .OrderBy(t => t.StartsWith(at.Word, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .Take(Most).Select(t => new Suggestion(at.Place is CompletionPlace.Value ? PromQl.Quote(t)[1..^1] : t, KindOf(at.Place), "", at.Start, 0)),
    ];

    private static string KindOf(CompletionPlace place) => place switch
    {
        CompletionPlace.Label => ChartsText.SuggestLabel,
        CompletionPlace.Value => ChartsText.SuggestValue,
        _ => ChartsText.SuggestDuration,
    };

    private static string MetricBefore(string before, int? brace) => brace is { } at ? Tail().Match(before[..at]).Value : "";

    // Which brace, bracket, parenthesis and quote are open at the end.
    private static (int? QuoteAt, int? BraceAt, int? BracketAt, int? ParenAt) Scan(string text)
    {
        var open = new Stack<int>();
        int? quote = null;
        for (var at = 0; at < text.Length; at++)
        {
            if (quote is { } began)
            {
                if (text[at] == '\\' && text[began] != '`')
                {
                    at++;
                }
                else if (text[at] == text[began])
                {
                    quote = null;
                }
            }
            else if (text[at] is '"' or '\'' or '`')
            {
                quote = at;
            }
            else if (text[at] is '{' or '[' or '(')
            {
                open.Push(at);
            }
            else if (text[at] is '}' or ']' or ')' && open.Count > 0)
            {
                open.Pop();
            }
        }

        int? Top(char c) => open.Count > 0 && text[open.Peek()] == c ? open.Peek() : null;
        return (quote, Top('{'), Top('['), Top('('));
    }

    [GeneratedRegex(@"[a-zA-Z0-9_:]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tail();

    [GeneratedRegex(@"([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelBefore();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grouping();
}
