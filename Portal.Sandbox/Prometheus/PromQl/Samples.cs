namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>A series with its samples in the order of time (milliseconds since 1970). A value may be the mark of an end (<see cref="PromNumber.Stale"/>).</summary>
internal sealed record SampleSeries(LabelSet Labels, long[] Times, double[] Values);

/// <summary>Where samples come from.</summary>
internal interface ISampleSource
{
    /// <summary>Gives the series that match, with their samples after <paramref name="from"/> and up to <paramref name="to"/> (milliseconds); those without samples may be left out.</summary>
    IEnumerable<SampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, long from, long to);
}

/// <summary>The times of an evaluation: one, or many in steps (milliseconds).</summary>
internal sealed record Grid(long Start, long Step, int Count)
{
    public long End => Start + ((Count - 1) * Step);

    public static Grid At(long time) => new(time, 1, 1);

    public long Time(int index) => Start + (index * Step);

    /// <summary>Gives the time that a shifted selector looks at.</summary>
    public long Time(int index, Shift shift) => (shift.Bound switch { "start" => Start, "end" => End, _ => shift.At ?? Time(index) }) - shift.Offset;

    /// <summary>Gives new values, none of them there.</summary>
    public double[] Nothing()
    {
        var values = new double[Count];
        Array.Fill(values, PromNumber.Stale);
        return values;
    }
}

/// <summary>What an expression gave: for a scalar a row without labels; absent points are <see cref="PromNumber.Stale"/>.</summary>
internal sealed record PromValue(PromType Type, IReadOnlyList<Row> Rows, string Text = "")
{
    public static PromValue Scalar(double[] values) => new(PromType.Scalar, [new Row(LabelSet.Empty, values)]);

    public static PromValue Vector(IReadOnlyList<Row> rows) => new(PromType.Vector, rows);

    public double[] Values => Rows[0].Values;
}

/// <summary>One series of a result, with a value per time of the grid.</summary>
internal sealed record Row(LabelSet Labels, double[] Values);

/// <summary>How an engine evaluates.</summary>
/// <param name="Lookback">How long a sample is good, milliseconds.</param>
/// <param name="LeftOpen">Whether a range leaves out a sample exactly at its beginning, as from 3.0 on.</param>
/// <param name="MaxSamples">How many samples a query may load.</param>
internal sealed record EngineOptions(long Lookback = 300_000, bool LeftOpen = true, long MaxSamples = 50_000_000)
{
    public static EngineOptions Default { get; } = new();
}
