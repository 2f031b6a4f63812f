using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>Makes the one exception of a failed call. Not every error is a Status, and a message may echo a whole object, so it is cut.</summary>
internal static class KubernetesErrors
{
    private const string Backend = "kubernetes";

    public static async Task<BackendException> ReadAsync(HttpResponseMessage response, string operation, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        var (message, reason) = Parse(text);
        var id = response.Headers.TryGetValues("Audit-Id", out var ids) ? ids.FirstOrDefault() : null;
        return new BackendException(Backend, operation, Classify(response.StatusCode, message, reason), Cut(message), response.StatusCode, id)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    public static BackendException From(Exception exception, string operation) => exception switch
    {
        OperationCanceledException or TimeoutException => new BackendException(Backend, operation, BackendFailure.Timeout, inner: exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            new BackendException(Backend, operation, BackendFailure.Broken, "The answer is too long.", inner: exception),
        HttpRequestException { InnerException: System.Security.Authentication.AuthenticationException } =>
            new BackendException(Backend, operation, BackendFailure.Unreachable, "The certificate of the API is not signed by the cluster's CA.", inner: exception),
        HttpRequestException or IOException or SocketException or System.Net.WebSockets.WebSocketException =>
            new BackendException(Backend, operation, BackendFailure.Unreachable, inner: exception),
        _ => new BackendException(Backend, operation, BackendFailure.Unexpected, inner: exception),
    };

    private static (string? Message, string? Reason) Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind is JsonValueKind.Object)
            {
                return (Text(json.RootElement, "message"), Text(json.RootElement, "reason"));
            }
        }
        catch (JsonException)
        {
            // Unknown groups, a dead aggregated API and proxies answer in plain text.
        }

        return (text.Trim(), null);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static BackendFailure Classify(HttpStatusCode status, string? message, string? reason) => (int)status switch
    {
        401 => BackendFailure.Forbidden,
        403 when message?.Contains("exceeded quota", StringComparison.Ordinal) == true => BackendFailure.QuotaExceeded,
        403 when message?.Contains("being terminated", StringComparison.Ordinal) == true => BackendFailure.Conflict,
        403 => BackendFailure.Forbidden,
        404 => BackendFailure.NotFound,
        409 => BackendFailure.Conflict,
        429 => BackendFailure.Throttled,
        400 or 405 or 406 or 415 or 422 => BackendFailure.Invalid,
        410 => BackendFailure.Conflict,
        504 when reason is "Timeout" => BackendFailure.Timeout,
        >= 500 => BackendFailure.Broken,
        _ => BackendFailure.Unexpected,
    };

    private static string? Cut(string? message) => message is { Length: > 500 } ? message[..499] + "…" : message;
}
