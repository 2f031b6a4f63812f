namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>What an expression gives.</summary>
internal enum PromType
{
    Scalar,
    Vector,
    Matrix,
    Text,
}

/// <summary>A part of a query; <paramref name="Position"/> counts from 0.</summary>
internal abstract record Expression(int Position)
{
    public abstract PromType Type { get; }
}

internal sealed record NumberExpression(int Position, double Value) : Expression(Position)
{
    public override PromType Type => PromType.Scalar;
}

internal sealed record TextExpression(int Position, string Value) : Expression(Position)
{
    public override PromType Type => PromType.Text;
}

/// <summary>When a selector or subquery is looked at instead of the evaluation's time.</summary>
/// <param name="Offset">Milliseconds into the past.</param>
/// <param name="At">Fixed time in milliseconds, or null.</param>
/// <param name="Bound"><c>start</c> or <c>end</c> of the query instead of a fixed time, or null.</param>
internal sealed record Shift(long Offset, long? At, string? Bound)
{
    public static Shift None { get; } = new(0, null, null);
}

internal sealed record SelectorExpression(int Position, string Name, IReadOnlyList<LabelMatcher> Matchers, Shift Shift) : Expression(Position)
{
    public override PromType Type => PromType.Vector;
}

/// <summary>A selector with a range, in milliseconds.</summary>
internal sealed record RangeExpression(int Position, SelectorExpression Selector, long Range) : Expression(Position)
{
    public override PromType Type => PromType.Matrix;
}

/// <summary>An expression that is evaluated again and again over a range.</summary>
internal sealed record SubqueryExpression(int Position, Expression Inner, long Range, long Step, Shift Shift) : Expression(Position)
{
    public override PromType Type => PromType.Matrix;
}

internal sealed record CallExpression(int Position, PromFunction Function, IReadOnlyList<Expression> Arguments) : Expression(Position)
{
    public override PromType Type => Function.Returns;
}

internal sealed record UnaryExpression(int Position, bool Negative, Expression Inner) : Expression(Position)
{
    public override PromType Type => Inner.Type;
}

internal sealed record ParenExpression(int Position, Expression Inner) : Expression(Position)
{
    public override PromType Type => Inner.Type;
}

/// <summary>How the sides of a binary operation find each other.</summary>
/// <param name="On">Whether only <paramref name="Names"/> count; otherwise all but them.</param>
/// <param name="Names">Labels.</param>
/// <param name="Group"><c>left</c>, <c>right</c>, or null for one to one.</param>
/// <param name="Include">Labels taken over from the one side.</param>
internal sealed record Matching(bool On, IReadOnlyList<string> Names, string? Group, IReadOnlyList<string> Include)
{
    public static Matching All { get; } = new(false, [], null, []);
}

internal sealed record BinaryExpression(int Position, string Operator, Expression Left, Expression Right, bool Bool, Matching Matching) : Expression(Position)
{
    public override PromType Type => Left.Type == PromType.Scalar && Right.Type == PromType.Scalar ? PromType.Scalar : PromType.Vector;

    public bool IsComparison => Operator is "==" or "!=" or "<" or ">" or "<=" or ">=";

    public bool IsSet => Operator is "and" or "or" or "unless";
}

internal sealed record AggregateExpression(int Position, string Operator, Expression Inner, Expression? Parameter, IReadOnlyList<string> Labels, bool Without) : Expression(Position)
{
    public override PromType Type => PromType.Vector;
}
