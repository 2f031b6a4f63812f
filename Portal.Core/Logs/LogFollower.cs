using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portal.Core.Backends;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Core.Logs;

/// <summary>
/// Follows what shippers write. A shipper sends every few seconds and several send at different times, so each question looks back
/// a little; what was given is known by its id and not given again.
/// </summary>
internal sealed class LogFollower(LogReader reader, Scope scope, LogSearch search, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int MostPages = 5;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LooksBack = TimeSpan.FromSeconds(20);
    private readonly Dictionary<string, DateTimeOffset> given = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<LogTail> RunAsync(IReadOnlyList<LogSource> sources, int atOnce, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            var window = search with { From = now - LooksBack, To = now + LooksBack };
            var reads = await Bounded.EachAsync(sources, atOnce, s => PagesAsync(s, window, cancellationToken), cancellationToken).ConfigureAwait(false);

            // Several clusters were read at once; what was given is told apart afterwards, by one.
            var fresh = reads.SelectMany(r => r.Lines).Where(l => given.TryAdd(l.Key, l.At)).OrderBy(l => l.At).ToImmutableArray();
            yield return new(fresh, [.. reads.Select(r => r.Answer)], reads.Any(r => r.Answer.Skipped), reads.Select(r => r.QueryError).FirstOrDefault(e => e is not null));
            foreach (var old in given.Where(g => g.Value < now - (LooksBack * 3)).Select(g => g.Key).ToList())
            {
                given.Remove(old);
            }

            await Task.Delay(Every, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LogRead> PagesAsync(LogSource source, LogSearch window, CancellationToken cancellationToken)
    {
        var cursor = LogCursor.Start;
        var lines = new List<LogLine>();
        for (var page = 1; ; page++)
        {
            var read = await reader.ReadAsync(scope, source, window, cursor, new LogPaging(PageSize) { IsAscending = true }, cancellationToken).ConfigureAwait(false);
            lines.AddRange(read.Lines);
            if (read.IsAtEnd)
            {
                return read with { Lines = lines };
            }

            if (page == MostPages)
            {
                // More is written than can be followed: the newest are shown, and that some were passed over.
                var newest = await reader.ReadAsync(scope, source, window, LogCursor.Start, new LogPaging(PageSize), cancellationToken).ConfigureAwait(false);
                return newest with { Lines = [.. lines, .. newest.Lines], Answer = newest.Answer with { Skipped = true } };
            }

            cursor = LogReader.After(cursor, read.Lines);
        }
    }
}
