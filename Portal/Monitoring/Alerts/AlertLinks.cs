using System.Globalization;
using Portal.Monitoring.Receivers;
using Portal.Monitoring.Rules;
using Portal.Monitoring.Silences;
using Portal.Shared;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Monitoring.Alerts;

/// <summary>Addresses of the alerts' pages, and of what belongs to an alert on other pages.</summary>
public static class AlertLinks
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(30);

    /// <summary>The alerts with one of them open; of those that are over, the ones of a range, or of the last day.</summary>
    public static string Alert(string projectId, string key, TimeRange? range = null) =>
        $"{ProjectRoutes.Alerts(projectId)}?alert={Uri.EscapeDataString(key)}{(range is null ? "" : "&" + range.ToQuery())}";

    /// <summary>The silences.</summary>
    public static string Silences(string projectId) => ProjectRoutes.Alerts(projectId) + "/silences";

    /// <summary>The form of a silence: a new one, one made from an alert, or one that is there.</summary>
    public static string Silence(string projectId, string? clusterId = null, string? fingerprint = null, string? id = null)
    {
        var values = new[] { ("cluster", clusterId), ("alert", fingerprint), ("id", id) }.Where(v => v.Item2 is not null).Select(v => $"{v.Item1}={Uri.EscapeDataString(v.Item2!)}").ToList();
        return Silences(projectId) + "/edit" + (values.Count == 0 ? "" : "?" + string.Join('&', values));
    }

    /// <summary>The rules.</summary>
    public static string Rules(string projectId) => ProjectRoutes.Alerts(projectId) + "/rules";

    /// <summary>Who is told.</summary>
    public static string Receivers(string projectId) => ProjectRoutes.Alerts(projectId) + "/receivers";

    /// <summary>The chart of an expression over a range.</summary>
    public static string Chart(string projectId, string clusterId, string expression, TimeRange range) =>
        ProjectRoutes.Explore(projectId, [clusterId], range, expression);

    /// <summary>The chart of an alert's expression, or null where Alertmanager did not tell it.</summary>
    public static string? Chart(string projectId, AlertItem item) => item.Alert.Expression is { } expression ? Chart(projectId, item.ClusterId, expression, RangeOf(item)) : null;

    /// <summary>Path of Prometheus' own page of an alert's expression.</summary>
    public static string InPrometheus(AlertItem item, DateTimeOffset now) => PrometheusLink.Of(item.Alert.Expression ?? "", RangeOf(item), now);

    /// <summary>The logs of what an alert is about, or null for one that is about no namespace.</summary>
    public static string? Logs(string projectId, AlertItem item)
    {
        if (item.Alert.Labels.GetValueOrDefault("namespace") is not { Length: > 0 } space)
        {
            return null;
        }

        var pod = item.Alert.Labels.GetValueOrDefault("pod") is { Length: > 0 } name ? $"&pod={Uri.EscapeDataString(name)}" : "";
        return $"{ProjectRoutes.Overview(projectId)}/logs?cluster={Uri.EscapeDataString(item.ClusterId)}&namespace={Uri.EscapeDataString(space)}{pod}&{RangeOf(item).ToQuery()}";
    }

    /// <summary>Gives the tabs of the alerts' pages.</summary>
    public static IReadOnlyList<Tabs.Tab> TabsOf(string projectId) =>
    [
        new("alerts", AlertsText.Title, ProjectRoutes.Alerts(projectId)),
        new("silences", SilencesText.Title, Silences(projectId)),
        new("rules", RulesText.Title, Rules(projectId)),
        new("receivers", ReceiversText.Title, Receivers(projectId)),
    ];

    // From half an hour before its beginning to its end, or to now.
    private static TimeRange RangeOf(AlertItem item)
    {
        var from = (item.Alert.StartsAt - Before).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return item.Alert.EndedAt is { } end && end > item.Alert.StartsAt ? TimeRange.Between(item.Alert.StartsAt - Before, end) : TimeRange.Parse(from, "now");
    }
}
