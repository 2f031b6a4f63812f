using System.Collections.Immutable;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>
/// The times at which a range is asked for: from <see cref="Start"/> to <see cref="End"/> inclusive, every <see cref="Step"/> seconds.
/// Start and end lie on multiples of the step, so that a chart does not jitter and people who look at the same share one query.
/// </summary>
/// <param name="Start">Unix seconds.</param>
/// <param name="End">Unix seconds.</param>
/// <param name="Step">Seconds.</param>
public sealed record RangeWindow(long Start, long End, int Step)
{
    /// <summary>Prometheus answers at most this many points for each series.</summary>
    public const int MostPoints = 11_000;

    /// <summary>The least numbers of points that a chart may ask for. There are few of them, so that screens of about the same width share one query.</summary>
    public static readonly ImmutableArray<int> Details = [250, 500, 1000, 2000];

    private static readonly int[] Steps = [15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400];

    /// <summary>Gets how many times the grid has.</summary>
    public int Count => (int)((End - Start) / Step) + 1;

    /// <summary>Gives the grid for a range with a step that is at least the time between two scrapes (15 s) and gives 250 to 550 points.</summary>
    /// <param name="from">First moment (UTC).</param>
    /// <param name="to">Last moment (UTC), after <paramref name="from"/>.</param>
    public static RangeWindow Of(DateTimeOffset from, DateTimeOffset to) => Detailed(from, to, Details[0]);

    /// <summary>Gives the grid with at least so many points, and about twice as many at most; fewer where scrapes are not that close.</summary>
    /// <param name="from">First moment (UTC).</param>
    /// <param name="to">Last moment (UTC), after <paramref name="from"/>.</param>
    /// <param name="points">How many points are of use; taken down to one of <see cref="Details"/>.</param>
    public static RangeWindow Detailed(DateTimeOffset from, DateTimeOffset to, int points)
    {
        var seconds = Math.Max(1, (to - from).TotalSeconds);
        var least = Details.LastOrDefault(d => d <= points, Details[0]);
        var step = Steps.LastOrDefault(s => s <= seconds / least, Steps[0]);
        return Of(from, to, step);
    }

    /// <summary>Gives the grid for a range and a step; the step is made longer where there would be too many points.</summary>
    public static RangeWindow Of(DateTimeOffset from, DateTimeOffset to, int step)
    {
        var (first, last) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        var wide = (int)Math.Min(int.MaxValue, Math.Max(Math.Max(1, step), ((last - first) / (MostPoints - 1)) + (last - first > MostPoints ? 1 : 0)));
        var start = first - Modulo(first, wide);
        return new RangeWindow(start, Math.Max(start, last - Modulo(last, wide)), wide);
    }

    private static long Modulo(long value, long by) => ((value % by) + by) % by;
}
