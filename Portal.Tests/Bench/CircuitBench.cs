using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>
/// What an open circuit costs the portal: a hundred pages in one signed-in browser (real Chromium pages, each a circuit), a
/// third of them each on the list, a cluster and a plan, one kind after the other, all open at the end. Managed memory after
/// a collection, processor time to open one, and processor time while nothing happens. The sandbox is another process.
/// </summary>
internal static class CircuitBench
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(int runs)
    {
        await using var world = await BenchWorld.MakeAsync();
        await world.StartPortalAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await Chromium.LaunchAsync(playwright, "--renderer-process-limit=8");
        var state = await SignInAsync(chromium, world);
        var home = $"/p/{world.ProjectId}";
        Kind[] kinds = [new("list", home + "/clusters", "Clusters", 34), new("cluster", $"{home}/clusters/{world.ClusterId}", "a-bench", 33), new("plan", $"{home}/plans/{world.PlanId}", null, 33)];
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];

        // The first pages make what all share: caches, compiled code.
        foreach (var kind in kinds)
        {
            await using var first = await ContextAsync(chromium, world, state);
            await OpenAsync(first, kind with { Pages = AtOnce });
        }

        var measured = new List<double[][]>();
        for (var run = 0; run < runs; run++)
        {
            measured.Add(await MeasureAsync(chromium, world, state, kinds));
        }

        Console.WriteLine($"\nCircuits ({kinds.Sum(k => k.Pages)} at once, load before {load}; {Environment.ProcessorCount} cores)\n\n| page | circuits | managed memory a circuit | processor time to open one | processor time a minute and circuit, all open ones calm |\n|---|---|---|---|---|");
        for (var k = 0; k < kinds.Length; k++)
        {
            double Median(int column) => BenchTable.Median([.. measured.Select(m => m[k][column]).Order()]);
            Console.WriteLine(FormattableString.Invariant($"| {kinds[k].Name} | {kinds[k].Pages} | {Median(0) / 1024:0} KB | {Median(1):0.0} ms | {Median(2):0.0} ms |"));
        }
    }

    private static async Task<double[][]> MeasureAsync(IBrowser chromium, BenchWorld world, string state, Kind[] kinds)
    {
        var begin = await world.AskAsync("measure");
        var (before, open) = (begin, 0);
        var rows = new List<double[]>();
        await using (var context = await ContextAsync(chromium, world, state))
        {
            foreach (var kind in kinds)
            {
                await OpenAsync(context, kind);
                open += kind.Pages;
                var opened = await world.AskAsync("measure");
                await Task.Delay(Calm);
                var calm = await world.AskAsync("measure");
                rows.Add([(opened[0] - before[0]) / kind.Pages, (opened[1] - before[1]) / kind.Pages, (calm[1] - opened[1]) / open * (60 / Calm.TotalSeconds)]);
                before = calm;
            }
        }

        // The memory is back before the next run begins, or that is seen in it.
        await Eventually.TrueAsync(async () => (await world.AskAsync("measure"))[0] < begin[0] + ((before[0] - begin[0]) / 4), "closed circuits are gone", within: TimeSpan.FromMinutes(5));
        return [.. rows];
    }

    private static async Task<IBrowserContext> ContextAsync(IBrowser chromium, BenchWorld world, string state)
    {
        var context = await chromium.NewContextAsync(new() { BaseURL = world.Url, StorageState = state, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(120_000);
        return context;
    }

    private static async Task OpenAsync(IBrowserContext context, Kind kind)
    {
        for (var opened = 0; opened < kind.Pages; opened += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, kind.Pages - opened)).Select(async _ =>
            {
                var page = await context.NewPageAsync();
                await page.GotoAsync(kind.Path);
                await page.GetByRole(AriaRole.Heading, kind.Heading is null ? new() { Level = 1 } : new() { Name = kind.Heading, Level = 1 }).First.WaitForAsync();
            }));
        }
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

    /// <param name="Name">What the table calls it.</param>
    /// <param name="Path">Its address.</param>
    /// <param name="Heading">The heading that says that it is there, or null for any.</param>
    /// <param name="Pages">How many are opened.</param>
    private sealed record Kind(string Name, string Path, string? Heading, int Pages);
}
