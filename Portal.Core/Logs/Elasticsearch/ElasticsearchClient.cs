using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>What is known of a cluster's Elasticsearch.</summary>
internal sealed record ElasticsearchFacts(ElasticsearchServer Server, LogFields Fields, DateTimeOffset At);

/// <summary>Asks a cluster's Elasticsearch or OpenSearch, in JSON that all their versions since 7 understand.</summary>
internal sealed class ElasticsearchClient(IClusterPrograms programs, IOptions<LogsOptions> options, TimeProvider time)
{
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(900)];
    private readonly ConcurrentDictionary<ClusterKey, ElasticsearchFacts> known = new();

    /// <summary>Gives what answers and under which names lines are written; null where the cluster has no Elasticsearch.</summary>
    public async Task<ElasticsearchFacts?> FindAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        // Who may not read must not learn it from what others asked before.
        scope.Demand(Capability.Read);
        if (scope.ProjectId != cluster.ProjectId || scope.Region != cluster.Region)
        {
            throw new ForbiddenException(Capability.Read, cluster.ProjectId);
        }

        var now = time.GetUtcNow();
        if (known.TryGetValue(cluster, out var facts) && facts.At > now - KnownFor)
        {
            return facts;
        }

        foreach (var old in known.Where(k => k.Value.At < now - (KnownFor * 2)))
        {
            known.TryRemove(old);
        }

        using var root = await AskAsync(cluster, scope, HttpMethod.Get, "/", null, "ask for the version", cancellationToken).ConfigureAwait(false);
        if (root is null)
        {
            return null;
        }

        using var caps = await AskAsync(cluster, scope, HttpMethod.Get, $"/{Index}/_field_caps?fields=*&ignore_unavailable=true&allow_no_indices=true", null, "ask for the fields", cancellationToken).ConfigureAwait(false);
        facts = new(ElasticsearchServer.Read(root.RootElement), LogFields.Read(caps?.RootElement ?? default), now);
        if (facts.Fields.IsKnown)
        {
            known[cluster] = facts;
        }

        return facts;
    }

    /// <summary>Searches.</summary>
    /// <exception cref="BackendException">See <see cref="ElasticsearchErrors"/>.</exception>
    public async Task<LogHits> SearchAsync(ClusterKey cluster, Scope scope, LogSource source, ElasticsearchFacts facts, LogSearch search, LogPaging paging, CancellationToken cancellationToken)
    {
        var body = new LogBody(facts.Fields, facts.Server).Search(search, paging).ToJsonString();
        var path = $"/{Index}/_search?ignore_unavailable=true&allow_no_indices=true&preference={Uri.EscapeDataString(search.Session.TrimStart('_'))}";
        using var answer = await AskAsync(cluster, scope, HttpMethod.Post, path, body, "search", cancellationToken).ConfigureAwait(false);
        return LogHits.Read(answer?.RootElement ?? default, source, facts.Fields);
    }

    private string Index => string.Join(',', options.Value.Index.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(n => Uri.EscapeDataString(n).Replace("%2A", "*", StringComparison.Ordinal)));

    private async Task<JsonDocument?> AskAsync(ClusterKey cluster, Scope scope, HttpMethod method, string path, string? body, string operation, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await OnceAsync(cluster, scope, new ProgramRequest(method, path) { Body = body, Operation = operation, Patience = options.Value.Patience }, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendException e) when (e is { Backend: ElasticsearchErrors.Backend, Status: not null, Failure: BackendFailure.Throttled or BackendFailure.Broken } && attempt < Pauses.Length)
            {
                await Task.Delay(Pauses[attempt], time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<JsonDocument?> OnceAsync(ClusterKey cluster, Scope scope, ProgramRequest request, CancellationToken cancellationToken)
    {
        using var response = await programs.SendAsync(cluster, scope, ClusterProgram.Elasticsearch, request, cancellationToken).ConfigureAwait(false);
        if (response is null)
        {
            return null;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw ElasticsearchErrors.Make(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false), request.Operation);
        }

        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            throw new BackendException(ElasticsearchErrors.Backend, request.Operation, BackendFailure.Unexpected, "The answer is not JSON.", response.StatusCode, inner: e);
        }
    }
}
