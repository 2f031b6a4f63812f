namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>The samples that a function over a range sees at one time.</summary>
/// <param name="times">Times in milliseconds, at least one.</param>
/// <param name="values">Values.</param>
/// <param name="from">Beginning of the range, milliseconds.</param>
/// <param name="to">End of the range.</param>
/// <param name="now">Time of the evaluation.</param>
/// <param name="parameter">The function's number, if it has one.</param>
internal readonly ref struct Window(ReadOnlySpan<long> times, ReadOnlySpan<double> values, long from, long to, long now, double parameter)
{
    public ReadOnlySpan<long> Times { get; } = times;

    public ReadOnlySpan<double> Values { get; } = values;

    public long From { get; } = from;

    public long To { get; } = to;

    public long Now { get; } = now;

    public double Parameter { get; } = parameter;
}

/// <summary>Gives a function's value; <see cref="PromNumber.Stale"/> for none.</summary>
internal delegate double RangeFunction(in Window window);

/// <summary>The functions over a range, each as Prometheus calculates it.</summary>
internal static class RangeFunctions
{
    private static readonly Dictionary<string, RangeFunction> Known = new(StringComparer.Ordinal)
    {
        ["rate"] = (in Window w) => Extrapolated(w, true, true),
        ["increase"] = (in Window w) => Extrapolated(w, true, false),
        ["delta"] = (in Window w) => Extrapolated(w, false, false),
        ["irate"] = (in Window w) => Last(w, true),
        ["idelta"] = (in Window w) => Last(w, false),
        ["deriv"] = (in Window w) => w.Values.Length < 2 ? PromNumber.Stale : Line(w, w.Times[0]).Slope,
        ["predict_linear"] = Predict,
        ["changes"] = (in Window w) => Count(w, (a, b) => a != b && !(double.IsNaN(a) && double.IsNaN(b))),
        ["resets"] = (in Window w) => Count(w, (a, b) => b < a),
        ["sum_over_time"] = (in Window w) => Sum(w.Values),
        ["avg_over_time"] = (in Window w) => Sum(w.Values) / w.Values.Length,
        ["min_over_time"] = (in Window w) => Least(w.Values),
        ["max_over_time"] = (in Window w) => Most(w.Values),
        ["count_over_time"] = (in Window w) => w.Values.Length,
        ["last_over_time"] = (in Window w) => w.Values[^1],
        ["present_over_time"] = (in Window _) => 1,
        ["quantile_over_time"] = (in Window w) => Quantile(w.Parameter, [.. w.Values]),
        ["stdvar_over_time"] = (in Window w) => Variance(w.Values),
        ["stddev_over_time"] = (in Window w) => Math.Sqrt(Variance(w.Values)),
        ["mad_over_time"] = (in Window w) => Deviation([.. w.Values]),
    };

    public static RangeFunction? Find(string name) => Known.GetValueOrDefault(name);

