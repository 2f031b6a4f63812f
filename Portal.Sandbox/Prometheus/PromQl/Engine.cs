using System.Diagnostics;

namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Evaluates queries over a source of samples: every part of a query for all times of the grid at once.</summary>
internal sealed partial class Engine(ISampleSource source, EngineOptions options, Grid grid, TimeSpan timeout)
{
    private readonly long begun = Stopwatch.GetTimestamp();
    private long loaded;

    /// <summary>Gets how many samples were looked at.</summary>
    public long Loaded => loaded;

    public PromValue Evaluate(Expression expression)
    {
        if (Stopwatch.GetElapsedTime(begun) > timeout)
        {
            throw new PromException("timeout", "query timed out in expression evaluation");
        }

        return expression switch
        {
            NumberExpression number => PromValue.Scalar(Constant(number.Value)),
            TextExpression text => new PromValue(PromType.Text, [], text.Value),
            ParenExpression paren => Evaluate(paren.Inner),
            SelectorExpression selector => PromValue.Vector(Instant(selector, false)),
            UnaryExpression unary => Unary(unary),
            BinaryExpression binary => Binary(binary),
            AggregateExpression aggregate => Aggregate(aggregate),
            CallExpression call => Call(call),
            _ => throw PromException.Execution("a range cannot be evaluated alone"),
        };
    }

    /// <summary>Gives the raw samples of a range selector or subquery at the grid's only time.</summary>
    public IReadOnlyList<SampleSeries> Matrix(Expression expression) => [.. Ranges(expression, out var range, out var shift).Select(s => Cut(s, grid.Time(0, shift) - range, grid.Time(0, shift))).Where(s => s.Times.Length > 0)];

    private SampleSeries Cut(SampleSeries series, long from, long to)
    {
        var keep = Enumerable.Range(0, series.Times.Length).Where(i => (options.LeftOpen ? series.Times[i] > from : series.Times[i] >= from) && series.Times[i] <= to).ToArray();
        return new SampleSeries(series.Labels, [.. keep.Select(i => series.Times[i])], [.. keep.Select(i => series.Values[i])]);
    }

    private double[] Constant(double value)
    {
        var values = new double[grid.Count];
        Array.Fill(values, value);
        return values;
    }

    private PromValue Unary(UnaryExpression unary)
    {
        var inner = Evaluate(unary.Inner);
        if (!unary.Negative)
        {
            return inner;
        }

        return inner.Type == PromType.Scalar ? PromValue.Scalar(Each(inner.Values, v => -v)) : PromValue.Vector(Named(inner.Rows.Select(r => new Row(r.Labels.Nameless(), Each(r.Values, v => -v)))));
    }

    private List<Row> Instant(SelectorExpression selector, bool asTimes)
    {
        var (first, last) = Span(selector.Shift);
        var rows = new List<Row>();
        foreach (var series in Load(selector.Matchers, first - options.Lookback, last))
        {
            var (values, index, any) = (grid.Nothing(), -1, false);
            for (var i = 0; i < grid.Count; i++)
            {
                var time = grid.Time(i, selector.Shift);
                while (index + 1 < series.Times.Length && series.Times[index + 1] <= time)
                {
                    index++;
                }

                if (index >= 0 && !PromNumber.IsStale(series.Values[index]) && (options.LeftOpen ? series.Times[index] > time - options.Lookback : series.Times[index] >= time - options.Lookback))
                {
                    values[i] = asTimes ? series.Times[index] / 1000.0 : series.Values[index];
                    any = true;
                }
            }

            if (any)
            {
                rows.Add(new Row(series.Labels, values));
            }
        }

        return rows;
    }

    private IEnumerable<SampleSeries> Load(IReadOnlyList<LabelMatcher> matchers, long from, long to)
    {
        foreach (var series in source.Select(matchers, from - 1, to))
        {
            loaded += series.Times.Length;
            Check();
            yield return series;
        }
    }

    private void Check()
    {
        if (loaded > options.MaxSamples)
        {
            throw PromException.Execution("query processing would load too many samples into memory in query execution");
        }

        if (Stopwatch.GetElapsedTime(begun) > timeout)
        {
            throw PromException.Execution("expanding series: context deadline exceeded");
        }
    }

    private (long First, long Last) Span(Shift shift) => (grid.Time(0, shift), grid.Time(grid.Count - 1, shift));

    private List<SampleSeries> Ranges(Expression expression, out long range, out Shift shift)
    {
        if (expression is SubqueryExpression query)
        {
            (range, shift) = (query.Range, query.Shift);
            return Subquery(query);
        }

        var selector = (RangeExpression)Bare(expression);
        (range, shift) = (selector.Range, selector.Selector.Shift);
        var (first, last) = Span(shift);
        return [.. Load(selector.Selector.Matchers, first - range, last).Select(Living)];
    }

    private static Expression Bare(Expression expression) => expression is ParenExpression paren ? Bare(paren.Inner) : expression;

    private static SampleSeries Living(SampleSeries series)
    {
        if (!Array.Exists(series.Values, PromNumber.IsStale))
        {
            return series;
        }

        var keep = Enumerable.Range(0, series.Values.Length).Where(i => !PromNumber.IsStale(series.Values[i])).ToArray();
        return new SampleSeries(series.Labels, [.. keep.Select(i => series.Times[i])], [.. keep.Select(i => series.Values[i])]);
    }

    private List<SampleSeries> Subquery(SubqueryExpression query)
    {
        var step = query.Step > 0 ? query.Step : 60_000;
        var (first, last) = Span(query.Shift);
        var begin = (first - query.Range) / step * step;
        begin += begin < first - query.Range || (options.LeftOpen && begin == first - query.Range) ? step : 0;
        var count = last < begin ? 0 : (int)((last - begin) / step) + 1;
        if (count == 0)
        {
            return [];
        }

        var inner = new Engine(source, options, new Grid(begin, step, count), timeout - Stopwatch.GetElapsedTime(begun));
        var value = inner.Evaluate(query.Inner);
        loaded += inner.Loaded + ((long)count * value.Rows.Count);
        Check();
        return [.. value.Rows.Select(r => Living(new SampleSeries(r.Labels, [.. Enumerable.Range(0, count).Select(i => begin + (i * step))], r.Values)))];
    }

    private static double[] Each(double[] values, Func<double, double> change)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = PromNumber.IsStale(values[i]) ? PromNumber.Stale : change(values[i]);
        }

        return result;
    }

    /// <summary>Puts rows that have come to the same labels together; two values at one time are an error.</summary>
    private static List<Row> Named(IEnumerable<Row> rows)
    {
        var known = new Dictionary<LabelSet, Row>();
        var list = new List<Row>();
        foreach (var row in rows)
        {
            if (known.TryAdd(row.Labels, row))
            {
                list.Add(row);
                continue;
            }

            var first = known[row.Labels];
            for (var i = 0; i < row.Values.Length; i++)
            {
                if (PromNumber.IsStale(row.Values[i]))
                {
                    continue;
                }

                first.Values[i] = PromNumber.IsStale(first.Values[i]) ? row.Values[i] : throw PromException.Execution("vector cannot contain metrics with the same labelset");
            }
        }

        return list;
    }
}
