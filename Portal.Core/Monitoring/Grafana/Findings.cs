using System.Collections.Immutable;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Gathers what is shown in another way or not at all: once for each kind, with where it is.</summary>
internal sealed class Findings
{
    private const int MostPlaces = 40;
    private const int LongestName = 80;
    private readonly List<(string Code, string Detail)> order = [];
    private readonly Dictionary<(string Code, string Detail), List<string>> places = [];

    /// <summary>Gets them in the order in which they were met.</summary>
    public ImmutableArray<GrafanaFinding> All => [.. order.Select(key => new GrafanaFinding(key.Code, key.Detail, [.. places[key].Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).Take(MostPlaces)]))];

    /// <summary>Keeps one.</summary>
    public void Add(string code, string detail, string where)
    {
        var key = (code, Cut(detail));
        if (!places.TryGetValue(key, out var list))
        {
            order.Add(key);
            places.Add(key, list = []);
        }

        list.Add(Cut(where));
    }

    private static string Cut(string text) => text.Length <= LongestName ? text : text[..(LongestName - 1)] + "…";
}
