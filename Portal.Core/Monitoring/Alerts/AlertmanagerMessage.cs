using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>What Alertmanager says: its webhook's message (version 4), and the answer of <c>/api/v2/alerts</c>; of both what is kept.</summary>
internal static class AlertmanagerMessage
{
    private const int MostLabels = 40;
    private const int LongestName = 128;
    private const int LongestText = 1000;
    private const int LongestAll = 4000;
    private const int MostSilences = 5;

    // A cluster is its tenant's and may name any time; nothing fired before there was Alertmanager.
    private static readonly DateTimeOffset Earliest = new(2012, 1, 1, 0, 0, 0, TimeSpan.Zero);

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

    /// <summary>Reads the answer to <c>/api/v2/alerts</c>; null when it is not one.</summary>
    public static IReadOnlyList<ClusterAlert>? ReadActive(string answer)
    {
        try
        {
            var alerts = JsonSerializer.Deserialize<List<Listed?>>(answer, JsonSerializerOptions.Web);
            return alerts?.All(a => a is { Fingerprint.Length: > 0 and <= LongestName, Labels.Count: > 0, Status.State: not null }) == true ? [.. alerts.Select(a => Alert(a!))] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ClusterAlert Alert(Listed listed) => new()
    {
        Fingerprint = listed.Fingerprint!,
        Labels = Cut(listed.Labels),
        Annotations = Cut(listed.Annotations),
        Expression = ExpressionOf(listed.GeneratorUrl),
        StartsAt = Sane(listed.StartsAt),
        Standing = listed.Status is { SilencedBy.Count: > 0 } ? AlertStanding.Silenced : listed.Status is { InhibitedBy.Count: > 0 } ? AlertStanding.Inhibited : AlertStanding.Active,
        SilencedBy = [.. (listed.Status!.SilencedBy ?? []).OfType<string>().Where(s => s.Length is > 0 and <= LongestName).Take(MostSilences)],
    };

    private static ClusterAlert Alert(Entry entry) => new()
    {
        Fingerprint = entry.Fingerprint!,
        Labels = Cut(entry.Labels),
        Annotations = Cut(entry.Annotations),
        Expression = ExpressionOf(entry.GeneratorUrl),
        StartsAt = Sane(entry.StartsAt),
        EndedAt = entry.Status is "resolved" ? Sane(entry.EndsAt) : null,
    };

    // Prometheus links to its own page of the expression: …/graph?g0.expr=…
    private static string? ExpressionOf(string? generator)
    {
        const string Name = "g0.expr=";
        var query = generator is { Length: <= LongestAll } && Uri.TryCreate(generator, UriKind.Absolute, out var url) ? url.Query.TrimStart('?').Split('&') : [];
        return query.FirstOrDefault(p => p.StartsWith(Name, StringComparison.Ordinal)) is { Length: > 8 } found ? Uri.UnescapeDataString(found[Name.Length..].Replace('+', ' ')) : null;
    }

    private static DateTimeOffset Sane(DateTimeOffset at) => at < Earliest ? Earliest : at.ToUniversalTime();

    // The names that rows and filters need come first; what is beyond the room for all of them is left out.
    private static ImmutableDictionary<string, string> Cut(Dictionary<string, string?>? texts)
    {
        var kept = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var room = LongestAll;
        foreach (var (name, whole) in (texts ?? []).Where(t => t.Key.Length <= LongestName)
            .OrderByDescending(t => t.Key is "alertname" or "severity" or "namespace" or "pod" or "node" or "summary" or "runbook_url").ThenBy(t => t.Key, StringComparer.Ordinal).Take(MostLabels))
        {
            var text = whole ?? "";
            text = text[..Math.Min(text.Length, LongestText)];
            if ((room -= name.Length + text.Length) < 0)
            {
                break;
            }

            kept[name] = text;
        }

        return kept.ToImmutable();
    }

    private sealed record Body(string? Version, List<Entry>? Alerts);

    private sealed record Entry(
        string? Status, Dictionary<string, string?>? Labels, Dictionary<string, string?>? Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? Fingerprint, string? GeneratorUrl = null);

    private sealed record Listed(Dictionary<string, string?>? Labels, Dictionary<string, string?>? Annotations, DateTimeOffset StartsAt, string? Fingerprint, ListedStatus? Status, string? GeneratorUrl = null);

    private sealed record ListedStatus(string? State, List<string?>? SilencedBy, List<string?>? InhibitedBy);
}
