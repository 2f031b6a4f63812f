using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Silences;

/// <summary>Alertmanager's silences over HTTP (API v2); its errors have two shapes, a bare text and a code with a message.</summary>
internal sealed class AlertmanagerApi(IClusterPrograms programs)
{
    /// <summary>The backend's name in errors.</summary>
    public const string Backend = "alertmanager";

    private const int LongestAnswer = 500;
    private const int Most = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Lists the silences; null where there is no Alertmanager.</summary>
    public async Task<ImmutableArray<Silence>?> ListAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        var request = new ProgramRequest(HttpMethod.Get, "/api/v2/silences") { Operation = "list silences", Patience = Patience };
        using var answer = await programs.SendAsync(cluster, scope, ClusterProgram.Alertmanager, request, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        var text = await TextAsync(answer, request.Operation, cancellationToken).ConfigureAwait(false);
        var wires = Read<List<WireSilence?>>(text, request.Operation);
        return [.. wires.Select(w => w?.ToSilence() ?? throw NotUnderstood(request.Operation)).Take(Most).OrderBy(s => s.State).ThenBy(s => s.State is SilenceState.Expired ? -s.EndsAt.UtcTicks : s.EndsAt.UtcTicks)];
    }

    /// <summary>Makes or changes a silence; gives its id.</summary>
    public async Task<string> PutAsync(ClusterKey cluster, Scope scope, SilenceDraft draft, DateTimeOffset startsAt, CancellationToken cancellationToken)
    {
        var wire = new WireDraft(draft.Id, [.. draft.Matchers.Select(m => new WireMatcher(m.Name, m.Value, m.IsRegex, m.IsEqual))], startsAt.UtcDateTime, draft.EndsAt.UtcDateTime, scope.UserName, draft.Comment);
        var request = new ProgramRequest(HttpMethod.Post, "/api/v2/silences") { Operation = "put a silence", Body = JsonSerializer.Serialize(wire, Json), Patience = Patience };
        using var answer = await programs.SendAsync(cluster, scope, ClusterProgram.Alertmanager, request, cancellationToken).ConfigureAwait(false) ?? throw Missing(request.Operation);
        return Read<WireId>(await TextAsync(answer, request.Operation, cancellationToken).ConfigureAwait(false), request.Operation).SilenceId ?? throw NotUnderstood(request.Operation);
    }

    /// <summary>Ends a silence.</summary>
    public async Task DeleteAsync(ClusterKey cluster, Scope scope, string id, CancellationToken cancellationToken)
    {
        var request = new ProgramRequest(HttpMethod.Delete, "/api/v2/silence/" + Uri.EscapeDataString(id)) { Operation = "end a silence", Patience = Patience };
        using var answer = await programs.SendAsync(cluster, scope, ClusterProgram.Alertmanager, request, cancellationToken).ConfigureAwait(false) ?? throw Missing(request.Operation);
        await TextAsync(answer, request.Operation, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, string operation, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return text;
        }

        var words = Words(text);
        throw new BackendException(Backend, operation, FailureOf(answer.StatusCode, words), words, answer.StatusCode);
    }

    // 0.25 says 500 where later versions say 404.
    private static BackendFailure FailureOf(HttpStatusCode status, string? words) => status switch
    {
        _ when words == "silence not found" => BackendFailure.NotFound,
        HttpStatusCode.NotFound => BackendFailure.NotFound,
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => BackendFailure.Invalid,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => BackendFailure.Forbidden,
        HttpStatusCode.TooManyRequests => BackendFailure.Throttled,
        >= HttpStatusCode.InternalServerError => BackendFailure.Broken,
        _ => BackendFailure.Unexpected,
    };

    private static string? Words(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var words = json.RootElement.ValueKind switch
            {
                JsonValueKind.String => json.RootElement.GetString(),
                JsonValueKind.Object when json.RootElement.TryGetProperty("message", out var message) && message.ValueKind is JsonValueKind.String => message.GetString(),
                _ => null,
            };
            return words?[..Math.Min(words.Length, LongestAnswer)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static T Read<T>(string text, string operation)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Json) ?? throw NotUnderstood(operation);
        }
        catch (JsonException)
        {
            throw NotUnderstood(operation);
        }
    }

    private static BackendException NotUnderstood(string operation) => new(Backend, operation, BackendFailure.Unexpected, "not the answer of Alertmanager's API v2");

    private static BackendException Missing(string operation) => new(Backend, operation, BackendFailure.NotFound, "the cluster has no Alertmanager");

    private sealed record WireId([property: JsonPropertyName("silenceID")] string? SilenceId);

    private sealed record WireMatcher(string? Name, string? Value, bool IsRegex, bool? IsEqual);

    private sealed record WireDraft(string? Id, IReadOnlyList<WireMatcher> Matchers, DateTime StartsAt, DateTime EndsAt, string CreatedBy, string Comment);

    private sealed record WireState(string? State);

    private sealed record WireSilence(string? Id, WireState? Status, string? Comment, string? CreatedBy, DateTimeOffset StartsAt, DateTimeOffset EndsAt, List<WireMatcher?>? Matchers)
    {
        public Silence? ToSilence() => Id is { Length: > 0 and <= 128 } && Enum.TryParse<SilenceState>(Status?.State, ignoreCase: true, out var state) && Matchers?.All(m => m is { Name: not null, Value: not null }) == true
            ? new Silence
            {
                Id = Id,
                State = state,
                Matchers = [.. Matchers.Select(m => new SilenceMatcher(m!.Name!, m.Value!, m.IsRegex, m.IsEqual ?? true))],
                StartsAt = StartsAt.ToUniversalTime(),
                EndsAt = EndsAt.ToUniversalTime(),
                CreatedBy = Cut(CreatedBy),
                Comment = Cut(Comment),
            }
            : null;

        private static string Cut(string? text) => text is null ? "" : text[..Math.Min(text.Length, LongestAnswer * 2)];
    }
}
