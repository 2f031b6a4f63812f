using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>
/// What an open circuit costs the portal: a hundred pages in one signed-in browser (real Chromium pages, each a circuit),
/// of the list, of a cluster and of a plan. Managed memory after a collection, processor time to open one, and processor
/// time of all of them while nothing happens. The sandbox is another process.
/// </summary>
internal static class CircuitBench
{
    private const int Circuits = 100;
    private const int AtOnce = 4;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(int runs)
    {
        await using var world = await BenchWorld.MakeAsync();
        await world.StartPortalAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await Chromium.LaunchAsync(playwright);
        var state = await SignInAsync(chromium, world);
        var home = $"/p/{world.ProjectId}";
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        Console.WriteLine($"\nCircuits ({Circuits} of each, load before {load}; {Environment.ProcessorCount} cores)\n\n| page | managed memory a circuit | processor time to open one | processor time a circuit and minute while calm |\n|---|---|---|---|");
        foreach (var (name, path, heading) in new[] { ("list", home + "/clusters", "Clusters"), ("cluster", $"{home}/clusters/{world.ClusterId}", "a-bench"), ("plan", $"{home}/plans/{world.PlanId}", "") })
        {
            // The first pages make what all share: caches, compiled code.
            await (await OpenAsync(chromium, world, state, path, heading, AtOnce * 2)).CloseAsync();
            var rows = new List<double[]>();
            for (var run = 0; run < runs; run++)
            {
                rows.Add(await MeasureAsync(chromium, world, state, path, heading));
            }

            double Median(int column) => BenchTable.Median([.. rows.Select(r => r[column]).Order()]);
            Console.WriteLine(FormattableString.Invariant($"| {name} | {Median(0) / 1024:0} KB | {Median(1):0.0} ms | {Median(2):0.0} ms |"));
        }
    }

    private static async Task<double[]> MeasureAsync(IBrowser chromium, BenchWorld world, string state, string path, string heading)
    {
        var before = await world.AskAsync("measure");
        var context = await OpenAsync(chromium, world, state, path, heading, Circuits);
        var open = await world.AskAsync("measure");
        await Task.Delay(Calm);
        var calm = await world.AskAsync("measure");
        await context.CloseAsync();

        // The memory is back before the next run begins, or that is seen in it.
        await Eventually.TrueAsync(async () => (await world.AskAsync("measure"))[0] < before[0] + ((open[0] - before[0]) / 4), "closed circuits are gone", within: TimeSpan.FromMinutes(5));
        return [(open[0] - before[0]) / Circuits, (open[1] - before[1]) / Circuits, (calm[1] - open[1]) / Circuits * (60 / Calm.TotalSeconds)];
    }

    private static async Task<IBrowserContext> OpenAsync(IBrowser chromium, BenchWorld world, string state, string path, string heading, int count)
    {
        var context = await chromium.NewContextAsync(new() { BaseURL = world.Url, StorageState = state });
        context.SetDefaultTimeout(120_000);
        for (var opened = 0; opened < count; opened += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
            {
                var page = await context.NewPageAsync();
                await page.GotoAsync(path);
                await page.GetByRole(AriaRole.Heading, heading.Length == 0 ? new() { Level = 1 } : new() { Name = heading, Level = 1 }).First.WaitForAsync();
            }));
        }

        return context;
    }

    private static async Task<string> SignInAsync(IBrowser chromium, BenchWorld world)
    {
        var context = await chromium.NewContextAsync(new() { BaseURL = world.Url });
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/p/{world.ProjectId}");
        await page.Locator("input[name=login]").FillAsync("luca");
        await page.Locator("input[name=password]").FillAsync("labpass");
        await page.Locator("input[name=password]").PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "team-shop", Level = 1 }).WaitForAsync();
        var state = await context.StorageStateAsync();
        await context.CloseAsync();
        return state;
    }
}
