namespace Portal.Sandbox.Prometheus.Series;

/// <summary>A time from a beginning up to, without, an end (milliseconds).</summary>
internal readonly record struct Span(long From, long To)
{
    public static Span Always { get; } = new(long.MinValue, long.MaxValue);

    public bool Has(long time) => time >= From && time < To;
}

/// <summary>Lists of spans, in order and apart from each other.</summary>
internal static class Spans
{
    /// <summary>Gives what is in both.</summary>
    public static IReadOnlyList<Span> And(IReadOnlyList<Span> a, IReadOnlyList<Span> b)
    {
        if (a is [var one] && b is [var other])
        {
            var (from, to) = (Math.Max(one.From, other.From), Math.Min(one.To, other.To));
            return from < to ? [new Span(from, to)] : [];
        }

        return [.. from x in a from y in b let begin = Math.Max(x.From, y.From) let end = Math.Min(x.To, y.To) where begin < end orderby begin select new Span(begin, end)];
    }

    /// <summary>Puts spans together that touch.</summary>
    public static IReadOnlyList<Span> Joined(IEnumerable<Span> spans)
    {
        var list = new List<Span>();
        foreach (var span in spans.OrderBy(s => s.From))
        {
            if (list.Count > 0 && list[^1].To >= span.From)
            {
                list[^1] = new Span(list[^1].From, Math.Max(list[^1].To, span.To));
            }
            else
            {
                list.Add(span);
            }
        }

        return list;
    }
}

/// <summary>A value that jumps at known times.</summary>
/// <param name="Points">Times (milliseconds) in order, each with the value from then on.</param>
internal sealed record Steps<T>(IReadOnlyList<(long From, T Value)> Points)
{
    /// <summary>Gives the value at a time; before the first it is the first.</summary>
    public T At(double seconds)
    {
        var (time, low, high) = ((long)(seconds * 1000), 0, Points.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Points[middle].From <= time ? (middle, high) : (low, middle - 1);
        }

        return Points[low].Value;
    }

    public Steps<TOther> Select<TOther>(Func<T, TOther> change) => new([.. Points.Select(p => (p.From, change(p.Value)))]);
}
