using System.Diagnostics;
using Microsoft.Playwright;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs.Containers;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>
/// The page of a live log in Chromium while a container's hour of 1,000 lines a second passes in minutes: rows and nodes of the page, the browser's and the portal's
/// managed memory at a tenth and at the end, and how long a click takes meanwhile.
/// </summary>
internal static class LogsPageBench
{
    private const int Faster = 20;
    private const string Gap = "() => new Promise((done) => { const began = performance.now(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0)); })";

    public static async Task RunAsync()
    {
        var clock = new Stopwatch();
        var time = new QuickTime(Faster);
        var hour = new OnePod(HourOfLines.Read(HourOfLines.Count, () => clock.ElapsedMilliseconds * Faster, time));
        await using var host = await UiHost.StartAsync(containers: hour);
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await Support.Chromium.LaunchAsync(playwright);
        var page = await chromium.NewPageAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        await page.GotoAsync($"{host.Url}/p/p1/clusters/c5/logs/zone-prod/{OnePod.Name}");
        clock.Start();
        await page.Locator(".pod-log time").First.WaitForAsync();
        var cdp = await page.Context.NewCDPSessionAsync(page);
        Console.WriteLine($"\nThe page of a live log, an hour of 1,000 lines a second in {3600 / Faster} s\n\n| lines sent | rows of the page | nodes of the page | browser's memory | portal's memory | slowest of 20 frames |\n|---|---|---|---|---|---|");
        foreach (var part in (double[])[0.1, 0.25, 0.5, 0.75, 0.99])
        {
            var wait = TimeSpan.FromSeconds(3600.0 / Faster * part) - clock.Elapsed;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            await SayAsync(page, cdp, clock.ElapsedMilliseconds * Faster);
        }

        await page.Locator(".pod-log-sum").WaitForAsync();
        Console.WriteLine(await page.Locator(".pod-log-sum").InnerTextAsync());
    }

    private static async Task SayAsync(IPage page, ICDPSession cdp, long sent)
    {
        var frames = new List<double>();
        for (var n = 0; n < 20; n++)
        {
            frames.Add(await page.EvaluateAsync<double>(Gap));
        }

        await cdp.SendAsync("HeapProfiler.collectGarbage");
        var counters = await cdp.SendAsync("Memory.getDOMCounters");
        var heap = await cdp.SendAsync("Runtime.getHeapUsage");
        var rows = await page.Locator(".pod-log time").CountAsync();
        var portal = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        Console.WriteLine(FormattableString.Invariant($"| {sent} | {rows} | {counters!.Value.GetProperty("nodes").GetInt64()} | {heap!.Value.GetProperty("usedSize").GetDouble() / 1e6:0.0} MB | {portal:0.0} MB | {frames.Max():0} ms |"));
    }

    private sealed class OnePod(IContainerLogs hour) : IContainerLogs
    {
        public const string Name = "shop-api-b2";

        public Task<IReadOnlyList<LogPod>> ListPodsAsync(Scope scope, ClusterKey cluster, string inNamespace, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<LogPod>>([new(Name, [new("api", 0)], "Running", 0)]);

        public IAsyncEnumerable<ContainerLogBatch> FollowAsync(Scope scope, ClusterKey cluster, ContainerLogQuery query, CancellationToken cancellationToken) => hour.FollowAsync(scope, cluster, query, cancellationToken);

        public Task<Stream> OpenAsync(Scope scope, ClusterKey cluster, string inNamespace, LogTarget target, bool previous, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