    public static double Sum(List<double> values) => Sum(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));

    public static double Least(List<double> values) => Least(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));

    public static double Most(List<double> values) => Most(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));

    public static double Variance(List<double> values) => Variance(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));

    /// <summary>Gives a quantile between the two nearest of the sorted values; outside of 0 to 1 it is infinite.</summary>
    public static double Quantile(double quantile, List<double> values)
    {
        if (values.Count == 0 || double.IsNaN(quantile))
        {
            return double.NaN;
        }

        if (quantile is < 0 or > 1)
        {
            return quantile < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        values.Sort();
        var rank = quantile * (values.Count - 1);
        var lower = (int)Math.Max(0, Math.Floor(rank));
        var upper = Math.Min(values.Count - 1, lower + 1);
        var weight = rank - Math.Floor(rank);
        return (values[lower] * (1 - weight)) + (values[upper] * weight);
    }

    // Kahan's sum, as Neumaier bettered it.
    private static double Sum(ReadOnlySpan<double> values)
    {
        var (sum, lost) = (0.0, 0.0);
        foreach (var value in values)
        {
            var next = sum + value;
            lost += double.IsInfinity(next) ? 0 : Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return double.IsInfinity(sum) ? sum : sum + lost;
    }

    private static double Least(ReadOnlySpan<double> values)
    {
        var least = double.NaN;
        foreach (var value in values)
        {
            least = value < least || double.IsNaN(least) ? value : least;
        }

        return least;
    }

    private static double Most(ReadOnlySpan<double> values)
    {
        var most = double.NaN;
        foreach (var value in values)
        {
            most = value > most || double.IsNaN(most) ? value : most;
        }

        return most;
    }

    private static double Variance(ReadOnlySpan<double> values)
    {
        var mean = Sum(values) / values.Length;
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += (value - mean) * (value - mean);
        }

        return sum / values.Length;
    }

    private static double Deviation(List<double> values)
    {
        var middle = Quantile(0.5, values);
        return Quantile(0.5, values.ConvertAll(v => Math.Abs(v - middle)));
    }

    private static double Extrapolated(in Window w, bool counter, bool perSecond)
    {
        var times = w.Times;
        var values = w.Values;
        if (values.Length < 2)
        {
            return PromNumber.Stale;
        }

        var result = values[^1] - values[0];
        for (var i = 1; counter && i < values.Length; i++)
        {
            result += values[i] < values[i - 1] ? values[i - 1] : 0;
        }

        var sampled = (times[^1] - times[0]) / 1000.0;
        var (toStart, toEnd) = ((times[0] - w.From) / 1000.0, (w.To - times[^1]) / 1000.0);
        var average = sampled / (values.Length - 1);
        var threshold = average * 1.1;
        toStart = toStart >= threshold ? average / 2 : toStart;
        if (counter && result > 0 && values[0] >= 0)
        {
            toStart = Math.Min(toStart, sampled * (values[0] / result));
        }

        toEnd = toEnd >= threshold ? average / 2 : toEnd;
        var factor = (sampled + toStart + toEnd) / sampled;
        return result * (perSecond ? factor / ((w.To - w.From) / 1000.0) : factor);
    }

    private static double Last(in Window w, bool rate)
    {
        if (w.Values.Length < 2)
        {
            return PromNumber.Stale;
        }

        var (last, before) = (w.Values[^1], w.Values[^2]);
        var result = rate && last < before ? last : last - before;
        return rate ? result / ((w.Times[^1] - w.Times[^2]) / 1000.0) : result;
    }

    private static double Count(in Window w, Func<double, double, bool> counts)
    {
        var count = 0;
        for (var i = 1; i < w.Values.Length; i++)
        {
            count += counts(w.Values[i - 1], w.Values[i]) ? 1 : 0;
        }

        return count;
    }

    private static double Predict(in Window w)
    {
        if (w.Values.Length < 2)
        {
            return PromNumber.Stale;
        }

        var (slope, intercept) = Line(w, w.Now);
        return (slope * w.Parameter) + intercept;
    }

    private static (double Slope, double Intercept) Line(in Window w, long origin)
    {
        var (n, sumX, sumY, sumXy, sumXx, constant) = ((double)w.Values.Length, 0.0, 0.0, 0.0, 0.0, true);
        for (var i = 0; i < w.Values.Length; i++)
        {
            constant &= w.Values[i] == w.Values[0];
            var x = (w.Times[i] - origin) / 1000.0;
            sumX += x;
            sumY += w.Values[i];
            sumXy += x * w.Values[i];
            sumXx += x * x;
        }

        if (constant)
        {
            return double.IsInfinity(w.Values[0]) ? (double.NaN, double.NaN) : (0, w.Values[0]);
        }

        var covariance = sumXy - (sumX * sumY / n);
        var slope = covariance / (sumXx - (sumX * sumX / n));
        return (slope, (sumY / n) - (slope * sumX / n));
    }
}
