using System.Globalization;

namespace Portal.Tests.Bench;

/// <summary>The measurements of docs/performance.md: <c>bench [pages] [lists] [engine] [apply] [circuits] [calm] [images] [mapping] [charts] [logs] [RUNS]</c>; without a name all of them, five runs each.</summary>
internal static class Benches
{
    public static async Task<int> RunAsync(string[] args)
    {
        var runs = args.Select(a => int.TryParse(a, CultureInfo.InvariantCulture, out var number) ? number : 0).FirstOrDefault(n => n > 0, 5);
        var wanted = args.Where(a => !int.TryParse(a, CultureInfo.InvariantCulture, out _)).ToList();
        foreach (var (name, bench) in new (string, Func<int, Task>)[] { ("pages", PageBench.RunAsync), ("lists", ListBench.RunAsync), ("engine", EngineBench.RunAsync), ("apply", ApplyBench.RunAsync), ("circuits", CircuitBench.RunAsync), ("calm", CalmBench.RunAsync), ("images", ImagesBench.RunAsync), ("mapping", MappingBench.RunAsync), ("charts", ChartsBench.RunAsync), ("logs", LogsBench.RunAsync) })
        {
            if (wanted.Count == 0 || wanted.Contains(name))
            {
                await bench(runs);
            }
        }

        return 0;
    }
}
