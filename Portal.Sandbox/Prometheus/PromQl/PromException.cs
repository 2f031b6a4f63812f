namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>A query that fails, in Prometheus's words.</summary>
internal sealed class PromException(string kind, string message) : Exception(message)
{
    /// <summary>Gets the kind of the error as the API names it: <c>bad_data</c>, <c>execution</c>, <c>timeout</c>.</summary>
    public string Kind { get; } = kind;

    /// <summary>Gets the HTTP status that goes with it.</summary>
    public int Status => Kind switch { "bad_data" => 400, "timeout" => 503, _ => 422 };

    /// <summary>Makes the error of a text that is no PromQL; the position counts from 0.</summary>
    public static PromException Parse(string text, int position, string message)
    {
        var at = Math.Min(position, text.Length);
        var before = text[..at];
        var line = before.Count(c => c == '\n') + 1;
        var column = at - (before.LastIndexOf('\n') + 1) + 1;
        return new PromException("bad_data", $"{line}:{column}: parse error: {message}");
    }

    public static PromException Execution(string message) => new("execution", message);
}
