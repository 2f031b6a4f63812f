using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Store;

/// <summary>Times as the API writes them.</summary>
internal static class KubeTime
{
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Micro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(JsonNode? node) =>
        node.Text() is { Length: > 0 } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Gives an age as kubectl prints it.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
        { TotalMinutes: < 10 } => $"{(int)age.TotalMinutes}m{(age.Seconds > 0 ? $"{age.Seconds}s" : string.Empty)}",
        { TotalHours: < 3 } => $"{(int)age.TotalMinutes}m",
        { TotalHours: < 8 } => $"{(int)age.TotalHours}h{(age.Minutes > 0 ? $"{age.Minutes}m" : string.Empty)}",
        { TotalDays: < 2 } => $"{(int)age.TotalHours}h",
        { TotalDays: < 8 } => $"{(int)age.TotalDays}d{(age.Hours > 0 ? $"{age.Hours}h" : string.Empty)}",
        { TotalDays: < 730 } => $"{(int)age.TotalDays}d",
        _ => $"{(int)(age.TotalDays / 365)}y",
    };
}
