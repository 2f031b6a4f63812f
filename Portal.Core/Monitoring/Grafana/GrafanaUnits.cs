using Portal.Core.Monitoring.Dashboards;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Grafana's units (the ids of its value formats) as the portal's.</summary>
internal static class GrafanaUnits
{
    private static readonly string[] Plain = ["none", "short", "sishort", "string", "number"];

    private static readonly (string Id, MetricUnit Unit, double Factor)[] Single =
    [
        ("locale", MetricUnit.Count, 1),
        ("percent", MetricUnit.Ratio, 0.01),
        ("percentunit", MetricUnit.Ratio, 1),
        ("ns", MetricUnit.Seconds, 1e-9),
        ("µs", MetricUnit.Seconds, 1e-6),
        ("us", MetricUnit.Seconds, 1e-6),
        ("ms", MetricUnit.Seconds, 1e-3),
        ("s", MetricUnit.Seconds, 1),
        ("m", MetricUnit.Seconds, 60),
        ("h", MetricUnit.Seconds, 3600),
        ("d", MetricUnit.Seconds, 86_400),
        ("dtdurations", MetricUnit.Seconds, 1),
        ("dtdurationms", MetricUnit.Seconds, 1e-3),
        ("dthms", MetricUnit.Seconds, 1),
        ("clocks", MetricUnit.Seconds, 1),
        ("clockms", MetricUnit.Seconds, 1e-3),
        ("timeticks", MetricUnit.Seconds, 0.01),
        ("bytes", MetricUnit.Bytes, 1),
        ("decbytes", MetricUnit.Bytes, 1),
        ("Bps", MetricUnit.BytesPerSecond, 1),
        ("binBps", MetricUnit.BytesPerSecond, 1),
        ("bits", MetricUnit.Bits, 1),
        ("decbits", MetricUnit.Bits, 1),
        ("bps", MetricUnit.BitsPerSecond, 1),
        ("binbps", MetricUnit.BitsPerSecond, 1),
    ];

    // After what it is made of: fields begin in the order in which they stand.
    private static readonly Dictionary<string, GrafanaUnit> Known = Make();

    /// <summary>Gives the unit; null for one that the portal does not know.</summary>
    public static GrafanaUnit? Find(string? id) => string.IsNullOrEmpty(id) ? GrafanaUnit.Plain : Known.GetValueOrDefault(id);

    private static Dictionary<string, GrafanaUnit> Make()
    {
        var all = Plain.ToDictionary(id => id, _ => GrafanaUnit.Plain, StringComparer.Ordinal);
        foreach (var (id, unit, factor) in Single)
        {
            all[id] = new(unit, factor);
        }

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
