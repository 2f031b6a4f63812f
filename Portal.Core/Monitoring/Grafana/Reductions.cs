using System.Text.RegularExpressions;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Makes one number of a line.</summary>
internal static class Reduction
{
    /// <summary>Makes it; NaN where there is none.</summary>
    public static double Of(double[] values, string calc)
    {
        var known = values.Where(v => !double.IsNaN(v)).ToList();
        if (calc is "last" && values.Length > 0)
        {
            return values[^1];
        }

        return known.Count == 0 ? calc is "count" ? 0 : double.NaN : calc switch
        {
            "first" or "firstNotNull" => known[0],
            "min" => known.Min(),
            "max" => known.Max(),
            "mean" => known.Average(),
            "sum" => known.Sum(),
            "count" => known.Count,
            "range" => known.Max() - known.Min(),
            "delta" or "diff" => known[^1] - known[0],
            _ => known[^1],
        };
    }
}

/// <summary>Names lines.</summary>
internal static partial class Legend
{
    /// <summary>Gives a line's name; without a legend, Prometheus' own writing of the series, and the query where that says nothing.</summary>
    public static string Name(GrafanaView view, GrafanaQuery query, MetricLabels labels, int lines)
    {
        var name = query.Legend.Length == 0 ? "" : Label().Replace(view.Words(query.Legend), found => labels[found.Groups[1].Value]).Trim();
        return name.Length > 0 ? name : labels.Pairs.Length > 0 ? labels.ToString() : lines == 1 ? query.RefId : "{}";
    }

    [GeneratedRegex(@"\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}

/// <summary>From the least to the greatest of a gauge, in the panel's own unit.</summary>
internal sealed record Scale(GrafanaPanel Panel, double Least, double Greatest)
{
    /// <summary>Gives the scale that the panel says; else what suits the unit or the values.</summary>
    public static Scale Of(GrafanaPanel panel, IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var isRatio = panel.Unit.Unit is Dashboards.MetricUnit.Ratio;
        var least = panel.Least ?? Math.Min(0, finite.Min());
        var greatest = panel.Greatest ?? (isRatio ? 1 / panel.Unit.Factor : panel.Kind is GrafanaPanelKind.Gauge ? Math.Max(100, finite.Max()) : finite.Max());
        return new(panel, least, greatest > least ? greatest : least + 1);
    }

    /// <summary>Gives a number with what is to be shown of it.</summary>
    public GrafanaNumber Number(string name, double value) => new(
        name,
        value * Panel.Unit.Factor,
        Panel.Mappings.FirstOrDefault(m => m.Suits(value))?.Text,
        LevelOf(value),
        double.IsFinite(value) ? Math.Clamp((value - Least) / (Greatest - Least), 0, 1) : double.IsPositiveInfinity(value) ? 1 : 0);

    private GrafanaLevel LevelOf(double value)
    {
        var compared = Panel.ThresholdsArePercent ? (value - Least) / (Greatest - Least) * 100 : value;
        return double.IsNaN(value) ? GrafanaLevel.Plain : Panel.Thresholds.LastOrDefault(t => compared >= t.From)?.Level ?? GrafanaLevel.Plain;
    }
}
