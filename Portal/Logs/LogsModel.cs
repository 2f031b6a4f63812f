using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Logs;

namespace Portal.Logs;

/// <summary>The lines of the project's clusters that match, and what hinders them. Holds at most <see cref="MostLines"/> lines, however far somebody reads.</summary>
public sealed class LogsModel(IClusterService clusters, IProjectLogs logs, Scope scope, TimeProvider time)
{
    /// <summary>How many lines a page of the search has.</summary>
    public const int PageSize = 200;

    /// <summary>How many lines are held.</summary>
    public const int MostLines = 2000;

    /// <summary>How many clusters are searched at once without a choice.</summary>
    public const int MostClusters = 20;

    private const long MostCharacters = 16_000_000;
    private readonly FollowedClusters _clusters = new(clusters);
    private readonly string _session = "portal-" + Guid.NewGuid().ToString("N");
    private Exception? _failure;
    private LogPosition? _next;
    private LogSearch? _search;

    /// <summary>Gets or sets what is shown.</summary>
    public LogsQuery Query { get; set; } = new();

    /// <summary>Gets why nothing can be shown, or null.</summary>
    public Exception? Failure => _failure ?? (KnowsClusters ? null : _clusters.Failure);

    /// <summary>Gets whether the clusters are known.</summary>
    public bool KnowsClusters => _clusters.IsKnown;

    /// <summary>Gets whether a search has been answered.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Gets whether a search is on its way.</summary>
    public bool IsSearching { get; private set; }

    /// <summary>Gets the lines, the newest first.</summary>
    public IReadOnlyList<LogLine> Lines { get; private set; } = [];

    /// <summary>Gets the clusters' parts of the last answer.</summary>
    public IReadOnlyList<LogSourceAnswer> Sources { get; private set; } = [];

    /// <summary>Gets the lines over time, or null.</summary>
    public LogHistogram? Histogram { get; private set; }

    /// <summary>Gets what is wrong with the text, or null.</summary>
    public string? QueryError { get; private set; }

    /// <summary>Gets the count of lines that match.</summary>
    public long Total { get; private set; }

    /// <summary>Gets whether there are more.</summary>
    public bool IsTotalLower { get; private set; }

    /// <summary>Gets how many newer lines were let go while somebody read on.</summary>
    public int Dropped { get; private set; }

    /// <summary>Gets whether there are older lines.</summary>
    public bool HasMore => _next is not null && !IsTailing;

    /// <summary>Gets whether new lines are followed.</summary>
    public bool IsTailing { get; private set; }

    /// <summary>Gets whether lines came faster than they can be followed.</summary>
    public bool Skipped { get; private set; }

    /// <summary>Gets the addresses of this search in Kibana, by cluster.</summary>
    public IReadOnlyList<(LogSource Source, string Address)> Kibana { get; private set; } = [];

    /// <summary>Gets the project's clusters by name.</summary>
    public IReadOnlyList<LogSource> Clusters { get; private set; } = [];

    /// <summary>Gets the clusters that are searched.</summary>
    public IReadOnlyList<LogSource> Chosen => Query.Clusters.IsEmpty ? [.. Clusters.Take(MostClusters)] : [.. Query.Clusters.Select(id => Clusters.FirstOrDefault(c => c.ClusterId == id) ?? new LogSource(id, id[..Math.Min(8, id.Length)])).Take(MostClusters)];

    /// <summary>Gets the clusters whose lines are missing.</summary>
    public IEnumerable<LogSourceAnswer> Missing => Sources.Where(s => s.State is LogSourceState.Missing);

    /// <summary>Gets the clusters that answered.</summary>
    public IEnumerable<LogSourceAnswer> Answered => Sources.Where(s => s.State is LogSourceState.Answered);

    /// <summary>Gets the clusters where nothing collects logs.</summary>
    public IEnumerable<LogSourceAnswer> Without => Sources.Where(s => s.State is LogSourceState.WithoutElasticsearch);

