using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Core.Logs;

/// <summary>Words for severities, in level fields and in messages. The search asks Elasticsearch for the same words by which a line is judged here.</summary>
public static partial class LogSeverities
{
    // A message is judged by its beginning: what a stack trace says below does not change what it is.
    private const int Judged = 2000;

    /// <summary>Gets the words of errors.</summary>
    public static ImmutableArray<string> Errors { get; } = ["error", "err", "fatal", "critical", "crit", "panic", "exception", "severe", "emerg", "emergency", "traceback"];

    /// <summary>Gets the words of warnings.</summary>
    public static ImmutableArray<string> Warnings { get; } = ["warn", "warning"];

    /// <summary>Gets the levels below a warning: a message that names one of them is no worse, whatever other words it has.</summary>
    public static ImmutableArray<string> Calm { get; } = ["info", "debug", "trace", "notice"];

    /// <summary>Judges a line.</summary>
    /// <param name="level">Its level field, or null.</param>
    /// <param name="message">Its message.</param>
    public static LogSeverity Of(string? level, string message)
    {
        if (level is not null && OfWord(level) is not LogSeverity.Unknown and var known)
        {
            return known;
        }

        var text = message.Length > Judged ? message[..Judged] : message;
        if (Level().Match(text) is { Success: true } said && OfWord(said.Groups[1].Value) is not LogSeverity.Unknown and var named)
        {
            return named;
        }

        var best = LogSeverity.Unknown;
        foreach (var word in Words().EnumerateMatches(text))
        {
            var found = OfWord(text.Substring(word.Index, word.Length));
            best = found > best && found >= LogSeverity.Warning ? found : best;
        }

        return best;
    }

    /// <summary>Gives the severity that a word means.</summary>
    public static LogSeverity OfWord(string word) => word.Trim().ToLowerInvariant() switch
    {
        "info" or "information" or "notice" => LogSeverity.Info,
        "debug" or "trace" or "verbose" => LogSeverity.Debug,
        var w when Errors.Contains(w) => LogSeverity.Error,
        var w when Warnings.Contains(w) => LogSeverity.Warning,
        _ => LogSeverity.Unknown,
    };

    // level=info, "level":"info", severity: info.
    [GeneratedRegex("""\b(?:level|lvl|severity)["']?\s*[=:]\s*["']?([a-z]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 200)]
    private static partial Regex Level();

    [GeneratedRegex(@"[A-Za-z]+", RegexOptions.CultureInvariant, 200)]
    private static partial Regex Words();
}
