namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>A function: its name, what it takes and gives. The last <paramref name="Optional"/> arguments may be left out (−1: any number of the last).</summary>
internal sealed record PromFunction(string Name, IReadOnlyList<PromType> Takes, int Optional, PromType Returns)
{
    private static readonly Dictionary<string, PromFunction> Known = All().ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Gives a function, or null.</summary>
    public static PromFunction? Find(string name) => Known.GetValueOrDefault(name);

    private static IEnumerable<PromFunction> All()
    {
        const PromType Range = PromType.Matrix;
        const PromType Vector = PromType.Vector;
        const PromType Scalar = PromType.Scalar;
        const PromType Text = PromType.Text;
        foreach (var name in new[] { "rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time", "present_over_time", "absent_over_time", "stddev_over_time", "stdvar_over_time", "mad_over_time" })
        {
            yield return new(name, [Range], 0, Vector);
        }

        yield return new("predict_linear", [Range, Scalar], 0, Vector);
        yield return new("quantile_over_time", [Scalar, Range], 0, Vector);
        foreach (var name in new[] { "abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "sort", "sort_desc", "absent", "timestamp", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "deg", "rad" })
        {
            yield return new(name, [Vector], 0, Vector);
        }

        foreach (var name in new[] { "day_of_week", "day_of_month", "day_of_year", "days_in_month", "hour", "minute", "month", "year" })
        {
            yield return new(name, [Vector], 1, Vector);
        }

        yield return new("round", [Vector, Scalar], 1, Vector);
        yield return new("clamp", [Vector, Scalar, Scalar], 0, Vector);
        yield return new("clamp_min", [Vector, Scalar], 0, Vector);
        yield return new("clamp_max", [Vector, Scalar], 0, Vector);
        yield return new("histogram_quantile", [Scalar, Vector], 0, Vector);
        yield return new("label_replace", [Vector, Text, Text, Text, Text], 0, Vector);
        yield return new("label_join", [Vector, Text, Text, Text], -1, Vector);
        yield return new("vector", [Scalar], 0, Vector);
        yield return new("scalar", [Vector], 0, Scalar);
        yield return new("time", [], 0, Scalar);
        yield return new("pi", [], 0, Scalar);
    }
}
