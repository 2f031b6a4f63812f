using Portal.Core.Logs.Elasticsearch;

namespace Portal.Core.Logs;

/// <summary>Makes one list of several clusters' lines.</summary>
internal static class LogMerge
{
    /// <summary>Merges lists that are each newest first. What bears the same millisecond keeps its cluster's order, and the clusters that of the lists.</summary>
    public static IEnumerable<LogLine> NewestFirst(IReadOnlyList<IReadOnlyList<LogLine>> lists)
    {
        var at = new int[lists.Count];
        while (true)
        {
            var best = -1;
            for (var i = 0; i < lists.Count; i++)
            {
                if (at[i] < lists[i].Count && (best < 0 || Millisecond(lists[i][at[i]]) > Millisecond(lists[best][at[best]])))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                yield break;
            }

            yield return lists[best][at[best]++];
        }
    }

    /// <summary>Adds clusters' counts over a range; spans without lines are there with nothing.</summary>
    public static LogHistogram Histogram(LogSearch search, IEnumerable<LogHits> hits)
    {
        var step = LogStep.Of(search.From, search.To);
        var size = (long)step.TotalMilliseconds;
        var (first, last) = (LogStep.Floor(search.From.ToUnixTimeMilliseconds(), size), LogStep.Floor(search.To.ToUnixTimeMilliseconds(), size));
        var count = (int)Math.Min(((last - first) / size) + 1, LogStep.Most);
        var sums = new (long Errors, long Warnings, long All)[count];
        foreach (var (at, errors, warnings, all) in hits.SelectMany(h => h.Buckets))
        {
            if ((at - first) / size is >= 0 and var index && index < count)
            {
                var sum = sums[index];
                sums[index] = (sum.Errors + errors, sum.Warnings + warnings, sum.All + all);
            }
        }

        // The second count is of warnings and worse.
        return new(step, [.. sums.Select((s, i) => new LogBucket(DateTimeOffset.FromUnixTimeMilliseconds(first + (i * size)), s.Errors, Math.Max(0, s.Warnings - s.Errors), Math.Max(0, s.All - Math.Max(s.Warnings, s.Errors))))]);
    }

    private static long Millisecond(LogLine line) => line.At.ToUnixTimeMilliseconds();
}
