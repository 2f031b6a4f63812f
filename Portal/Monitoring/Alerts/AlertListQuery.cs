using Portal.Core.Monitoring.Alerts;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Alerts;

/// <summary>Which part of the alerts is chosen by a chip.</summary>
public enum AlertGroup
{
    /// <summary>All.</summary>
    All,

    /// <summary>Critical ones.</summary>
    Critical,

    /// <summary>Warnings.</summary>
    Warning,

    /// <summary>The rest.</summary>
    Info,
}

/// <summary>Filter of the alerts, as its URL has it.</summary>
/// <param name="Text">Words, each in any visible field or label.</param>
/// <param name="Group">Chip.</param>
/// <param name="ClusterId">One cluster, or null for all.</param>
/// <param name="Range">Of what is over, that which fired in it; what fires is there whatever the range.</param>
public sealed record AlertListQuery(string Text, AlertGroup Group, string? ClusterId, TimeRange Range)
{
    /// <summary>Gets the range without an address that says another: the last day.</summary>
    public static TimeRange Usual { get; } = TimeRange.Last("24h");

    /// <summary>Gets what is shown at first.</summary>
    public static AlertListQuery Default { get; } = new("", AlertGroup.All, null, Usual);

    /// <summary>Reads the URL's values; what is unknown is left at its default.</summary>
    public static AlertListQuery Read(string? text, string? severity, string? cluster, string? from, string? to) => new(
        text ?? "",
        Enum.TryParse<AlertGroup>(severity, ignoreCase: true, out var group) && Enum.IsDefined(group) ? group : AlertGroup.All,
        string.IsNullOrWhiteSpace(cluster) ? null : cluster,
        TimeRange.TryParse(from, to, out var range) ? range : Usual);

    /// <summary>Gives the URL's values; defaults are left out.</summary>
    public Dictionary<string, object?> Write() => new(StringComparer.Ordinal)
    {
        ["q"] = Text.Length == 0 ? null : Text,
        ["severity"] = Group is AlertGroup.All ? null : Group.ToString().ToLowerInvariant(),
        ["cluster"] = ClusterId,
        ["from"] = Range == Usual ? null : Range.From,
        ["to"] = Range == Usual ? null : Range.To,
    };

    /// <summary>Gets whether an alert fires, or fired in the range.</summary>
    /// <param name="item">The alert.</param>
    /// <param name="now">What the range's <c>now</c> is (UTC).</param>
    public bool IsOfRange(AlertItem item, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(item);
        var (from, to) = Range.At(now);
        return item.Alert.EndedAt is not { } end || (end >= from && item.Alert.StartsAt <= to);
    }

    /// <summary>Gives the rows that match: what needs someone first, then what else fires, the longest first; then what is over, the last first.</summary>
    public IReadOnlyList<AlertItem> Apply(IEnumerable<AlertItem> items) =>
    [
        .. items.Where(i => MatchesRest(i) && IsIn(i, Group))
            .OrderBy(Rank).ThenBy(i => i.IsFiring ? i.Alert.StartsAt.UtcTicks : -i.Alert.EndedAt!.Value.UtcTicks)
            .ThenBy(i => i.Name, StringComparer.Ordinal).ThenBy(i => i.Key, StringComparer.Ordinal),
    ];

    /// <summary>Gets whether the chip has the alert.</summary>
    public static bool IsIn(AlertItem item, AlertGroup group) => group is AlertGroup.All || item.Severity.ToString() == group.ToString();

    /// <summary>Gets whether all but the chip matches.</summary>
    public bool MatchesRest(AlertItem item) => (ClusterId is null || item.ClusterId == ClusterId)
        && Text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(word => Visible(item).Any(field => field.Contains(word, StringComparison.CurrentCultureIgnoreCase)));

    private static IEnumerable<string> Visible(AlertItem item) => [item.Name, item.ClusterName, item.Where, item.Summary, AlertWords.StateOf(item).Word, .. item.Alert.Labels.Values];

    private static int Rank(AlertItem item) => !item.IsFiring ? 10 : item.Alert.Standing is not AlertStanding.Active ? 5 : (int)item.Severity;
}
