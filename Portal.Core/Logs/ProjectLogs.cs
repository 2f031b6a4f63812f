using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs.Elasticsearch;
using Portal.Core.Logs.Kibana;

namespace Portal.Core.Logs;

/// <inheritdoc />
internal sealed class ProjectLogs(ElasticsearchClient client, IClusterApps apps, IOptions<LogsOptions> options, TimeProvider time) : IProjectLogs
{
    private const int ExportPage = 1000;
    private readonly LogReader reader = new(client);

    public async Task<LogAnswer> SearchAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, LogPosition? after, int size, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        size = Math.Clamp(size, 1, ExportPage);
        var asked = sources.DistinctBy(s => s.ClusterId).Where(s => after is null || after.Clusters.ContainsKey(s.ClusterId)).ToList();
        var paging = new LogPaging(size) { WithHistogram = after is null };
        var reads = await EachAsync(asked, s => reader.ReadAsync(scope, s, search, Cursor(after, s), paging, cancellationToken), cancellationToken).ConfigureAwait(false);
        var lines = LogMerge.NewestFirst([.. reads.Select(r => r.Lines)]).Take(size).ToImmutableArray();
        return new()
        {
            Lines = lines,
            Sources = [.. reads.Select(r => r.Answer)],
            Next = Next(after, reads, lines),
            Histogram = after is null ? LogMerge.Histogram(search, reads.Select(r => r.Hits).OfType<LogHits>()) : null,
            QueryError = reads.Select(r => r.QueryError).FirstOrDefault(e => e is not null),
        };
    }

    public async Task<LogContext> AroundAsync(Scope scope, LogLine line, int before, int after, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var cluster = new ClusterKey(scope.Region, scope.ProjectId, line.Source.ClusterId);
        var facts = await client.FindAsync(cluster, scope, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException(ElasticsearchErrors.Backend, "search", BackendFailure.NotFound);
        var search = new LogSearch
        {
            // A week on either side: further away, nothing is around a line.
            From = line.At.AddDays(-7),
            To = line.At.AddDays(7),
            Namespace = line.Namespace,
            Pod = line.Pod,
            Container = line.Container,
        };
        Task<LogHits> Ask(bool ascending, int count) => client.SearchAsync(cluster, scope, line.Source, facts, search, new LogPaging(Math.Min(count + 50, 2000)) { IsAscending = ascending, At = line.Sort }, cancellationToken);
        var (older, newer) = (Ask(false, before), Ask(true, after));
        var list = (await older.ConfigureAwait(false)).Lines.Reverse().ToList();
        var known = list.Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
        list.AddRange((await newer.ConfigureAwait(false)).Lines.Where(l => known.Add(l.Key)));
        var at = Math.Max(0, list.FindIndex(l => l.Key == line.Key));
        var (first, last) = (Math.Max(0, at - before), Math.Min(list.Count, at + after + 1));
        return new([.. list[first..last]], first > 0, last < list.Count);
    }

    public IAsyncEnumerable<LogTail> TailAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return new LogFollower(reader, scope, search, time).RunAsync([.. sources.DistinctBy(s => s.ClusterId)], options.Value.AtOnce, cancellationToken);
    }

    public IAsyncEnumerable<LogLine> ExportAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return PagesAsync(scope, sources, search, cancellationToken);
    }

    public async Task<string?> FindKibanaAsync(Scope scope, LogSource source, LogSearch search, string? from, string? to, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var kibana = options.Value.Kibana;
        if (apps.Find(scope, source.ClusterId, source.Name, ClusterApp.Kibana) is not { } address)
        {
            return null;
        }

        var facts = await client.FindAsync(new ClusterKey(scope.Region, scope.ProjectId, source.ClusterId), scope, cancellationToken).ConfigureAwait(false);
        return facts is null ? null : address.To(KibanaLink.Discover("", KibanaSearch.FlavourOf(kibana.Flavour, facts.Server), KibanaSearch.View(search, facts, kibana.DataView, from, to)));
    }

    private static LogCursor Cursor(LogPosition? after, LogSource source) => after?.Clusters.GetValueOrDefault(source.ClusterId) ?? LogCursor.Start;

    private static LogPosition? Next(LogPosition? after, IReadOnlyList<LogRead> reads, ImmutableArray<LogLine> lines)
    {
        var next = ImmutableDictionary.CreateBuilder<string, LogCursor>(StringComparer.Ordinal);
        foreach (var read in reads.Where(r => r.Answer.State is LogSourceState.Answered && r.QueryError is null))
        {
            var id = read.Answer.Source.ClusterId;
            var given = lines.Where(l => l.Source.ClusterId == id).ToList();
            if (!read.IsAtEnd || given.Count < read.Lines.Count)
            {
                next[id] = LogReader.After(Cursor(after, read.Answer.Source), given);
            }
        }

        return next.Count == 0 ? null : new(next.ToImmutable());
    }

    private async IAsyncEnumerable<LogLine> PagesAsync(Scope scope, IReadOnlyList<LogSource> sources, LogSearch search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = options.Value.MostExported;
        LogPosition? after = null;
        do
        {
            var page = await SearchAsync(scope, sources, search, after, Math.Min(left, ExportPage), cancellationToken).ConfigureAwait(false);
            if (page.QueryError is { } error)
            {
                throw new BackendException(ElasticsearchErrors.Backend, "search", BackendFailure.Invalid, error);
            }

            if (page.Sources.FirstOrDefault(s => s.State is LogSourceState.Missing) is { Failure: { } failure })
            {
                throw failure;
            }

            foreach (var line in page.Lines)
            {
                yield return line;
            }

            left -= page.Lines.Length;
            after = page.Next;
        }
        while (after is not null && left > 0);
    }

    private Task<IReadOnlyList<LogRead>> EachAsync(IReadOnlyList<LogSource> sources, Func<LogSource, Task<LogRead>> read, CancellationToken cancellationToken) =>
        Bounded.EachAsync(sources, options.Value.AtOnce, read, cancellationToken);
}
