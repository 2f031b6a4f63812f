using System.Net;
using System.Text.Json;

namespace Portal.Core.Backends;

/// <summary>Reads the errors of all backends: Magnum's and Harbor's <c>errors[]</c>, Keystone's and Heat's <c>error{}</c>, Nova's one key, pages of proxies, nothing at all.</summary>
internal static class BackendErrors
{
    private const int MaxAnswer = 500;
    private static readonly string[] Words = ["message", "detail", "title", "explanation", "faultstring", "msg", "description"];
    private static readonly string[] Containers = ["error", "errors", "NeutronError", "QuantumError", "badRequest", "itemNotFound", "forbidden", "conflictingRequest", "overLimit", "computeFault", "unauthorized", "serviceUnavailable"];

    public static BackendException Make(BackendCall call, HttpStatusCode status, byte[] body, string? requestId, TimeSpan? retryAfter, string? challenge = null)
    {
        var (answer, kind) = Read(body);
        return new BackendException(call.Backend, call.Operation, Classify(status, answer, kind), answer, status, requestId) { RetryAfter = retryAfter, Challenge = challenge, IsPage = IsPage(body) };
    }

    /// <summary>Gives the sentence, and the error's own name (<c>OverQuota</c>) where it has one.</summary>
    internal static (string? Answer, string? Kind) Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var error = Inner(root);
            var answer = Sentence(error) ?? Sentence(root);
            return (Cut(answer), Text(error, "type") ?? Text(error, "code"));
        }
        catch (JsonException)
        {
            return (Page(body), null);
        }
    }

    private static BackendFailure Classify(HttpStatusCode status, string? answer, string? kind) => status switch
    {
        HttpStatusCode.Forbidden or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest
            when IsQuota(answer, kind) => BackendFailure.QuotaExceeded,
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.PreconditionFailed => BackendFailure.Invalid,
        HttpStatusCode.Unauthorized => BackendFailure.SignInAgain,
        HttpStatusCode.Forbidden => BackendFailure.Forbidden,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => BackendFailure.NotFound,
        HttpStatusCode.Conflict => BackendFailure.Conflict,
        HttpStatusCode.TooManyRequests => BackendFailure.Throttled,
        HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => BackendFailure.Timeout,
        >= HttpStatusCode.InternalServerError => BackendFailure.Broken,
        _ => BackendFailure.Unexpected,
    };

    private static bool IsQuota(string? answer, string? kind) =>
        kind is "OverQuota" or "QuotaError"
        || (answer is not null && (answer.Contains("quota", StringComparison.OrdinalIgnoreCase) || answer.StartsWith("Resource limit exceeded", StringComparison.Ordinal)));

    private static JsonElement Inner(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return First(root);
        }

        foreach (var name in Containers)
        {
            if (root.TryGetProperty(name, out var inner) && First(inner) is { ValueKind: JsonValueKind.Object } found)
            {
                return found;
            }
        }

        return root;
    }

    private static JsonElement First(JsonElement element) =>
        element.ValueKind is JsonValueKind.Array ? element.EnumerateArray().FirstOrDefault() : element;

    // Magnum says the same in title and detail; where they differ the longer one has the words.
    private static string? Sentence(JsonElement error)
    {
        if (error.ValueKind is JsonValueKind.String)
        {
            return error.GetString();
        }

        string? best = null;
        foreach (var word in Words)
        {
            if (Text(error, word) is { Length: > 0 } text && (best is null || (word == "detail" && text.Length > best.Length)))
            {
                best = text;
            }
        }

        return best;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static bool IsPage(byte[] body) => body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'<', ..];

    private static string? Page(byte[] body)
    {
        var text = System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 4096))).Trim();
        if (!text.StartsWith('<'))
        {
            return Cut(text);
        }

        var title = System.Text.RegularExpressions.Regex.Match(text, "<(h1|title)[^>]*>([^<]{1,200})<", System.Text.RegularExpressions.RegexOptions.IgnoreCase, TimeSpan.FromMilliseconds(200));
        return title.Success ? WebUtility.HtmlDecode(title.Groups[2].Value.Trim()) : "a page instead of an answer";
    }

    private static string? Cut(string? text)
    {
        var trimmed = text?.Trim();
        return string.IsNullOrEmpty(trimmed) ? null : trimmed.Length <= MaxAnswer ? trimmed : trimmed[..(MaxAnswer - 1)] + "…";
    }
}
