using Portal.Core.Backends;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Keeps a value one value of PromQL: by the quotes that it stands in, or by what may stand outside of them.</summary>
internal static class Literals
{
    /// <summary>No quotes.</summary>
    public const char Outside = '\0';

    /// <summary>Tells which quotes are open after a part of an expression.</summary>
    /// <param name="text">The part.</param>
    /// <param name="quote">Which were open before it.</param>
    public static char After(ReadOnlySpan<char> text, char quote)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (quote is Outside)
            {
                quote = text[at] is '"' or '\'' or '`' ? text[at] : Outside;
            }
            else if (text[at] == '\\' && quote != '`')
            {
                at++;
            }
            else if (text[at] == quote)
            {
                quote = Outside;
            }
        }

        return quote;
    }

    /// <summary>Gives a value for a place in an expression.</summary>
    /// <param name="value">The value.</param>
    /// <param name="quote">The quotes around the place.</param>
    /// <param name="variable">The variable's name, for the sentence.</param>
    /// <param name="isOwn">Whether the dashboard itself has the value: then it may be a piece of PromQL.</param>
    /// <exception cref="BackendException">The value would be more than a value there (<see cref="BackendFailure.Invalid"/>).</exception>
    public static string Fit(string value, char quote, string variable, bool isOwn) => quote switch
    {
        Outside when isOwn || IsPlain(value) => value,
        '"' => PromQl.Quote(value)[1..^1],
        '\'' => PromQl.Quote(value)[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal),
        '`' when !value.Contains('`', StringComparison.Ordinal) => value,
        _ => throw new BackendException(PrometheusErrors.Backend, "fill a query", BackendFailure.Invalid, $"The value of ${variable} cannot stand where the query has it: it is more than a name or a number."),
    };

    // Names, numbers, lengths of time.
    private static bool IsPlain(string value) => value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' or '.' or '-');
}
