using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Core.Backends;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>What Prometheus finds wrong with an expression, and where.</summary>
/// <param name="Message">Prometheus' sentence without the place: <c>unclosed left parenthesis</c>.</param>
/// <param name="Offset">Where, in characters from the beginning of the expression; null where Prometheus names no place.</param>
public sealed partial record QueryError(string Message, int? Offset)
{
    /// <summary>Reads it from a failure; null when the expression is not what is wrong.</summary>
    /// <param name="failure">What a query met.</param>
    /// <param name="expression">What was asked: Prometheus counts lines and bytes in it.</param>
    public static QueryError? Of(Exception? failure, string expression)
    {
        if (failure is not BackendException { Backend: PrometheusErrors.Backend, Failure: BackendFailure.Invalid, Answer: { } answer })
        {
            return null;
        }

        var found = Place().Match(answer);
        return found.Success
            ? new QueryError(found.Groups["what"].Value, OffsetOf(expression, Number(found.Groups["line"]), Number(found.Groups["column"])))
            : new QueryError(answer, null);
    }

    private static int Number(Group group) => int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    private static int OffsetOf(string expression, int line, int column)
    {
        var at = 0;
        for (var passed = 1; passed < line && expression.IndexOf('\n', at) is var end and >= 0; passed++)
        {
            at = end + 1;
        }

        for (var bytes = 1; at < expression.Length && bytes < column; at++)
        {
            bytes += char.IsLowSurrogate(expression[at]) ? 0 : char.IsHighSurrogate(expression[at]) ? 4 : Encoding.UTF8.GetByteCount(expression.AsSpan(at, 1));
        }

        return at;
    }

    [GeneratedRegex(@"(?<line>\d{1,6}):(?<column>\d{1,6}): parse error: (?<what>.*)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Place();
}
