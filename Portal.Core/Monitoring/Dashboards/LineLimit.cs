using System.Collections.Immutable;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>Keeps a chart readable: eyes tell eight colours apart.</summary>
internal static class LineLimit
{
    /// <summary>Gives the lines, or the highest with the rest as one line.</summary>
    /// <param name="lines">All.</param>
    /// <param name="most">How many at most, the rest included.</param>
    /// <param name="addsUp">Whether the rest is the sum, else its highest value at each time.</param>
    public static ImmutableArray<PanelLine> Gather(ImmutableArray<PanelLine> lines, int most, bool addsUp)
    {
        if (lines.Length <= most)
        {
            return lines;
        }

        var ranked = lines.OrderByDescending(Weight).ToList();
        var rest = ranked.Skip(most - 1).ToList();
        var values = new double[rest[0].Values.Length];
        for (var at = 0; at < values.Length; at++)
        {
            values[at] = Join(rest, at, addsUp);
        }

        return [.. ranked.Take(most - 1), new PanelLine("", 0, MetricLabels.None, values) { Of = rest.Count }];
    }

    /// <summary>Gives the highest lines.</summary>
    public static ImmutableArray<PanelLine> Highest(ImmutableArray<PanelLine> lines, int most) => [.. lines.OrderByDescending(Weight).Take(most)];

    private static double Join(List<PanelLine> rest, int at, bool addsUp)
    {
        var joined = double.NaN;
        foreach (var value in rest.Select(l => l.Values[at]).Where(v => !double.IsNaN(v)))
        {
            joined = double.IsNaN(joined) ? value : addsUp ? joined + value : Math.Max(joined, value);
        }

        return joined;
    }

    // The mean of what can be drawn; a line with nothing to draw comes last.
    private static double Weight(PanelLine line)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in line.Values.Where(double.IsFinite))
        {
            sum += value;
            count++;
        }

        return count == 0 ? double.NegativeInfinity : sum / count;
    }
}