    /// <summary>Follows which clusters the project has, until cancelled.</summary>
    public Task FollowClustersAsync(Func<Task> changed, CancellationToken cancellationToken) => _clusters.RunAsync(
        scope,
        () =>
        {
            Clusters = [.. _clusters.Items.Values.OrderBy(v => v.Cluster.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(v => v.Cluster.Id, StringComparer.Ordinal).Select(v => new LogSource(v.Cluster.Id, v.Cluster.Name))];
            return changed();
        },
        cancellationToken);

    /// <summary>Searches anew.</summary>
    public async Task SearchAsync(CancellationToken cancellationToken)
    {
        IsTailing = false;
        IsSearching = true;
        _search = Query.Search(time.GetUtcNow(), _session);
        try
        {
            var answer = await logs.SearchAsync(scope, Chosen, _search, null, PageSize, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            (_failure, Lines, Sources, Histogram, QueryError, _next) = (null, answer.Lines, answer.Sources, answer.Histogram, answer.QueryError, answer.Next);
            (Total, IsTotalLower, Dropped, Skipped) = (answer.Total, answer.IsTotalLower, 0, false);
            Kibana = await KibanaAsync(_search, cancellationToken);
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            (_failure, Lines, Sources, Histogram, _next) = (failure, [], [], null, null);
        }

        (IsLoaded, IsSearching) = (true, false);
    }

    /// <summary>Asks for older lines.</summary>
    public async Task MoreAsync(CancellationToken cancellationToken)
    {
        if (_next is null || _search is null || IsSearching)
        {
            return;
        }

        IsSearching = true;
        try
        {
            var answer = await logs.SearchAsync(scope, Chosen, _search, _next, PageSize, cancellationToken);
            var lines = Lines.Concat(answer.Lines).ToList();
            Lines = Bounded(lines, fromStart: true);
            Dropped += lines.Count - Lines.Count;
            _next = answer.Next;
            Sources = [.. Sources.Select(s => answer.Sources.FirstOrDefault(a => a.Source == s.Source && (a.State is LogSourceState.Missing || a.IsPartial)) is { } worse ? worse with { Total = s.Total, IsTotalLower = s.IsTotalLower } : s)];
        }
        catch (BackendException failure)
        {
            _failure = failure;
        }
        finally
        {
            IsSearching = false;
        }
    }

    /// <summary>Follows new lines until cancelled, the newest on top; of those held the oldest go.</summary>
    public async Task TailAsync(Func<Task> changed, CancellationToken cancellationToken)
    {
        IsTailing = true;
        _next = null;
        try
        {
            await foreach (var tail in logs.TailAsync(scope, Chosen, Query.Search(time.GetUtcNow(), _session), cancellationToken).WithCancellation(cancellationToken))
            {
                if (!tail.Lines.IsEmpty)
                {
                    var known = Lines.Take(PageSize * 5).Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
                    Lines = Bounded([.. tail.Lines.Reverse().Where(l => !known.Contains(l.Key)), .. Lines], fromStart: false);
                }

                (Sources, QueryError, Skipped) = (tail.Sources, tail.QueryError, Skipped || tail.Skipped);
                await changed();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            _failure = failure;
        }

        IsTailing = false;
        await changed();
    }

    /// <summary>Finds a line by its key among those held.</summary>
    public LogLine? Find(string? key) => key is null ? null : Lines.FirstOrDefault(l => l.Key == key);

    private async Task<IReadOnlyList<(LogSource, string)>> KibanaAsync(LogSearch search, CancellationToken cancellationToken)
    {
        var links = new List<(LogSource, string)>();
        foreach (var answered in Answered.ToList())
        {
            if (await logs.FindKibanaAsync(scope, answered.Source, search, Query.Range.From, Query.Range.To, cancellationToken) is { } address)
            {
                links.Add((answered.Source, address));
            }
        }

        return links;
    }

    private static ImmutableArray<LogLine> Bounded(List<LogLine> lines, bool fromStart)
    {
        var characters = lines.Sum(l => (long)l.Document.Length + l.Message.Length);
        var (first, last) = (0, lines.Count);
        while (last - first > MostLines || (characters > MostCharacters && last - first > PageSize))
        {
            var gone = fromStart ? lines[first++] : lines[--last];
            characters -= gone.Document.Length + gone.Message.Length;
        }

        return [.. lines[first..last]];
    }
}
