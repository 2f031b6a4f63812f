using System.Collections.Immutable;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>Makes one list of what is known and what comes, by either way.</summary>
internal static class AlertMerge
{
    /// <summary>How many alerts of a cluster are kept; what fires goes before what is over.</summary>
    public const int Most = 500;

    /// <summary>The alert of the stock rules that always fires: a proof, and nothing for people.</summary>
    public const string Watchdog = "Watchdog";

    /// <summary>Merges a message. Of the same beginning, over is later than firing; a later beginning is later than both.</summary>
    public static ImmutableArray<ClusterAlert> Told(ImmutableArray<ClusterAlert> known, IReadOnlyList<ClusterAlert> told) =>
        Ordered(told.Where(a => !IsWatchdog(a)).Concat(known).GroupBy(a => a.Fingerprint, StringComparer.Ordinal).Select(same => same.OrderByDescending(a => a.StartsAt).ThenBy(a => a.EndedAt is null).First()));

    /// <summary>
    /// Merges a look: what it names fires, whatever was said before (Alertmanager forgets and is told again after a restart), and what
    /// it does not name is over. Only what a message said while the look was on its way is younger.
    /// </summary>
    /// <param name="known">What is known.</param>
    /// <param name="named">What Alertmanager named.</param>
    /// <param name="begun">When it was asked (UTC).</param>
    public static ImmutableArray<ClusterAlert> Looked(ImmutableArray<ClusterAlert> known, IReadOnlyList<ClusterAlert> named, DateTimeOffset begun)
    {
        var now = named.Where(a => !IsWatchdog(a)).GroupBy(a => a.Fingerprint, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var kept = known.Where(k => IsYounger(k, begun) || !now.ContainsKey(k.Fingerprint)).ToDictionary(k => k.Fingerprint, StringComparer.Ordinal);
        return Ordered(kept.Values.Select(k => k.EndedAt is null && !IsYounger(k, begun) ? k with { EndedAt = begun } : k).Concat(now.Values.Where(n => !kept.ContainsKey(n.Fingerprint))));
    }

    /// <summary>Gets whether it is the alert that always fires.</summary>
    public static bool IsWatchdog(ClusterAlert alert) => alert.Labels.GetValueOrDefault("alertname") == Watchdog;

    /// <summary>Gets whether two lists say the same.</summary>
    public static bool AreSame(ImmutableArray<ClusterAlert> one, ImmutableArray<ClusterAlert> other) => one.Length == other.Length && one.Zip(other).All(p => AreSame(p.First, p.Second));

    private static bool IsYounger(ClusterAlert known, DateTimeOffset begun) => (known.EndedAt ?? known.StartsAt) > begun;

    private static ImmutableArray<ClusterAlert> Ordered(IEnumerable<ClusterAlert> alerts) =>
        [.. alerts.OrderBy(a => a.EndedAt is not null).ThenByDescending(a => a.EndedAt ?? a.StartsAt).ThenBy(a => a.Fingerprint, StringComparer.Ordinal).Take(Most)];

    private static bool AreSame(ClusterAlert one, ClusterAlert other) =>
        (one.Fingerprint, one.StartsAt, one.EndedAt, one.Standing, one.Expression) == (other.Fingerprint, other.StartsAt, other.EndedAt, other.Standing, other.Expression)
        && one.SilencedBy.SequenceEqual(other.SilencedBy) && AreSame(one.Labels, other.Labels) && AreSame(one.Annotations, other.Annotations);

    private static bool AreSame(ImmutableDictionary<string, string> one, ImmutableDictionary<string, string> other) =>
        one.Count == other.Count && one.All(t => other.TryGetValue(t.Key, out var text) && text == t.Value);
}
