namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Selectors, calls and aggregations.</summary>
internal sealed partial class Parser
{
    private SelectorExpression Selector(string name, int position)
    {
        var matchers = new List<LabelMatcher>();
        if (Is("{"))
        {
            at++;
            while (!Is("}"))
            {
                matchers.Add(Matcher(ref name));
                if (!Is("}"))
                {
                    Expect(",", "label matching");
                }
            }

            at++;
        }

        if (name.Length > 0)
        {
            matchers.Add(new LabelMatcher(LabelSet.Metric, "=", name));
        }

        return matchers.TrueForAll(m => m.Matches(string.Empty))
            ? throw Error(position, "vector selector must contain at least one non-empty matcher")
            : new SelectorExpression(position, name, matchers, Shift.None);
    }

    private Expression Postfix(Expression inner)
    {
        while (true)
        {
            if (Is("["))
            {
                inner = Range(inner);
            }
            else if (Now is { Kind: TokenKind.Name, Text: "offset" })
            {
                at++;
                var negative = Is("-");
                at += negative ? 1 : 0;
                inner = Shifted(inner, s => s with { Offset = negative ? -Length("offset") : Length("offset") }, "offset");
            }
            else if (Is("@"))
            {
                at++;
                inner = Shifted(inner, At, "@");
            }
            else
            {
                return inner;
            }
        }
    }

    private Shift At(Shift shift)
    {
        if (Now is { Kind: TokenKind.Name, Text: "start" or "end" })
        {
            var bound = Now.Text;
            at++;
            Expect("(", "@");
            Expect(")", "@");
            return shift with { Bound = bound };
        }

        var negative = Is("-");
        at += negative ? 1 : 0;
        if (Now.Kind != TokenKind.Number)
        {
            throw Unexpected(" in @", "timestamp");
        }

        var seconds = PromNumber.Parse(Now.Text)!.Value;
        at++;
        return shift with { At = (long)Math.Round((negative ? -seconds : seconds) * 1000) };
    }

    private Expression Shifted(Expression inner, Func<Shift, Shift> change, string word) => inner switch
    {
        SelectorExpression selector => selector with { Shift = change(selector.Shift) },
        RangeExpression range => range with { Selector = range.Selector with { Shift = change(range.Selector.Shift) } },
        SubqueryExpression query => query with { Shift = change(query.Shift) },
        _ => throw Error(inner.Position, $"{word} modifier must be preceded by an instant vector selector or range vector selector or a subquery"),
    };

    private Expression Range(Expression inner)
    {
        at++;
        var range = Length("subquery or range");
        if (range <= 0)
        {
            throw Error(tokens[at - 1].Position, "duration must be greater than 0");
        }

        if (Is(":"))
        {
            at++;
            var step = Is("]") ? 0 : Length("subquery");
            Expect("]", "subquery selector");
            return inner.Type is PromType.Vector or PromType.Scalar
                ? new SubqueryExpression(inner.Position, inner, range, step, Shift.None)
                : throw Error(inner.Position, $"subquery is only allowed on instant vector, got {Named(inner.Type)} instead");
        }

        Expect("]", "subquery or range selector");
        return inner is SelectorExpression selector
            ? selector.Shift == Shift.None ? new RangeExpression(inner.Position, selector, range) : throw Error(inner.Position, "no offset modifiers allowed before range")
            : throw Error(inner.Position, "ranges only allowed for vector selectors");
    }

    private long Length(string context)
    {
        var token = Now;
        var length = token.Kind switch
        {
            TokenKind.Duration => PromNumber.Duration(token.Text),
            TokenKind.Number => (long)(PromNumber.Parse(token.Text)!.Value * 1000),
            _ => null,
        };
        at++;
        if (length is { } known)
        {
            return known;
        }

        at--;
        throw Unexpected($" in {context}", "number or duration");
    }

    private AggregateExpression Aggregate(Token token, string name)
    {
        at++;
        var (labels, without, grouped) = Grouping();
        if (!Is("("))
        {
            throw Unexpected(" in aggregation");
        }

        var arguments = Arguments();
        if (!grouped)
        {
            (labels, without, _) = Grouping();
        }

        var takes = name is "topk" or "bottomk" or "quantile" or "count_values" ? 2 : 1;
        if (arguments.Count != takes)
        {
            throw Error(token.Position, arguments.Count == 0 ? "no arguments for aggregate expression provided" : $"wrong number of arguments for aggregate expression provided, expected {takes}, got {arguments.Count}");
        }

        var inner = arguments[^1];
        if (inner.Type != PromType.Vector)
        {
            throw Error(inner.Position, $"expected type instant vector in aggregation expression, got {Named(inner.Type)}");
        }

        var wanted = name == "count_values" ? PromType.Text : PromType.Scalar;
        return takes == 2 && arguments[0].Type != wanted
            ? throw Error(arguments[0].Position, $"expected type {Named(wanted)} in aggregation parameter, got {Named(arguments[0].Type)}")
            : new AggregateExpression(token.Position, name, inner, takes == 2 ? arguments[0] : null, labels, without);
    }

    private (IReadOnlyList<string> Labels, bool Without, bool Grouped) Grouping()
    {
        if (Word("by"))
        {
            return (Labels(), false, true);
        }

        return Word("without") ? (Labels(), true, true) : ([], false, false);
    }

    private List<string> Labels()
    {
        Expect("(", "grouping opts");
        var names = new List<string>();
        while (!Is(")"))
        {
            if (Now.Kind is not (TokenKind.Name or TokenKind.Text))
            {
                throw Unexpected(" in grouping opts", "label");
            }

            names.Add(Now.Text);
            at++;
            if (!Is(")"))
            {
                Expect(",", "grouping opts");
            }
        }

        at++;
        return names;
    }

    private List<Expression> Arguments()
    {
        at++;
        var arguments = new List<Expression>();
        while (!Is(")"))
        {
            arguments.Add(Binary(0));
            if (!Is(")"))
            {
                Expect(",", "function call");
                if (Is(")"))
                {
                    throw Error(Now.Position, "trailing commas not allowed in function call args");
                }
            }
        }

        at++;
        return arguments;
    }

    private CallExpression Call(Token token)
    {
        var function = PromFunction.Find(token.Text) ?? throw Error(token.Position, $"unknown function with name {LabelSet.Quote(token.Text)}");
        at++;
        var arguments = Arguments();
        var (most, least) = (function.Takes.Count, function.Optional < 0 ? function.Takes.Count - 1 : function.Takes.Count - function.Optional);
        if (arguments.Count < least || (function.Optional >= 0 && arguments.Count > most))
        {
            var wanted = function.Optional == 0 ? $"{most}" : arguments.Count < least ? $"at least {least}" : $"at most {most}";
            throw Error(token.Position, $"expected {wanted} argument(s) in call to {LabelSet.Quote(token.Text)}, got {arguments.Count}");
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            var type = function.Takes[Math.Min(i, most - 1)];
            if (arguments[i].Type != type)
            {
                throw Error(arguments[i].Position, $"expected type {Named(type)} in call to function {LabelSet.Quote(token.Text)}, got {Named(arguments[i].Type)}");
            }
        }

        return new CallExpression(token.Position, function, arguments);
    }
}
