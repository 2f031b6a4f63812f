namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Functions of one value.</summary>
internal static class InstantFunctions
{
    public static double Apply(string name, double v, double first, double second) => name switch
    {
        "abs" => Math.Abs(v),
        "ceil" => Math.Ceiling(v),
        "floor" => Math.Floor(v),
        "exp" => Math.Exp(v),
        "ln" => Math.Log(v),
        "log2" => Math.Log2(v),
        "log10" => Math.Log10(v),
        "sqrt" => Math.Sqrt(v),
        "sgn" => v < 0 ? -1 : v > 0 ? 1 : v,
        "round" => Round(v, double.IsNaN(first) ? 1 : first),
        "clamp" => first > second ? PromNumber.Stale : Math.Max(first, Math.Min(second, v)),
        "clamp_min" => Math.Max(first, v),
        "clamp_max" => Math.Min(first, v),
        _ => Trigonometry(name, v),
    };

    private static double Round(double value, double nearest)
    {
        var inverse = 1.0 / nearest;
        return Math.Floor((value * inverse) + 0.5) / inverse;
    }

    private static double Trigonometry(string name, double v) => name switch
    {
        "sin" => Math.Sin(v),
        "cos" => Math.Cos(v),
        "tan" => Math.Tan(v),
        "asin" => Math.Asin(v),
        "acos" => Math.Acos(v),
        "atan" => Math.Atan(v),
        "sinh" => Math.Sinh(v),
        "cosh" => Math.Cosh(v),
        "tanh" => Math.Tanh(v),
        "deg" => v * 180 / Math.PI,
        "rad" => v * Math.PI / 180,
        _ => Date(name, v),
    };

    private static double Date(string name, double seconds)
    {
        if (double.IsNaN(seconds) || Math.Abs(seconds) > 253402300799)
        {
            return double.NaN;
        }

        var time = DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return name switch
        {
            "minute" => time.Minute,
            "hour" => time.Hour,
            "day_of_week" => (int)time.DayOfWeek,
            "day_of_month" => time.Day,
            "day_of_year" => time.DayOfYear,
            "days_in_month" => DateTime.DaysInMonth(time.Year, time.Month),
            "month" => time.Month,
            _ => time.Year,
        };
    }
}

/// <summary>Quantiles of the classic histograms (<c>_bucket</c> with <c>le</c>).</summary>
internal sealed class Histograms(Grid grid)
{
    public List<Row> Quantile(double[] quantiles, IReadOnlyList<Row> rows)
    {
        var result = new List<Row>();
        foreach (var group in rows.Where(r => PromNumber.Parse(r.Labels["le"]) is not null).GroupBy(r => r.Labels.Without(["le", LabelSet.Metric])))
        {
            var buckets = group.Select(r => (Bound: PromNumber.Parse(r.Labels["le"])!.Value, r.Values)).OrderBy(b => b.Bound).ToList();
            var values = grid.Nothing();
            for (var i = 0; i < grid.Count; i++)
            {
                var there = buckets.Where(b => !PromNumber.IsStale(b.Values[i])).Select(b => (b.Bound, Count: b.Values[i])).ToList();
                if (there.Count > 0)
                {
                    values[i] = OfBuckets(quantiles[i], there);
                }
            }

            result.Add(new Row(group.Key, values));
        }

        return result;
    }

    private static double OfBuckets(double quantile, List<(double Bound, double Count)> buckets)
    {
        if (double.IsNaN(quantile))
        {
            return double.NaN;
        }

        if (quantile is < 0 or > 1)
        {
            return quantile < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (!double.IsPositiveInfinity(buckets[^1].Bound) || buckets.Count < 2)
        {
            return double.NaN;
        }

        return Between(quantile, buckets);
    }

    private static double Between(double quantile, List<(double Bound, double Count)> buckets)
    {
        for (var i = 1; i < buckets.Count; i++)
        {
            buckets[i] = (buckets[i].Bound, Math.Max(buckets[i].Count, buckets[i - 1].Count));
        }

        var rank = quantile * buckets[^1].Count;
        var index = buckets.FindIndex(b => b.Count >= rank);
        if (buckets[^1].Count == 0 || index < 0)
        {
            return double.NaN;
        }

        if (index == buckets.Count - 1)
        {
            return buckets[^2].Bound;
        }

        if (index == 0 && buckets[0].Bound <= 0)
        {
            return buckets[0].Bound;
        }

        var (start, below) = index == 0 ? (0.0, 0.0) : buckets[index - 1];
        return start + ((buckets[index].Bound - start) * ((rank - below) / (buckets[index].Count - below)));
    }
}
