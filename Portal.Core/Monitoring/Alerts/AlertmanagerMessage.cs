using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>Alertmanager's webhook message, version 4; of it what is kept.</summary>
internal static class AlertmanagerMessage
{
    private const int MostLabels = 40;
    private const int LongestName = 128;
    private const int LongestText = 1000;

    /// <summary>Reads the alerts of a message; null when it is not one.</summary>
    public static IReadOnlyList<ClusterAlert>? Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            var body = JsonSerializer.Deserialize<Body>(message.Span, JsonSerializerOptions.Web);
            return body is { Version: "4", Alerts: { } alerts } && alerts.All(a => a is { Fingerprint.Length: > 0 and <= LongestName, Status: "firing" or "resolved", Labels.Count: > 0 })
                ? [.. alerts.Select(Alert)]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ClusterAlert Alert(Entry entry) => new()
    {
        Fingerprint = entry.Fingerprint!,
        Labels = Cut(entry.Labels),
        Annotations = Cut(entry.Annotations),
        StartsAt = entry.StartsAt.ToUniversalTime(),
        EndedAt = entry.Status is "resolved" ? entry.EndsAt.ToUniversalTime() : null,
    };

    private static ImmutableDictionary<string, string> Cut(Dictionary<string, string>? texts) => (texts ?? []).Where(t => t.Key.Length <= LongestName)
        .OrderByDescending(t => t.Key is "alertname" or "severity" or "namespace" or "summary").ThenBy(t => t.Key, StringComparer.Ordinal).Take(MostLabels)
        .ToImmutableDictionary(t => t.Key, t => t.Value.Length > LongestText ? t.Value[..LongestText] : t.Value);

    private sealed record Body(string? Version, List<Entry>? Alerts);

    private sealed record Entry(
        string? Status, Dictionary<string, string>? Labels, Dictionary<string, string>? Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? Fingerprint);
}
