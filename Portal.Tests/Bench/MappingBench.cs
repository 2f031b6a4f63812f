using System.Diagnostics;
using Portal.Tests.Mapping;

namespace Portal.Tests.Bench;

/// <summary>What a comparison of all projects holds in memory: a Harbor that only lists (in this process, so its own answers count too), nothing to mend.</summary>
internal static class MappingBench
{
    public static async Task RunAsync(int runs)
    {
        Console.WriteLine("\nMapping\n\n| projects | time | most managed memory above the records | kept after it |\n|---|---|---|---|");
        foreach (var projects in (int[])[1_000, 10_000])
        {
            var measured = new List<(double Time, double Most, double Kept)>();
            for (var run = 0; run < runs; run++)
            {
                measured.Add(await MeasureAsync(projects));
            }

            var median = measured.OrderBy(m => m.Most).ElementAt(measured.Count / 2);
            Console.WriteLine(FormattableString.Invariant($"| {projects} | {median.Time:0} ms | {median.Most:0.0} MB | {median.Kept:0.0} MB |"));
        }
    }

    private static async Task<(double Time, double Most, double Kept)> MeasureAsync(int projects)
    {
        var cost = new SurveyCostTests();
        await cost.InitializeAsync();
        try
        {
            await using var room = await cost.RoomAsync(projects);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var most = before;
            var watch = Stopwatch.StartNew();
            var comparing = Task.Run(() => SurveyCostTests.CompareAsync(room));
            while (!comparing.IsCompleted)
            {
                // Collected each time: what is really held, not what nobody has cleared away yet.
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
                await Task.Delay(20);
            }

            await comparing;
            var time = watch.Elapsed.TotalMilliseconds;
            return (time, (most - before) / 1e6, (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6);
        }
        finally
        {
            await cost.DisposeAsync();
        }
    }
}
