using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Grafana;

/// <summary>What an imported dashboard shows, as the page's address has it.</summary>
/// <param name="ClusterId">The cluster; null for the first that works.</param>
/// <param name="Range">Time range; null for what the dashboard opens with.</param>
/// <param name="Refresh">Seconds until it is read again; 0 for never.</param>
/// <param name="Values">Values of its variables (<c>var-NAME</c>).</param>
/// <param name="Rows">The closed rows that are opened, by their numbers.</param>
public sealed record GrafanaAddress(string? ClusterId, TimeRange? Range, int Refresh, ImmutableDictionary<string, ImmutableArray<string>> Values, ImmutableArray<int> Rows)
{
    /// <summary>What stands before a variable's name.</summary>
    public const string Prefix = "var-";

    private const int MostValues = 100;
    private const int LongestValue = 1000;
    private static readonly int[] Pauses = [10, 30, 60, 300];

    /// <summary>Reads the query part of an address; what is unknown is left at its default.</summary>
    public static GrafanaAddress Parse(string query)
    {
        var all = QueryHelpers.ParseQuery(query);
        string? One(string name) => all.TryGetValue(name, out var found) ? found.LastOrDefault() : null;
        return new(
            One("cluster"),
            TimeRange.TryParse(One("from"), One("to"), out var range) ? range : null,
            int.TryParse(One("refresh"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && Pauses.Contains(seconds) ? seconds : 0,
            ValuesOf(all.Select(p => (p.Key, p.Value.AsEnumerable()))),
            [.. (One("rows") ?? "").Split(',').Select(r => int.TryParse(r, NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : -1).Where(r => r >= 0).Distinct().Take(200)]);
    }

    /// <summary>Takes the variables' values out of an address' values.</summary>
    public static ImmutableDictionary<string, ImmutableArray<string>> ValuesOf(IEnumerable<(string Name, IEnumerable<string?> Values)> query) => query
        .Where(p => p.Name.StartsWith(Prefix, StringComparison.Ordinal) && p.Name.Length > Prefix.Length)
        .Take(MostValues)
        .ToImmutableDictionary(p => p.Name[Prefix.Length..], p => p.Values.OfType<string>().Where(v => v.Length <= LongestValue).Distinct(StringComparer.Ordinal).Take(MostValues).ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>Gives it with other values of a variable.</summary>
    public GrafanaAddress With(string variable, ImmutableArray<string> values) => this with { Values = Values.SetItem(variable, values) };

    /// <summary>Gives it with a row opened or closed.</summary>
    public GrafanaAddress Toggled(int row) => this with { Rows = Rows.Contains(row) ? Rows.Remove(row) : Rows.Add(row) };

    /// <summary>Gives the query part, with its question mark; empty where all is at its default.</summary>
    public string Write()
    {
        var parts = new List<(string Name, string Value)>();
        if (ClusterId is not null)
        {
            parts.Add(("cluster", ClusterId));
        }

        if (Range is not null)
        {
            parts.AddRange([("from", Range.From), ("to", Range.To)]);
        }

        if (Refresh > 0)
        {
            parts.Add(("refresh", Refresh.ToString(CultureInfo.InvariantCulture)));
        }

        if (Rows.Length > 0)
        {
            parts.Add(("rows", string.Join(',', Rows.Order())));
        }

        parts.AddRange(Values.OrderBy(v => v.Key, StringComparer.Ordinal).SelectMany(v => v.Value.Select(one => (Prefix + v.Key, one))));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts.Select(p => $"{Uri.EscapeDataString(p.Name)}={Uri.EscapeDataString(p.Value)}"));
    }
}
