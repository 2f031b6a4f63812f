using System.Globalization;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>Length of a histogram's spans.</summary>
internal static class LogStep
{
    /// <summary>How many spans a histogram has at most.</summary>
    public const int Most = 100;

    private static readonly long[] Steps =
    [
        100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
        3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 1_209_600_000, 2_592_000_000, 7_776_000_000, 31_536_000_000,
    ];

    /// <summary>Gives the shortest length with which a range has at most <see cref="Most"/> spans.</summary>
    public static TimeSpan Of(DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        return TimeSpan.FromMilliseconds(Steps.FirstOrDefault(s => Floor(last, s) - Floor(first, s) < Most * s, Steps[^1]));
    }

    /// <summary>Gives it as Elasticsearch writes it: <c>30s</c>.</summary>
    public static string Text(TimeSpan step)
    {
        var ms = (long)step.TotalMilliseconds;
        var (size, unit) = ms % 86_400_000 == 0 ? (86_400_000, "d") : ms % 3_600_000 == 0 ? (3_600_000, "h") : ms % 60_000 == 0 ? (60_000, "m") : ms % 1000 == 0 ? (1000, "s") : (1, "ms");
        return (ms / size).ToString(CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>Gives the beginning of the span of a moment, as Elasticsearch counts them.</summary>
    public static long Floor(long ms, long step) => ms - (((ms % step) + step) % step);
}
