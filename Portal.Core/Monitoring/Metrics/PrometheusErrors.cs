using System.Net;
using System.Text;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Reads Prometheus' errors: its own JSON, and the plain text of its web server.</summary>
internal static class PrometheusErrors
{
    /// <summary>The backend's name.</summary>
    public const string Backend = "prometheus";

    private const int MaxAnswer = 500;

    /// <summary>The cluster has no Prometheus.</summary>
    public static BackendException NotInstalled(string operation) => new(Backend, operation, BackendFailure.NotFound, "not installed");

    /// <summary>What came is not what the API promises.</summary>
    public static BackendException NotUnderstood(string operation, HttpStatusCode status, Exception? inner = null) =>
        new(Backend, operation, BackendFailure.Unexpected, "The answer is not Prometheus'.", status, inner: inner);

    /// <summary>Makes the failure of an answer that is not a success.</summary>
    public static BackendException Make(string operation, HttpStatusCode status, byte[] body)
    {
        var (type, sentence) = Read(body);
        return new BackendException(Backend, operation, Classify(status, type, sentence), Cut(sentence), status) { IsPage = type is null && body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'<', ..] };
    }

    // A timeout while series are loaded is a 422; without a type the web server spoke: 503 is a start, 404 another program.
    private static BackendFailure Classify(HttpStatusCode status, string? type, string sentence) => type switch
    {
        "bad_data" when sentence.Contains("exceeded maximum resolution", StringComparison.Ordinal) => BackendFailure.QuotaExceeded,
        "bad_data" => BackendFailure.Invalid,
        "execution" when sentence.Contains("too many samples", StringComparison.Ordinal) => BackendFailure.QuotaExceeded,
        "execution" when sentence.Contains("context deadline exceeded", StringComparison.Ordinal) => BackendFailure.Timeout,
        "execution" => BackendFailure.Invalid,
        "timeout" or "canceled" => BackendFailure.Timeout,
        "internal" or "unavailable" => BackendFailure.Broken,
        _ when status >= HttpStatusCode.InternalServerError => BackendFailure.Broken,
        _ => BackendFailure.Unexpected,
    };

    private static (string? Type, string Sentence) Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? (Text(document.RootElement, "errorType"), Text(document.RootElement, "error") ?? "")
                : (null, "");
        }
        catch (JsonException)
        {
            return (null, Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxAnswer))).Trim());
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string? Cut(string text) => text.Length == 0 ? null : text.Length <= MaxAnswer ? text : text[..(MaxAnswer - 1)] + "…";
}
