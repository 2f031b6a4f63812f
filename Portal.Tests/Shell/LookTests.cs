using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Portal.Tests.Support;

namespace Portal.Tests.Shell;

/// <summary>Every page, both themes, both widths: nothing serious for axe, nothing scrolls sideways, nothing breaks the content policy.</summary>
[Trait("lane", "browser")]
public sealed class LookTests
{
    private const string Image = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private static readonly string[] Paths =
    [
        "/p/p1", "/p/p1/clusters", "/p/p1/clusters?q=none", "/p/p1/clusters/create", "/p/p1/clusters/c2", "/p/p1/clusters/c5?tab=nodes", "/p/p1/clusters/c1?tab=addons",
        "/p/p1/clusters/c2?tab=events", "/p/p1/clusters/c5?tab=plans", "/p/p1/clusters/c5?tab=access", "/p/p1/clusters/c5?tab=activity", "/p/p1/clusters/c5?do=delete",
        "/p/p1/clusters/c5?do=resize", "/p/p1/clusters/gone", "/p/p1/plans/plan-c1", "/p/p1/plans/plan-c1?step=addon.prometheus", "/p/p1/activity", "/p/p1/images", "/p/p1/images?tab=public", "/p/p1/images?tab=access", "/p/p1/images/team-shop/checkout", "/p/p1/images/team-shop/checkout?artifact=" + Image, "/nothing/here",
    ];

    [SkippableTheory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Pages_EveryOne_AreFitForEverybody(int width, ColorScheme theme)
    {
        Skip.IfNot(File.Exists("/usr/bin/chromium"), "Chromium is not installed.");
        await using var host = await UiHost.StartAsync();
        Look.Fill(host);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = theme });
        var found = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error" && !message.Text.Contains("404", StringComparison.Ordinal)) { found.Add($"{page.Url}: {message.Text}"); } };
        foreach (var path in Paths)
        {
            await page.GotoAsync(host.Url + path);
            await page.WaitForSelectorAsync("main h1");
            await page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy=true]')");
            found.AddRange(await FaultsAsync(page, path));
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    private static async Task<IEnumerable<string>> FaultsAsync(IPage page, string path)
    {
        var sideways = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        var axe = await page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21aa"] } });
        var faults = axe.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{path}: {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html.Length > 160 ? n.Html[..160] : n.Html))}");
        return sideways > 0 ? faults.Append($"{path}: {sideways} px sideways") : faults;
    }
}
