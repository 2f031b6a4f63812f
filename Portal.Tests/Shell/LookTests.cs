using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Shell;

/// <summary>
/// Every page, both themes, both widths: nothing serious for axe, nothing scrolls sideways, nothing breaks the content policy.
/// A theme changes colours only, so that in the dark one axe looks at contrast, and at one width.
/// </summary>
[Trait("lane", "browser")]
public sealed class LookTests
{
    private const int Wide = 1440;
    private const int Narrow = 390;
    private const string Image = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private static readonly string[] Paths =
    [
        "/p/p1", "/p/p1/clusters", "/p/p1/clusters?q=none", "/p/p1/clusters/create", "/p/p1/clusters/c2", "/p/p1/clusters/c5?tab=nodes", "/p/p1/clusters/c1?tab=addons",
        "/p/p1/clusters/c2?tab=events", "/p/p1/clusters/c5?tab=plans", "/p/p1/clusters/c5?tab=access", "/p/p1/clusters/c5?tab=activity", "/p/p1/clusters/c5?do=delete",
        "/p/p1/clusters/c5?do=resize", "/p/p1/clusters/gone", "/p/p1/plans/plan-c1", "/p/p1/plans/plan-c1?step=addon.prometheus", "/p/p1/activity", "/p/p1/images", "/p/p1/images?tab=public", "/p/p1/images?tab=access", "/p/p1/images?tab=settings", "/p/p1/images/team-shop/checkout", "/p/p1/images/team-shop/checkout?artifact=" + Image, "/p/p1/charts?cluster=c5&from=2026-11-15T13:00:07Z&to=2026-11-15T14:00:09Z&look=1", "/nothing/here",
    ];

    private static readonly RunOnlyOptions Everything = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21aa"] };
    private static readonly RunOnlyOptions Contrast = new() { Type = "rule", Values = ["color-contrast"] };

    [SkippableTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_EveryOne_AreFitForEverybody(ColorScheme theme)
    {
        Skip.IfNot(File.Exists("/usr/bin/chromium"), "Chromium is not installed.");
        await using var host = await UiHost.StartAsync();
        Look.Fill(host);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = Wide, Height = 900 }, ColorScheme = theme });
        var found = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error" && !message.Text.Contains("404", StringComparison.Ordinal)) { found.Add($"{page.Url}: {message.Text}"); } };
        foreach (var path in Paths)
        {
            await page.GotoAsync(host.Url + path);
            await page.WaitForSelectorAsync("main h1");
            await page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy=true]')");
            found.AddRange(await AxeAsync(page, path, theme is ColorScheme.Light ? Everything : Contrast));
            found.AddRange(await SidewaysAsync(page, path));
            await page.SetViewportSizeAsync(Narrow, 900);
            found.AddRange(theme is ColorScheme.Light ? await AxeAsync(page, path, Everything) : []);
            found.AddRange(await SidewaysAsync(page, path));
            await page.SetViewportSizeAsync(Wide, 900);
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [SkippableFact]
    public async Task Legend_OfManyLongNames_TellsEveryLineApart_AndShowsAllOfIt()
    {
        Skip.IfNot(File.Exists("/usr/bin/chromium"), "Chromium is not installed.");
        await using var host = await UiHost.StartAsync();
        Look.Fill(host);
        host.Metrics.Series = (expression, window) => !expression.Contains("filesystem", StringComparison.Ordinal) ? null
            : [.. Enumerable.Range(0, 12).Select(n => new Core.Monitoring.Metrics.MetricSeries(new([new("mountpoint", n % 2 == 0 ? "/" : "/var/lib/containers/storage"), new("node", $"shop-prod-1-k7ywjg2xvq3o-node-{n / 2}")]), [.. Enumerable.Repeat(0.9 - (n * 0.05), window.Count)]))];
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = Wide, Height = 900 } });

        await page.GotoAsync(host.Url + "/p/p1/charts?cluster=c5");
        var rows = page.Locator("[data-chart=Cluster-filesystem] .chart-lg tbody button");
        await Assertions.Expect(rows).ToHaveCountAsync(8);

        var names = await rows.AllTextContentsAsync();
        Assert.Equal(8, names.Distinct().Count());
        Assert.Contains("…node-0 /var/lib/containers/storage", names);
        Assert.False(await rows.EvaluateAllAsync<bool>("all => all.some(b => b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1)"));
        Assert.InRange(await page.Locator("[data-chart=Cluster-filesystem] .chart-below").EvaluateAsync<int>("b => b.scrollHeight - b.clientHeight"), 0, 1);
        if (Environment.GetEnvironmentVariable("PORTAL_LOOK") is { Length: > 0 } folder)
        {
            await page.Locator("[data-chart=Cluster-filesystem]").ScreenshotAsync(new() { Path = Path.Combine(folder, "legend.png") });
        }
    }

    private static async Task<IEnumerable<string>> AxeAsync(IPage page, string path, RunOnlyOptions rules)
    {
        var axe = await page.RunAxe(new AxeRunOptions { RunOnly = rules });
        return axe.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{path}, {page.ViewportSize!.Width} px: {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html.Length > 160 ? n.Html[..160] : n.Html))}");
    }

    private static async Task<IEnumerable<string>> SidewaysAsync(IPage page, string path)
    {
        var sideways = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        return sideways > 0 ? [$"{path}, {page.ViewportSize!.Width} px: {sideways} px sideways"] : [];
    }
}
