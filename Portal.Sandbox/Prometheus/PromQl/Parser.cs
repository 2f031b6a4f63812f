namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Reads a query. Errors have the position and the words of Prometheus.</summary>
internal sealed partial class Parser
{
    private static readonly string[] Aggregators = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"];
    private readonly string text;
    private readonly IReadOnlyList<Token> tokens;
    private int at;

    private Parser(string text)
    {
        this.text = text;
        tokens = new Lexer(text).Read();
    }

    private Token Now => tokens[at];

    /// <summary>Reads a query whole.</summary>
    /// <exception cref="PromException">It is none.</exception>
    public static Expression Parse(string text)
    {
        var parser = new Parser(text);
        if (parser.Now.Kind == TokenKind.End)
        {
            throw PromException.Parse(text, 0, "no expression found in input");
        }

        var expression = parser.Binary(0);
        return parser.Now.Kind == TokenKind.End ? expression : throw parser.Unexpected(string.Empty);
    }

    public static bool IsAggregator(string word) => Array.Exists(Aggregators, a => a.Equals(word, StringComparison.OrdinalIgnoreCase));

    private static int Precedence(Token token) => token switch
    {
        { Kind: TokenKind.Name, Text: "or" } => 1,
        { Kind: TokenKind.Name, Text: "and" or "unless" } => 2,
        { Kind: TokenKind.Sign, Text: "==" or "!=" or "<" or ">" or "<=" or ">=" } => 3,
        { Kind: TokenKind.Sign, Text: "+" or "-" } => 4,
        { Kind: TokenKind.Sign, Text: "*" or "/" or "%" } or { Kind: TokenKind.Name, Text: "atan2" } => 5,
        { Kind: TokenKind.Sign, Text: "^" } => 6,
        _ => 0,
    };

    private static string Named(PromType type) => type switch
    {
        PromType.Scalar => "scalar",
        PromType.Vector => "instant vector",
        PromType.Matrix => "range vector",
        _ => "string",
    };

    private Expression Binary(int above)
    {
        var left = Unary();
        while (Precedence(Now) is var rank && rank > above)
        {
            var sign = Now;
            at++;
            var isBool = Word("bool");
            var matching = Matching(sign.Text);
            var right = Binary(sign.Text == "^" ? rank - 1 : rank);
            left = Checked(new BinaryExpression(left.Position, sign.Text, left, right, isBool, matching), sign, matching);
        }

        return left;
    }

    private BinaryExpression Checked(BinaryExpression binary, Token sign, Matching matching)
    {
        if (binary.Bool && !binary.IsComparison)
        {
            throw Error(sign.Position, "bool modifier can only be used on comparison operators");
        }

        foreach (var side in new[] { binary.Left, binary.Right })
        {
            if (side.Type is not (PromType.Scalar or PromType.Vector))
            {
                throw Error(side.Position, "binary expression must contain only scalar and instant vector types");
            }
        }

        var scalars = binary.Left.Type == PromType.Scalar || binary.Right.Type == PromType.Scalar;
        if (binary.Type == PromType.Scalar && binary.IsComparison && !binary.Bool)
        {
            throw Error(binary.Position, "comparisons between scalars must use BOOL modifier");
        }

        if (scalars && binary.IsSet)
        {
            throw Error(binary.Position, $"set operator {LabelSet.Quote(sign.Text)} not allowed in binary scalar expression");
        }

        if (scalars && (matching.On || matching.Names.Count > 0))
        {
            throw Error(binary.Position, "vector matching only allowed between instant vectors");
        }

        if (binary.IsSet && matching.Group is not null)
        {
            throw Error(binary.Position, $"no grouping allowed for {LabelSet.Quote(sign.Text)} operation");
        }

        return binary;
    }

    private Matching Matching(string sign)
    {
        _ = sign;
        var on = Word("on");
        if (!on && !Word("ignoring"))
        {
            return PromQl.Matching.All;
        }

        var names = Labels();
        var group = Word("group_left") ? "left" : Word("group_right") ? "right" : null;
        var include = group is not null && Is("(") ? Labels() : [];
        if (on && include.FirstOrDefault(names.Contains) is { } both)
        {
            throw Error(Now.Position, $"label {LabelSet.Quote(both)} must not occur in ON and GROUP clause at once");
        }

        return new Matching(on, names, group, include);
    }

    private Expression Unary()
    {
        var sign = Now;
        if (sign is not { Kind: TokenKind.Sign, Text: "-" or "+" })
        {
            return Postfix(Primary());
        }

        at++;
        var inner = Binary(5);
        if (inner.Type is not (PromType.Scalar or PromType.Vector))
        {
            throw Error(sign.Position, $"unary expression only allowed on expressions of type scalar or instant vector, got {LabelSet.Quote(Named(inner.Type))}");
        }

        return inner is NumberExpression number && sign.Text == "-" ? new NumberExpression(sign.Position, -number.Value) : new UnaryExpression(sign.Position, sign.Text == "-", inner);
    }

    private Expression Primary()
    {
        var token = Now;
        switch (token.Kind)
        {
            case TokenKind.Number:
                at++;
                return new NumberExpression(token.Position, PromNumber.Parse(token.Text)!.Value);
            case TokenKind.Duration:
                at++;
                return new NumberExpression(token.Position, PromNumber.Duration(token.Text)!.Value / 1000.0);
            case TokenKind.Text:
                at++;
                return new TextExpression(token.Position, token.Text);
            case TokenKind.Name:
                return Named(token);
            case TokenKind.Sign when token.Text == "(":
                at++;
                var inner = Binary(0);
                Expect(")", "paren expression");
                return new ParenExpression(token.Position, inner);
            case TokenKind.Sign when token.Text == "{":
                return Selector(string.Empty, token.Position);
            default:
                throw Unexpected(string.Empty);
        }
    }

    private Expression Named(Token token)
    {
        var lower = token.Text.ToLowerInvariant();
        var follows = tokens[at + 1];
        var isCall = follows is { Kind: TokenKind.Sign, Text: "(" };
        if (IsAggregator(token.Text) && (isCall || follows.Text is "by" or "without"))
        {
            return Aggregate(token, lower);
        }

        if (isCall)
        {
            return Call(token);
        }

        if (lower is "inf" or "nan")
        {
            at++;
            return new NumberExpression(token.Position, lower == "nan" ? double.NaN : double.PositiveInfinity);
        }

        if (token.Text is "and" or "or" or "unless" or "atan2" && Precedence(token) > 0 && at == 0)
        {
            throw Unexpected(string.Empty);
        }

        at++;
        return Selector(token.Text, token.Position);
    }

    private bool Is(string sign) => Now.Kind == TokenKind.Sign && Now.Text == sign;

    private bool Word(string word)
    {
        if (Now.Kind != TokenKind.Name || !Now.Text.Equals(word, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        at++;
        return true;
    }

    private void Expect(string sign, string context)
    {
        if (!Is(sign))
        {
            throw Unexpected($" in {context}");
        }

        at++;
    }

    private PromException Unexpected(string context, string wanted = "") => Error(Now.Position, $"unexpected {Now.Described}{context}{(wanted.Length == 0 ? string.Empty : $", expected {wanted}")}");

    private PromException Error(int position, string message) => PromException.Parse(text, position, message);
}
