using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Rules;

/// <summary>The part of Prometheus's HTTP API that rules need.</summary>
internal sealed class RuleApi(IClusterPrograms programs)
{
    /// <summary>The backend's name in errors.</summary>
    public const string Backend = "prometheus";

    private const int Longest = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Lists the alerting rules; null where there is no Prometheus.</summary>
    public async Task<ImmutableArray<AlertRule>?> ListAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        using var json = await AskAsync(cluster, scope, new ProgramRequest(HttpMethod.Get, "/api/v1/rules?type=alert") { Operation = "list rules", Patience = Patience }, cancellationToken).ConfigureAwait(false);
        return json is null ? null : Read("list rules", () => json.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(g => g.GetProperty("rules").EnumerateArray().Where(r => Text(r, "type") == "alerting").Select(r => Rule(r, Text(g, "file")))).OrderBy(r => r.IsOwn).ToImmutableArray());
    }

    /// <summary>Gives the configuration that was loaded.</summary>
    public async Task<string> ConfigurationAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        using var json = await AskAsync(cluster, scope, new ProgramRequest(HttpMethod.Get, "/api/v1/status/config") { Operation = "read the configuration", Patience = Patience }, cancellationToken).ConfigureAwait(false) ?? throw Missing("read the configuration");
        return Read("read the configuration", () => json.RootElement.GetProperty("data").GetProperty("yaml").GetString() ?? "");
    }

    /// <summary>Evaluates an expression over a range; gives the times (seconds) at which each series has a value.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<double>>> RangeAsync(ClusterKey cluster, Scope scope, string expression, (long From, long To, int Step) range, CancellationToken cancellationToken)
    {
        var form = string.Create(CultureInfo.InvariantCulture, $"query={Uri.EscapeDataString(expression)}&start={range.From}&end={range.To}&step={range.Step}");
        var request = new ProgramRequest(HttpMethod.Post, "/api/v1/query_range") { Body = form, ContentType = "application/x-www-form-urlencoded", Operation = "evaluate the expression", Patience = Patience };
        using var json = await AskAsync(cluster, scope, request, cancellationToken).ConfigureAwait(false) ?? throw Missing(request.Operation);
        return Read<IReadOnlyList<IReadOnlyList<double>>>(request.Operation, () =>
            [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(s => s.TryGetProperty("values", out var values) ? values.EnumerateArray().Select(v => v[0].GetDouble()).ToList() : [])]);
    }

    /// <summary>Has an expression read and evaluated now; gives the kind of its result.</summary>
    public async Task<string> CheckAsync(ClusterKey cluster, Scope scope, string expression, CancellationToken cancellationToken)
    {
        var request = new ProgramRequest(HttpMethod.Post, "/api/v1/query") { Body = "query=" + Uri.EscapeDataString(expression), ContentType = "application/x-www-form-urlencoded", Operation = "check the expression", Patience = Patience };
        using var json = await AskAsync(cluster, scope, request, cancellationToken).ConfigureAwait(false) ?? throw Missing(request.Operation);
        return Read(request.Operation, () => json.RootElement.GetProperty("data").GetProperty("resultType").GetString() ?? "");
    }

    /// <summary>Has Prometheus read its files; gives why it did not, or null.</summary>
    public async Task<string?> ReloadAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        var request = new ProgramRequest(HttpMethod.Post, "/-/reload") { Operation = "reload", Patience = Patience };
        using var answer = await programs.SendAsync(cluster, scope, ClusterProgram.Prometheus, request, cancellationToken).ConfigureAwait(false) ?? throw Missing(request.Operation);
        var text = answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return answer.StatusCode is HttpStatusCode.ServiceUnavailable ? null : Cut(text?.Trim());
    }

    private async Task<JsonDocument?> AskAsync(ClusterKey cluster, Scope scope, ProgramRequest request, CancellationToken cancellationToken)
    {
        using var answer = await programs.SendAsync(cluster, scope, ClusterProgram.Prometheus, request, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        JsonDocument? json = null;
        try
        {
            json = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            // A page or a plain sentence, as while it starts.
        }

        if (answer.IsSuccessStatusCode && json is not null)
        {
            return json;
        }

        using (json)
        {
            var words = json?.RootElement.ValueKind is JsonValueKind.Object ? Text(json.RootElement, "error") : null;
            throw new BackendException(Backend, request.Operation, FailureOf(answer), Cut(words), answer.StatusCode);
        }
    }

    private static BackendFailure FailureOf(HttpResponseMessage answer) => answer.StatusCode switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => BackendFailure.Invalid,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => BackendFailure.Forbidden,
        HttpStatusCode.NotFound => BackendFailure.NotFound,
        >= HttpStatusCode.InternalServerError => BackendFailure.Broken,
        _ => BackendFailure.Unexpected,
    };

    private static AlertRule Rule(JsonElement rule, string file)
    {
        var (isOwn, name, query) = (file.StartsWith(RuleFile.Folder, StringComparison.Ordinal), Text(rule, "name"), Text(rule, "query"));
        var (expression, stepsBack) = isOwn ? (query, false) : RuleThreshold.Open(query, name);
        return Rule(rule) with
        {
            Name = Cut(name)!,
            Expression = expression,
            IsOwn = isOwn,
            IsReplaceable = stepsBack,
            Replaces = isOwn && Within(rule, "annotations", RuleFile.Replaces).Length > 0,
            Threshold = RuleThreshold.Find(expression, Within(rule, "annotations", RuleThreshold.Annotation)),
        };
    }

    private static AlertRule Rule(JsonElement rule) => new()
    {
        Name = "",
        Expression = "",
        For = TimeSpan.FromSeconds(rule.TryGetProperty("duration", out var length) ? Math.Clamp(length.GetDouble(), 0, 1e9) : 0),
        Severity = Cut(Within(rule, "labels", "severity"))!,
        Summary = Cut(Within(rule, "annotations", "summary"))!,
        State = Text(rule, "state") switch { "firing" => RuleState.Firing, "pending" => RuleState.Pending, _ => RuleState.Inactive },
        Since = rule.TryGetProperty("alerts", out var alerts) && alerts.ValueKind is JsonValueKind.Array && alerts.GetArrayLength() > 0
            ? alerts.EnumerateArray().Min(a => a.GetProperty("activeAt").GetDateTimeOffset().ToUniversalTime()) : null,
        Error = Text(rule, "health") == "err" ? Cut(Text(rule, "lastError")) : null,
        Revision = Within(rule, "annotations", RuleFile.Revision) is { Length: > 0 } revision ? revision : null,
    };

    private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static string Within(JsonElement from, string part, string name) => from.TryGetProperty(part, out var inner) && inner.ValueKind is JsonValueKind.Object ? Text(inner, name) : "";

    private static string? Cut(string? text) => text?[..Math.Min(text.Length, Longest)];

    private static T Read<T>(string operation, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new BackendException(Backend, operation, BackendFailure.Unexpected, "not the answer of Prometheus's API", inner: e);
        }
    }

    private static BackendException Missing(string operation) => new(Backend, operation, BackendFailure.NotFound, "the cluster has no Prometheus");
}
