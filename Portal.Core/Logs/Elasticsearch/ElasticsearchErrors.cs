using System.Net;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>Reads Elasticsearch's and OpenSearch's errors, and those of proxies before them.</summary>
internal static class ElasticsearchErrors
{
    /// <summary>Name of the backend in errors.</summary>
    public const string Backend = "elasticsearch";

    private const int MaxAnswer = 500;

    /// <summary>Makes the exception of an answer that is not a success.</summary>
    public static BackendException Make(HttpStatusCode status, string body, string operation)
    {
        var error = Read(body);
        return new(Backend, operation, Classify(status, error), Cut(error.Reason), status) { IsPage = body.AsSpan().TrimStart() is ['<', ..] };
    }

    /// <summary>Gets whether Elasticsearch could not read the person's text: it is shown at the field, not as a failure.</summary>
    public static bool IsQuery(BackendException e) => e is { Backend: Backend, Failure: BackendFailure.Invalid, Answer: { } answer }
        && (answer.Contains("Failed to parse query", StringComparison.OrdinalIgnoreCase) || answer.Contains("Cannot parse", StringComparison.Ordinal)
            || answer.Contains("too_many_clauses", StringComparison.Ordinal) || answer.Contains("too complex", StringComparison.OrdinalIgnoreCase)
            || answer.Contains("maxClauseCount", StringComparison.Ordinal) || answer.Contains("failed to create query", StringComparison.OrdinalIgnoreCase));

    private static BackendFailure Classify(HttpStatusCode status, Error error) => error.Types switch
    {
        var t when t.Contains("es_rejected_execution_exception") || t.Contains("circuit_breaking_exception") || t.Contains("rejected_execution_exception") => BackendFailure.Throttled,
        var t when t.Contains("too_many_buckets_exception") => BackendFailure.Invalid,
        var t when t.Contains("index_not_found_exception") || t.Contains("search_context_missing_exception") => BackendFailure.NotFound,
        var t when t.Contains("cluster_block_exception") || t.Contains("master_not_discovered_exception") || t.Contains("no_shard_available_action_exception") => BackendFailure.Broken,
        _ => status switch
        {
            // The credential is the portal's own: signing in again would not help the person.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => BackendFailure.Forbidden,
            HttpStatusCode.NotFound => BackendFailure.NotFound,
            HttpStatusCode.TooManyRequests => BackendFailure.Throttled,
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => BackendFailure.Timeout,
            HttpStatusCode.BadRequest or HttpStatusCode.NotAcceptable or HttpStatusCode.RequestEntityTooLarge => BackendFailure.Invalid,
            >= HttpStatusCode.InternalServerError => BackendFailure.Broken,
            _ => BackendFailure.Unexpected,
        },
    };

    /// <summary>The innermost reason says most: <c>all shards failed</c> says nothing.</summary>
    private static Error Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind is not JsonValueKind.Object || !document.RootElement.TryGetProperty("error", out var error))
            {
                return new(null, []);
            }

            if (error.ValueKind is JsonValueKind.String)
            {
                return new(error.GetString(), []);
            }

            var types = new HashSet<string>(StringComparer.Ordinal);
            string? reason = null;
            Walk(error, types, ref reason, 0);
            return new(reason, types);
        }
        catch (JsonException)
        {
            var text = body.Trim();
            return new(text.Length == 0 ? null : text.StartsWith('<') ? "a page instead of an answer" : text, []);
        }
    }

    private static void Walk(JsonElement error, HashSet<string> types, ref string? reason, int depth)
    {
        if (error.ValueKind is not JsonValueKind.Object || depth > 8)
        {
            return;
        }

        if (error.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String)
        {
            types.Add(type.GetString()!);
        }

        if (error.TryGetProperty("reason", out var said))
        {
            if (said.ValueKind is JsonValueKind.String && said.GetString() is { Length: > 0 } text && text is not "all shards failed")
            {
                reason ??= text;
            }

            Walk(said, types, ref reason, depth + 1);
        }

        foreach (var name in (string[])["root_cause", "failed_shards", "failures"])
        {
            foreach (var inner in error.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray().Take(5) : [])
            {
                Walk(inner, types, ref reason, depth + 1);
            }
        }

        foreach (var name in (string[])["caused_by"])
        {
            if (error.TryGetProperty(name, out var cause))
            {
                Walk(cause, types, ref reason, depth + 1);
            }
        }

        reason ??= depth == 0 && types.Count > 0 ? string.Join(", ", types) : null;
    }

    private static string? Cut(string? text) => text is { Length: > MaxAnswer } ? text[..(MaxAnswer - 1)] + "…" : text;

    private sealed record Error(string? Reason, HashSet<string> Types);
}
