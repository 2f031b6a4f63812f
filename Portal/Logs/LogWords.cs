using System.Globalization;
using Portal.Core.Live;
using Portal.Core.Logs;
using Portal.Shared;

namespace Portal.Logs;

/// <summary>Words for lines.</summary>
public static class LogWords
{
    /// <summary>Gives a severity as shape, colour and word; null where nothing says it.</summary>
    public static StateWord? Of(LogSeverity severity) => severity switch
    {
        LogSeverity.Error => new(StateKind.Fail, LogsText.Error),
        LogSeverity.Warning => new(StateKind.Warn, LogsText.Warning),
        LogSeverity.Info => new(StateKind.Off, LogsText.Info),
        LogSeverity.Debug => new(StateKind.Off, LogsText.Debug),
        _ => null,
    };

    /// <summary>Gives the name of a filter of the address.</summary>
    public static string NameOf(string filter) => filter switch
    {
        "namespace" => LogsText.Namespace,
        "workload" => LogsText.Workload,
        "pod" => LogsText.Pod,
        "container" => LogsText.Container,
        _ => LogsText.Node,
    };

    /// <summary>Gives the name of a column.</summary>
    public static string NameOf(LogColumn column) => column switch
    {
        LogColumn.Cluster => LogsText.Cluster,
        LogColumn.Namespace => LogsText.Namespace,
        LogColumn.Pod => LogsText.Pod,
        LogColumn.Container => LogsText.Container,
        _ => LogsText.Node,
    };

    /// <summary>Gives a column's value of a line.</summary>
    public static string? ValueOf(LogColumn column, LogLine line) => column switch
    {
        LogColumn.Cluster => line.Source.Name,
        LogColumn.Namespace => line.Namespace,
        LogColumn.Pod => line.Pod,
        LogColumn.Container => line.Container,
        _ => line.Node,
    };

    /// <summary>Gives a moment in a zone: the clock with milliseconds, with the day where <paramref name="withDay"/>.</summary>
    public static string Clock(DateTimeOffset at, TimeZoneInfo zone, bool withDay) =>
        TimeZoneInfo.ConvertTime(at, zone).ToString(withDay ? "MM-dd HH:mm:ss.fff" : "HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Gives a zone's distance from UTC at a moment: <c>UTC+1</c>.</summary>
    public static string Offset(DateTimeOffset at, TimeZoneInfo zone)
    {
        var offset = zone.GetUtcOffset(at);
        return offset == TimeSpan.Zero ? "UTC" : string.Create(CultureInfo.InvariantCulture, $"UTC{(offset < TimeSpan.Zero ? "−" : "+")}{Math.Abs(offset.Hours)}{(offset.Minutes == 0 ? "" : $":{Math.Abs(offset.Minutes):00}")}");
    }

    /// <summary>Gives a count of lines, "10 000+" where the counting ended.</summary>
    public static string Count(long total, bool isLower) => total.ToString("N0", CultureInfo.CurrentCulture) + (isLower ? "+" : "");
}
