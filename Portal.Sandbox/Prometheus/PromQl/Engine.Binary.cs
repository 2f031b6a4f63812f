namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Binary operations.</summary>
internal sealed partial class Engine
{
    private PromValue Binary(BinaryExpression binary)
    {
        var (left, right) = (Evaluate(binary.Left), Evaluate(binary.Right));
        return (left.Type, right.Type) switch
        {
            (PromType.Scalar, PromType.Scalar) => PromValue.Scalar([.. left.Values.Zip(right.Values, (a, b) => Calculate(binary.Operator, a, b))]),
            (PromType.Vector, PromType.Scalar) => PromValue.Vector(WithScalar(binary, left.Rows, right.Values, false)),
            (PromType.Scalar, PromType.Vector) => PromValue.Vector(WithScalar(binary, right.Rows, left.Values, true)),
            _ when binary.IsSet => PromValue.Vector(Sets(binary, left.Rows, right.Rows)),
            _ => PromValue.Vector(Matched(binary, left.Rows, right.Rows)),
        };
    }

    private static double Calculate(string sign, double a, double b) => sign switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "%" => a % b,
        "^" => Math.Pow(a, b),
        "atan2" => Math.Atan2(a, b),
        _ => Compare(sign, a, b) ? 1 : 0,
    };

    private static bool Compare(string sign, double a, double b) => sign switch
    {
        "==" => a == b,
        "!=" => a != b,
        "<" => a < b,
        ">" => a > b,
        "<=" => a <= b,
        _ => a >= b,
    };

    private static List<Row> WithScalar(BinaryExpression binary, IReadOnlyList<Row> rows, double[] scalars, bool scalarIsLeft)
    {
        var filters = binary.IsComparison && !binary.Bool;
        return Named(rows.Select(row =>
        {
            var values = new double[row.Values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                var (a, b) = scalarIsLeft ? (scalars[i], row.Values[i]) : (row.Values[i], scalars[i]);
                values[i] = PromNumber.IsStale(row.Values[i]) ? PromNumber.Stale
                    : !filters ? Calculate(binary.Operator, a, b)
                    : Compare(binary.Operator, a, b) ? row.Values[i] : PromNumber.Stale;
            }

            return new Row(filters ? row.Labels : row.Labels.Nameless(), values);
        }).Where(Any));
    }

    private static bool Any(Row row) => Array.Exists(row.Values, v => !PromNumber.IsStale(v));

    private static Func<LabelSet, LabelSet> Signature(Matching matching)
    {
        if (matching.On)
        {
            return labels => labels.Only(matching.Names);
        }

        string[] without = [.. matching.Names, LabelSet.Metric];
        return labels => labels.Without(without);
    }

    private List<Row> Sets(BinaryExpression binary, IReadOnlyList<Row> left, IReadOnlyList<Row> right)
    {
        var signature = Signature(binary.Matching);
        var (keep, other) = binary.Operator == "or" ? (right, left) : (left, right);
        var there = new Dictionary<LabelSet, bool[]>();
        foreach (var row in other)
        {
            var key = signature(row.Labels);
            if (!there.TryGetValue(key, out var at))
            {
                there[key] = at = new bool[grid.Count];
            }

            for (var i = 0; i < at.Length; i++)
            {
                at[i] |= !PromNumber.IsStale(row.Values[i]);
            }
        }

        var wanted = binary.Operator == "and";
        var kept = keep.Select(row =>
        {
            var at = there.GetValueOrDefault(signature(row.Labels));
            var values = grid.Nothing();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (at?[i] ?? false) == wanted ? row.Values[i] : PromNumber.Stale;
            }

            return new Row(row.Labels, values);
        }).Where(Any);
        return binary.Operator == "or" ? Named(left.Select(r => new Row(r.Labels, [.. r.Values])).Concat(kept)) : [.. kept];
    }

    private List<Row> Matched(BinaryExpression binary, IReadOnlyList<Row> left, IReadOnlyList<Row> right)
    {
        var swapped = binary.Matching.Group == "right";
        var (many, one) = swapped ? (right, left) : (left, right);
        var signature = Signature(binary.Matching);
        var ones = one.ToLookup(r => signature(r.Labels));
        var results = new Dictionary<LabelSet, Row>();
        var taken = new Dictionary<LabelSet, LabelSet?[]>();
        CheckOnes(ones, swapped ? "left" : "right");
        foreach (var row in many)
        {
            var key = signature(row.Labels);
            foreach (var partner in ones[key])
            {
                Combine(binary, row, partner, key, swapped, results, taken);
            }
        }

        return [.. results.Values.Where(Any)];
    }

    private void CheckOnes(ILookup<LabelSet, Row> ones, string side)
    {
        foreach (var group in ones.Where(g => g.Skip(1).Any()))
        {
            var first = new Row?[grid.Count];
            foreach (var row in group)
            {
                for (var i = 0; i < first.Length; i++)
                {
                    if (PromNumber.IsStale(row.Values[i]))
                    {
                        continue;
                    }

                    if (first[i] is { } before)
                    {
                        throw PromException.Execution($"found duplicate series for the match group {group.Key} on the {side} hand-side of the operation: [{row.Labels}, {before.Labels}];many-to-many matching not allowed: matching labels must be unique on one side");
                    }

                    first[i] = row;
                }
            }
        }
    }

    private void Combine(BinaryExpression binary, Row many, Row one, LabelSet key, bool swapped, Dictionary<LabelSet, Row> results, Dictionary<LabelSet, LabelSet?[]> taken)
    {
        var labels = ResultLabels(binary, many.Labels, one.Labels);
        var grouped = binary.Matching.Group is not null;
        var owner = grouped ? labels : key;
        Row? result = null;
        LabelSet?[]? owners = null;
        for (var i = 0; i < grid.Count; i++)
        {
            if (PromNumber.IsStale(many.Values[i]) || PromNumber.IsStale(one.Values[i]))
            {
                continue;
            }

            if (result is null && !results.TryGetValue(labels, out result))
            {
                results[labels] = result = new Row(labels, grid.Nothing());
            }

            if (owners is null && !taken.TryGetValue(owner, out owners))
            {
                taken[owner] = owners = new LabelSet?[grid.Count];
            }

            var (a, b) = swapped ? (one.Values[i], many.Values[i]) : (many.Values[i], one.Values[i]);
            var keeps = !binary.IsComparison || binary.Bool || Compare(binary.Operator, a, b);
            if (keeps || !grouped)
            {
                if (owners![i] is not null)
                {
                    throw PromException.Execution(grouped ? "multiple matches for labels: grouping labels must ensure unique matches" : "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
                }

                owners[i] = many.Labels;
            }

            result!.Values[i] = keeps ? (binary.IsComparison && !binary.Bool ? a : Calculate(binary.Operator, a, b)) : result.Values[i];
        }
    }

    private static LabelSet ResultLabels(BinaryExpression binary, LabelSet many, LabelSet one)
    {
        var matching = binary.Matching;
        var labels = binary.IsComparison && !binary.Bool ? many : many.Nameless();
        if (matching.Group is null)
        {
            return matching.On ? labels.Only(matching.Names) : labels.Without(matching.Names);
        }

        foreach (var name in matching.Include)
        {
            labels = labels.With(name, one[name]);
        }

        return labels;
    }
}
