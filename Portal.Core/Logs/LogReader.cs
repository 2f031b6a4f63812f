using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Core.Logs;

/// <summary>What one cluster gave for a page.</summary>
internal sealed record LogRead(LogSourceAnswer Answer, IReadOnlyList<LogLine> Lines, bool IsAtEnd)
{
    /// <summary>Gets the first search's answer, with its counts; null where there was none.</summary>
    public LogHits? Hits { get; init; }

    /// <summary>Gets what Elasticsearch says of a text that it cannot read, or null.</summary>
    public string? QueryError { get; init; }
}

/// <summary>Reads pages of one cluster's lines, further than the 10,000 that Elasticsearch pages by number.</summary>
internal sealed class LogReader(ElasticsearchClient client)
{
    // Where so many lines bear one time, the rest of that time is passed over.
    private const int MostAtOneTime = 8000;

    /// <summary>Gives the next lines after a cursor. Never throws for a cluster that fails; a missing right is thrown.</summary>
    public async Task<LogRead> ReadAsync(Scope scope, LogSource source, LogSearch search, LogCursor cursor, LogPaging paging, CancellationToken cancellationToken)
    {
        try
        {
            var cluster = new ClusterKey(scope.Region, scope.ProjectId, source.ClusterId);
            var facts = await client.FindAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
            return facts is null ? Without(source)
                : await PageAsync(query => client.SearchAsync(cluster, scope, source, facts, search, query, cancellationToken), source, facts, cursor, paging).ConfigureAwait(false);
        }
        catch (BackendException e) when (e is { Backend: "kubernetes", Failure: BackendFailure.NotFound })
        {
            // The portal is not in this cluster (yet): nothing of its add-ons is.
            return Without(source);
        }
        catch (BackendException e)
        {
            var query = ElasticsearchErrors.IsQuery(e);
            return new(new(source, query ? LogSourceState.Answered : LogSourceState.Missing) { Failure = query ? null : e }, [], true) { QueryError = query ? e.Answer : null };
        }
    }

    private static LogRead Without(LogSource source) => new(new(source, LogSourceState.WithoutElasticsearch), [], true);

    private static async Task<LogRead> PageAsync(Func<LogPaging, Task<LogHits>> search, LogSource source, ElasticsearchFacts facts, LogCursor cursor, LogPaging paging)
    {
        var at = cursor.Sort;
        var size = paging.Size + cursor.Seen.Count;
        while (true)
        {
            var hits = await search(paging with { At = at, Size = Math.Min(size, MostAtOneTime) }).ConfigureAwait(false);
            var fresh = hits.Lines.Where(l => !cursor.Seen.Contains(l.Key)).ToList();
            var isAtEnd = hits.Lines.Length < Math.Min(size, MostAtOneTime);
            if (fresh.Count > 0 || isAtEnd)
            {
                var answer = new LogSourceAnswer(source, LogSourceState.Answered)
                {
                    Server = facts.Server,
                    Total = hits.Total,
                    IsTotalLower = hits.IsTotalLower,
                    Took = hits.Took,
                    TimedOut = hits.TimedOut,
                    FailedShards = hits.FailedShards,
                    Skipped = at != cursor.Sort,
                };
                return new(answer, fresh, isAtEnd) { Hits = hits };
            }

            // All that came was given before: more at once, and at the limit on to the next time.
            if (size >= MostAtOneTime)
            {
                (at, size) = (at + (paging.IsAscending ? 1 : -1), paging.Size);
            }
            else
            {
                size *= 2;
            }
        }
    }

    /// <summary>Gives the cursor after lines that were given to the person.</summary>
    public static LogCursor After(LogCursor cursor, IReadOnlyList<LogLine> given)
    {
        if (given.Count == 0)
        {
            return cursor;
        }

        var last = given[^1].Sort;
        var seen = given.Where(l => l.Sort == last).Select(l => l.Key).ToImmutableHashSet(StringComparer.Ordinal);
        return new(last, last == cursor.Sort ? cursor.Seen.Union(seen) : seen);
    }
}
