using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Logs;

/// <summary>What came while a person watched.</summary>
/// <param name="Lines">New lines, the oldest first.</param>
/// <param name="Sources">How each cluster answered.</param>
/// <param name="Skipped">Whether more came than can be shown, so that some were passed over.</param>
/// <param name="QueryError">What Elasticsearch says of a text that it cannot read, or null.</param>
public sealed record LogTail(ImmutableArray<LogLine> Lines, ImmutableArray<LogSourceAnswer> Sources, bool Skipped, string? QueryError);

/// <summary>Lines around one, of the same container, in the order of time.</summary>
/// <param name="Lines">The lines, that one among them.</param>
/// <param name="HasBefore">Whether there are more before.</param>
/// <param name="HasAfter">Whether there are more after.</param>
public sealed record LogContext(ImmutableArray<LogLine> Lines, bool HasBefore, bool HasAfter);

/// <summary>
/// Searches the logs of the project's clusters, each in its own Elasticsearch or OpenSearch. Every method asks for
/// <see cref="Capability.Read"/> and reaches the project's own clusters only.
/// </summary>
public interface IProjectLogs
{
    /// <summary>Gives a page, newest first, merged from all clusters. A cluster that fails is a part of the answer, not an exception.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="sources">The clusters.</param>
    /// <param name="search">What is searched for.</param>
    /// <param name="after">Where the last page ended (<see cref="LogAnswer.Next"/>), or null for the first.</param>
    /// <param name="size">How many lines, at most 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<LogAnswer> SearchAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, LogPosition? after, int size, CancellationToken cancellationToken);

    /// <summary>Gives the lines around one in its container.</summary>
    /// <exception cref="BackendException">The cluster does not answer.</exception>
    Task<LogContext> AroundAsync(Scope scope, LogLine line, int before, int after, CancellationToken cancellationToken);

    /// <summary>Follows what is written from now on: asks every two seconds while somebody takes the answers.</summary>
    IAsyncEnumerable<LogTail> TailAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, CancellationToken cancellationToken);

    /// <summary>Gives all lines up to the export's limit, newest first.</summary>
    /// <exception cref="BackendException">A cluster does not answer: a file would not say what is missing.</exception>
    IAsyncEnumerable<LogLine> ExportAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, CancellationToken cancellationToken);

    /// <summary>Gives the address of a search in a cluster's Kibana, or null where the site configures none, or the cluster has no Elasticsearch.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="source">The cluster.</param>
    /// <param name="search">What is searched for.</param>
    /// <param name="from">Beginning as Kibana reads it (<c>now-1h</c>), or null for that of the search.</param>
    /// <param name="to">End as Kibana reads it, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<string?> FindKibanaAsync(Scope scope, LogSource source, LogSearch search, string? from, string? to, CancellationToken cancellationToken);
}
