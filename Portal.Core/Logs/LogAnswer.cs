using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Core.Logs;

/// <summary>What became of one cluster in a search.</summary>
public enum LogSourceState
{
    /// <summary>It answered.</summary>
    Answered,

    /// <summary>It has no Elasticsearch, or is not initialised: nothing collects its logs.</summary>
    WithoutElasticsearch,

    /// <summary>It did not answer, or refused; its lines are missing.</summary>
    Missing,
}

/// <summary>One cluster's part of an answer.</summary>
public sealed record LogSourceAnswer(LogSource Source, LogSourceState State)
{
    /// <summary>Gets why it is missing, or null.</summary>
    public BackendException? Failure { get; init; }

    /// <summary>Gets how many lines match; at 10,000 the counting ends.</summary>
    public long Total { get; init; }

    /// <summary>Gets whether there are more than <see cref="Total"/>.</summary>
    public bool IsTotalLower { get; init; }

    /// <summary>Gets how long Elasticsearch took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Gets whether Elasticsearch stopped before it had looked at everything.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Gets how many shards failed.</summary>
    public int FailedShards { get; init; }

    /// <summary>Gets whether lines were passed over, for too many bear the same time.</summary>
    public bool Skipped { get; init; }

    /// <summary>Gets what answered.</summary>
    public ElasticsearchServer? Server { get; init; }

    /// <summary>Gets whether lines may be missing although it answered.</summary>
    public bool IsPartial => State is LogSourceState.Answered && (TimedOut || FailedShards > 0 || Skipped);
}

/// <summary>Counts of the lines in one span of time.</summary>
/// <param name="At">Its beginning (UTC).</param>
/// <param name="Errors">Errors.</param>
/// <param name="Warnings">Warnings.</param>
/// <param name="Others">All others.</param>
public sealed record LogBucket(DateTimeOffset At, long Errors, long Warnings, long Others)
{
    /// <summary>Gets the count of all.</summary>
    public long Total => Errors + Warnings + Others;
}

/// <summary>Lines over time, at most 100 spans.</summary>
/// <param name="Step">Length of a span.</param>
/// <param name="Buckets">In order, without gaps.</param>
public sealed record LogHistogram(TimeSpan Step, ImmutableArray<LogBucket> Buckets);

/// <summary>Where a search goes on: for each cluster the last line that was given. A cluster that is not in it was read to its end.</summary>
public sealed record LogPosition(ImmutableDictionary<string, LogCursor> Clusters);

/// <summary>Where it goes on in one cluster.</summary>
/// <param name="Sort">Time of the last line, as Elasticsearch counts it; null at the beginning.</param>
/// <param name="Seen">Keys of the lines of that very time that were given.</param>
public sealed record LogCursor(long? Sort, ImmutableHashSet<string> Seen)
{
    /// <summary>Gets the beginning.</summary>
    public static LogCursor Start { get; } = new(null, []);
}

/// <summary>One page of a search over several clusters, newest first.</summary>
public sealed record LogAnswer
{
    /// <summary>Gets the lines.</summary>
    public required ImmutableArray<LogLine> Lines { get; init; }

    /// <summary>Gets the clusters' parts, in the order in which they were asked for.</summary>
    public required ImmutableArray<LogSourceAnswer> Sources { get; init; }

    /// <summary>Gets where the next page begins, or null at the end.</summary>
    public LogPosition? Next { get; init; }

    /// <summary>Gets the counts over time; on the first page only.</summary>
    public LogHistogram? Histogram { get; init; }

    /// <summary>Gets what Elasticsearch says of a text that it cannot read, or null.</summary>
    public string? QueryError { get; init; }

    /// <summary>Gets the count of lines that match.</summary>
    public long Total => Sources.Sum(s => s.Total);

    /// <summary>Gets whether there are more than <see cref="Total"/>.</summary>
    public bool IsTotalLower => Sources.Any(s => s.IsTotalLower);
}
