using Portal.Core.Monitoring.Dashboards;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Grafana's units (the ids of its value formats) as the portal's.</summary>
internal static class GrafanaUnits
{
    private static readonly Dictionary<string, GrafanaUnit> Known = Make();

    /// <summary>Gives the unit; null for one that the portal does not know.</summary>
    public static GrafanaUnit? Find(string? id) => string.IsNullOrEmpty(id) ? GrafanaUnit.Plain : Known.GetValueOrDefault(id);

    private static Dictionary<string, GrafanaUnit> Make()
    {
        var all = new Dictionary<string, GrafanaUnit>(StringComparer.Ordinal)
        {
            ["none"] = GrafanaUnit.Plain,
            ["short"] = GrafanaUnit.Plain,
            ["sishort"] = GrafanaUnit.Plain,
            ["string"] = GrafanaUnit.Plain,
            ["number"] = GrafanaUnit.Plain,
            ["locale"] = new(MetricUnit.Count, 1),
            ["percent"] = new(MetricUnit.Ratio, 0.01),
            ["percentunit"] = new(MetricUnit.Ratio, 1),
            ["ns"] = new(MetricUnit.Seconds, 1e-9),
            ["µs"] = new(MetricUnit.Seconds, 1e-6),
            ["us"] = new(MetricUnit.Seconds, 1e-6),
            ["ms"] = new(MetricUnit.Seconds, 1e-3),
            ["s"] = new(MetricUnit.Seconds, 1),
            ["m"] = new(MetricUnit.Seconds, 60),
            ["h"] = new(MetricUnit.Seconds, 3600),
            ["d"] = new(MetricUnit.Seconds, 86_400),
            ["dtdurations"] = new(MetricUnit.Seconds, 1),
            ["dtdurationms"] = new(MetricUnit.Seconds, 1e-3),
            ["dthms"] = new(MetricUnit.Seconds, 1),
            ["clocks"] = new(MetricUnit.Seconds, 1),
            ["clockms"] = new(MetricUnit.Seconds, 1e-3),
            ["timeticks"] = new(MetricUnit.Seconds, 0.01),
            ["bytes"] = new(MetricUnit.Bytes, 1),
            ["decbytes"] = new(MetricUnit.Bytes, 1),
            ["Bps"] = new(MetricUnit.BytesPerSecond, 1),
            ["binBps"] = new(MetricUnit.BytesPerSecond, 1),
            ["bits"] = new(MetricUnit.Bits, 1),
            ["decbits"] = new(MetricUnit.Bits, 1),
            ["bps"] = new(MetricUnit.BitsPerSecond, 1),
            ["binbps"] = new(MetricUnit.BitsPerSecond, 1),
        };
        foreach (var (letter, power) in new[] { ('k', 1), ('m', 2), ('g', 3), ('t', 4), ('p', 5) })
        {
            var upper = char.ToUpperInvariant(letter);
            all[$"{letter}bytes"] = new(MetricUnit.Bytes, Math.Pow(1024, power));
            all[$"dec{letter}bytes"] = new(MetricUnit.Bytes, Math.Pow(1000, power));
            all[$"{upper}Bs"] = new(MetricUnit.BytesPerSecond, Math.Pow(1000, power));
            all[$"{upper}iBs"] = new(MetricUnit.BytesPerSecond, Math.Pow(1024, power));
            all[$"{upper}bits"] = new(MetricUnit.BitsPerSecond, Math.Pow(1000, power));
            all[$"{upper}ibits"] = new(MetricUnit.BitsPerSecond, Math.Pow(1024, power));
        }

        foreach (var second in new[] { "ops", "reqps", "rps", "wps", "iops", "cps", "pps", "eps", "mps", "recps", "rowsps" })
        {
            all[second] = new(MetricUnit.PerSecond, 1);
        }

        foreach (var minute in new[] { "opm", "rpm", "wpm", "cpm", "epm", "mpm" })
        {
            all[minute] = new(MetricUnit.PerSecond, 1.0 / 60);
        }

        return all;
    }
}
