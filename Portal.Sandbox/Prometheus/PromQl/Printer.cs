using System.Globalization;

namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Writes a query in its usual form, on one line.</summary>
internal static class Printer
{
    public static string Write(Expression expression) => expression switch
    {
        NumberExpression number => PromNumber.Text(number.Value),
        TextExpression text => LabelSet.Quote(text.Value),
        ParenExpression paren => $"({Write(paren.Inner)})",
        UnaryExpression unary => (unary.Negative ? "-" : "+") + Write(unary.Inner),
        SelectorExpression selector => Selector(selector, string.Empty),
        RangeExpression range => Selector(range.Selector, $"[{PromNumber.DurationText(range.Range)}]"),
        SubqueryExpression query => $"{Write(query.Inner)}[{PromNumber.DurationText(query.Range)}:{(query.Step == 0 ? string.Empty : PromNumber.DurationText(query.Step))}]{Shifted(query.Shift)}",
        CallExpression call => $"{call.Function.Name}({string.Join(", ", call.Arguments.Select(Write))})",
        AggregateExpression aggregate => Aggregate(aggregate),
        BinaryExpression binary => Binary(binary),
        _ => string.Empty,
    };

    private static string Aggregate(AggregateExpression aggregate)
    {
        var labels = aggregate.Without ? $" without ({string.Join(", ", aggregate.Labels)}) " : aggregate.Labels.Count > 0 ? $" by ({string.Join(", ", aggregate.Labels)}) " : string.Empty;
        return $"{aggregate.Operator}{labels}({(aggregate.Parameter is null ? string.Empty : Write(aggregate.Parameter) + ", ")}{Write(aggregate.Inner)})";
    }

    private static string Binary(BinaryExpression binary)
    {
        var (matching, text) = (binary.Matching, string.Empty);
        if (matching.On || matching.Names.Count > 0)
        {
            text = $" {(matching.On ? "on" : "ignoring")} ({string.Join(", ", matching.Names)})";
        }

        if (matching.Group is not null)
        {
            text += $" group_{matching.Group} ({string.Join(", ", matching.Include)})";
        }

        return $"{Write(binary.Left)} {binary.Operator}{(binary.Bool ? " bool" : string.Empty)}{text} {Write(binary.Right)}";
    }

    private static string Selector(SelectorExpression selector, string range)
    {
        var matchers = selector.Matchers.Where(m => m.Name != LabelSet.Metric || m.Kind != "=" || m.Value != selector.Name).Select(m => m.ToString()).ToList();
        return $"{selector.Name}{(matchers.Count > 0 || selector.Name.Length == 0 ? "{" + string.Join(',', matchers) + "}" : string.Empty)}{range}{Shifted(selector.Shift)}";
    }

    private static string Shifted(Shift shift)
    {
        var at = shift.Bound is not null ? $" @ {shift.Bound}()" : shift.At is { } time ? string.Create(CultureInfo.InvariantCulture, $" @ {time / 1000.0:0.000}") : string.Empty;
        return at + (shift.Offset == 0 ? string.Empty : $" offset {(shift.Offset < 0 ? "-" : string.Empty)}{PromNumber.DurationText(Math.Abs(shift.Offset))}");
    }
}
