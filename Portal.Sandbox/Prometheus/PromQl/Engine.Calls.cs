using System.Text.RegularExpressions;

namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Functions.</summary>
internal sealed partial class Engine
{
    private PromValue Call(CallExpression call)
    {
        var name = call.Function.Name;
        if (name == "absent_over_time")
        {
            return Absent(Bare(call.Arguments[0]) is RangeExpression range ? range.Selector : null, OverRange("count_over_time", call));
        }

        if (RangeFunctions.Find(name) is not null)
        {
            var rows = OverRange(name, call);
            return PromValue.Vector(name == "last_over_time" ? rows : Named(rows));
        }

        return name switch
        {
            "time" => PromValue.Scalar([.. Enumerable.Range(0, grid.Count).Select(i => grid.Time(i) / 1000.0)]),
            "pi" => PromValue.Scalar(Constant(Math.PI)),
            "vector" => PromValue.Vector([new Row(LabelSet.Empty, Evaluate(call.Arguments[0]).Values)]),
            "scalar" => PromValue.Scalar(Combined([.. Evaluate(call.Arguments[0]).Rows], (v, _) => v.Count == 1 ? v[0] : double.NaN).Select(v => PromNumber.IsStale(v) ? double.NaN : v).ToArray()),
            "absent" => Absent(Bare(call.Arguments[0]) as SelectorExpression, Evaluate(call.Arguments[0]).Rows),
            "timestamp" when Bare(call.Arguments[0]) is SelectorExpression selector => PromValue.Vector(Named(Instant(selector, true).Select(r => r with { Labels = r.Labels.Nameless() }))),
            "timestamp" => PromValue.Vector(Named(Evaluate(call.Arguments[0]).Rows.Select(r => new Row(r.Labels.Nameless(), [.. r.Values.Select((v, i) => PromNumber.IsStale(v) ? v : grid.Time(i) / 1000.0)])))),
            "sort" or "sort_desc" => PromValue.Vector(Sorted(Evaluate(call.Arguments[0]).Rows, name == "sort_desc")),
            "label_replace" => PromValue.Vector(Replaced(call)),
            "label_join" => PromValue.Vector(Joined(call)),
            "histogram_quantile" => PromValue.Vector(new Histograms(grid).Quantile(Evaluate(call.Arguments[0]).Values, Evaluate(call.Arguments[1]).Rows)),
            _ => PromValue.Vector(Mapped(call)),
        };
    }

    private List<Row> OverRange(string name, CallExpression call)
    {
        var function = RangeFunctions.Find(name)!;
        var given = call.Arguments.FirstOrDefault(a => a.Type == PromType.Scalar);
        var parameters = given is null ? null : Evaluate(given).Values;
        var series = Ranges(call.Arguments.First(a => a.Type == PromType.Matrix), out var range, out var shift);
        var rows = new List<Row>(series.Count);
        foreach (var one in series)
        {
            var (values, low, high, any) = (grid.Nothing(), 0, 0, false);
            for (var i = 0; i < grid.Count; i++)
            {
                var to = grid.Time(i, shift);
                var from = to - range;
                while (high < one.Times.Length && one.Times[high] <= to)
                {
                    high++;
                }

                while (low < high && (options.LeftOpen ? one.Times[low] <= from : one.Times[low] < from))
                {
                    low++;
                }

                if (high > low)
                {
                    values[i] = function(new Window(one.Times.AsSpan(low, high - low), one.Values.AsSpan(low, high - low), from, to, grid.Time(i), parameters?[i] ?? 0));
                    any |= !PromNumber.IsStale(values[i]);
                }
            }

            if (any)
            {
                rows.Add(new Row(name == "last_over_time" ? one.Labels : one.Labels.Nameless(), values));
            }
        }

        return rows;
    }

    private PromValue Absent(SelectorExpression? selector, IReadOnlyList<Row> rows)
    {
        var values = Constant(1);
        foreach (var row in rows)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = PromNumber.IsStale(row.Values[i]) ? values[i] : PromNumber.Stale;
            }
        }

        var known = selector?.Matchers.Where(m => m.Name != LabelSet.Metric).GroupBy(m => m.Name).Where(g => g.Count() == 1 && g.Single().Kind == "=").Select(g => KeyValuePair.Create(g.Key, g.Single().Value)) ?? [];
        return PromValue.Vector([.. new[] { new Row(LabelSet.Of(known), values) }.Where(Any)]);
    }

    private List<Row> Sorted(IReadOnlyList<Row> rows, bool descending)
    {
        if (grid.Count > 1)
        {
            return [.. rows];
        }

        return [.. rows.OrderBy(r => double.IsNaN(r.Values[0]) ? 1 : 0).ThenBy(r => descending ? -r.Values[0] : r.Values[0])];
    }

    private List<Row> Replaced(CallExpression call)
    {
        var (target, replacement, from, expression) = (Text(call, 1), Text(call, 2), Text(call, 3), Text(call, 4));
        if (!Regexes.IsValid(expression))
        {
            throw PromException.Execution($"invalid regular expression in label_replace(): {expression}");
        }

        Valid(target, "label_replace");
        var regex = new Regex($@"\A(?:{Regexes.Translate(expression)})\z", RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        var template = Regex.Replace(replacement, @"\$(\w+)", "$${$1}");
        return Named(Evaluate(call.Arguments[0]).Rows.Select(row =>
        {
            var match = regex.Match(row.Labels[from]);
            return new Row(match.Success ? row.Labels.With(target, match.Result(template)) : row.Labels, [.. row.Values]);
        }));
    }

    private List<Row> Joined(CallExpression call)
    {
        var (target, separator) = (Text(call, 1), Text(call, 2));
        Valid(target, "label_join");
        var names = Enumerable.Range(3, call.Arguments.Count - 3).Select(i => Text(call, i)).ToList();
        return Named(Evaluate(call.Arguments[0]).Rows.Select(row => new Row(row.Labels.With(target, string.Join(separator, names.Select(n => row.Labels[n]))), [.. row.Values])));
    }

    private static void Valid(string label, string function)
    {
        if (!Regex.IsMatch(label, @"\A[a-zA-Z_]\w*\z", RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)))
        {
            throw PromException.Execution($"invalid destination label name in {function}(): {label}");
        }
    }

    private string Text(CallExpression call, int index) => Evaluate(call.Arguments[index]).Text;

    private List<Row> Mapped(CallExpression call)
    {
        var scalars = call.Arguments.Skip(1).Select(a => Evaluate(a).Values).ToList();
        var rows = call.Arguments.Count == 0 ? [new Row(LabelSet.Empty, [.. Enumerable.Range(0, grid.Count).Select(i => grid.Time(i) / 1000.0)])] : Evaluate(call.Arguments[0]).Rows;
        var name = call.Function.Name;
        return Named(rows.Select(row => new Row(row.Labels.Nameless(), [.. row.Values.Select((v, i) => PromNumber.IsStale(v) ? v
            : InstantFunctions.Apply(name, v, scalars.Count > 0 ? scalars[0][i] : double.NaN, scalars.Count > 1 ? scalars[1][i] : double.NaN))])));
    }
}
