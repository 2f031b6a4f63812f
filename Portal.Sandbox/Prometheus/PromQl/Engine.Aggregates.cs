namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Aggregations.</summary>
internal sealed partial class Engine
{
    private PromValue Aggregate(AggregateExpression aggregate)
    {
        var parameter = aggregate.Parameter is null ? null : Evaluate(aggregate.Parameter);
        var rows = Evaluate(aggregate.Inner).Rows;
        string[] without = [.. aggregate.Labels, LabelSet.Metric];
        var groups = new Dictionary<LabelSet, List<Row>>();
        foreach (var row in rows)
        {
            var key = aggregate.Without ? row.Labels.Without(without) : row.Labels.Only(aggregate.Labels);
            if (!groups.TryGetValue(key, out var members))
            {
                groups[key] = members = [];
            }

            members.Add(row);
        }

        return PromValue.Vector(aggregate.Operator switch
        {
            "topk" or "bottomk" => [.. groups.Values.SelectMany(g => Top(g, parameter!.Values, aggregate.Operator == "topk"))],
            "count_values" => CountValues(groups, parameter!.Text),
            "quantile" => [.. groups.Select(g => new Row(g.Key, Combined(g.Value, (values, i) => RangeFunctions.Quantile(parameter!.Values[i], values))))],
            _ => [.. groups.Select(g => new Row(g.Key, Fold(g.Value, aggregate.Operator)))],
        });
    }

    private double[] Combined(List<Row> rows, Func<List<double>, int, double> combine)
    {
        var (result, values) = (grid.Nothing(), new List<double>());
        for (var i = 0; i < grid.Count; i++)
        {
            values.Clear();
            foreach (var row in rows)
            {
                if (!PromNumber.IsStale(row.Values[i]))
                {
                    values.Add(row.Values[i]);
                }
            }

            if (values.Count > 0)
            {
                result[i] = combine(values, i);
            }
        }

        return result;
    }

    private double[] Fold(List<Row> rows, string name) => name switch
    {
        "sum" => Combined(rows, (v, _) => RangeFunctions.Sum(v)),
        "avg" => Combined(rows, (v, _) => RangeFunctions.Sum(v) / v.Count),
        "count" => Combined(rows, (v, _) => v.Count),
        "group" => Combined(rows, (_, _) => 1),
        "min" => Combined(rows, (v, _) => RangeFunctions.Least(v)),
        "max" => Combined(rows, (v, _) => RangeFunctions.Most(v)),
        "stdvar" => Combined(rows, (v, _) => RangeFunctions.Variance(v)),
        _ => Combined(rows, (v, _) => Math.Sqrt(RangeFunctions.Variance(v))),
    };

    private List<Row> Top(List<Row> rows, double[] counts, bool top)
    {
        var kept = rows.ConvertAll(r => new Row(r.Labels, grid.Nothing()));
        var order = Enumerable.Range(0, rows.Count).ToList();
        for (var i = 0; i < grid.Count; i++)
        {
            var at = i;
            var best = order.Where(r => !PromNumber.IsStale(rows[r].Values[at])).OrderBy(r => double.IsNaN(rows[r].Values[at]) ? 1 : 0).ThenBy(r => top ? -rows[r].Values[at] : rows[r].Values[at]).Take((int)Math.Clamp(counts[i], 0, rows.Count)).ToList();
            foreach (var r in best)
            {
                kept[r].Values[i] = rows[r].Values[i];
            }

            if (grid.Count == 1)
            {
                return [.. best.Select(r => kept[r])];
            }
        }

        return [.. kept.Where(Any)];
    }

    private List<Row> CountValues(Dictionary<LabelSet, List<Row>> groups, string label)
    {
        var rows = new Dictionary<LabelSet, Row>();
        foreach (var (key, members) in groups)
        {
            for (var i = 0; i < grid.Count; i++)
            {
                foreach (var member in members.Where(m => !PromNumber.IsStale(m.Values[i])))
                {
                    var labels = key.With(label, PromNumber.Text(member.Values[i]));
                    if (!rows.TryGetValue(labels, out var row))
                    {
                        rows[labels] = row = new Row(labels, grid.Nothing());
                    }

                    row.Values[i] = PromNumber.IsStale(row.Values[i]) ? 1 : row.Values[i] + 1;
                }
            }
        }

        return [.. rows.Values];
    }
}
