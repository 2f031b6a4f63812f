using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Shared;
using Portal.Shared.Ranges;

namespace Portal.Logs;

/// <summary>Words for containers' logs.</summary>
internal static class PodLogWords
{
    private const int MostMarks = 50;

    /// <summary>Gives the CSS class of a line.</summary>
    public static string ClassOf(ContainerLine line) => line.Severity switch { LogSeverity.Error => "e", LogSeverity.Warning => "w", _ => "" };

    /// <summary>Says how far back.</summary>
    public static string Span(string span) => span.Length == 0 ? LogsText.LastLines : Sentence.With(RangeText.LastSpan, ("span", span));

    /// <summary>Says what happened to a container's log.</summary>
    public static string End(LogTargetEnd end) => Sentence.With(
        end.Failure is null ? LogsText.EndedLog : end.IsOver ? LogsText.BrokenLog : LogsText.WaitingLog,
        ("pod", end.Target.Pod),
        ("container", end.Target.Container),
        ("why", end.Failure?.Answer ?? end.Failure?.Failure.ToString() ?? ""));

    /// <summary>Finds a text in a line.</summary>
    public static IReadOnlyList<LogMark> Marks(string line, string text)
    {
        var marks = new List<LogMark>();
        for (var at = text.Length == 0 ? -1 : line.IndexOf(text, StringComparison.OrdinalIgnoreCase); at >= 0 && marks.Count < MostMarks; at = line.IndexOf(text, at + text.Length, StringComparison.OrdinalIgnoreCase))
        {
            marks.Add(new(at, text.Length));
        }

        return marks;
    }
}
