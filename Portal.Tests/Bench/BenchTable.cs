using System.Diagnostics;

namespace Portal.Tests.Bench;

/// <summary>What was measured: sorted times under their names, printed as a table with the machine's load before and after.</summary>
internal sealed class BenchTable(string title)
{
    private readonly string before = Load();
    private readonly List<(string What, string[] Cells)> rows = [];

    /// <summary>Gets the median of sorted values.</summary>
    public static double Median(double[] sorted) => sorted[sorted.Length / 2];

    /// <summary>Times an act so many times; sorted, in milliseconds.</summary>
    public static async Task<double[]> TimesAsync(int runs, Func<Task> act, Func<Task>? before = null)
    {
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            await (before?.Invoke() ?? Task.CompletedTask);
            var watch = Stopwatch.StartNew();
            await act();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return [.. times.Order()];
    }

    public void Add(string what, double[] milliseconds, string note = "") =>
        rows.Add((what, [.. new[] { milliseconds[0], Median(milliseconds), milliseconds[^1] }.Select(m => FormattableString.Invariant($"{m:0.##} ms")), note]));

    public void Print()
    {
        Console.WriteLine(FormattableString.Invariant($"\n{title} (load before {before}, after {Load()}; {Environment.ProcessorCount} cores)\n\n| what | min | median | max | |\n|---|---|---|---|---|"));
        foreach (var (what, cells) in rows)
        {
            Console.WriteLine($"| {what} | {string.Join(" | ", cells)} |");
        }
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
