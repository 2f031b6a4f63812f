using Microsoft.Playwright;
using Portal.Monitoring.Grafana;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>A Grafana dashboard is imported, drawn from the cluster's Prometheus, and there again by its address.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class ImportedDashboardTests(PortalWorld world)
{
    [Fact]
    public async Task Dashboard_ThatIsImported_IsDrawn_AndIsThereAgainByItsAddress()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/charts/imported"));
        await visit.SeesHeadingAsync(GrafanaText.Title);
        var page = visit.Page;
        await page.Locator("#dashboard-json").FillAsync("{ \"panels\": ");
        await visit.Button(GrafanaText.Check).ClickAsync();
        await Assertions.Expect(page.Locator("#dashboard-json-error")).ToContainTextAsync("This is not JSON");
        await Assertions.Expect(page.Locator("#dashboard-json")).ToHaveValueAsync("{ \"panels\": ");

        await page.Locator("#dashboard-file").SetInputFilesAsync(Path.Combine(RepositoryPaths.Root, "Portal.Tests", "Monitoring", "Grafana", "Dashboards", "node.json"));
        await Assertions.Expect(page.Locator("#dashboard-json")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("Nodes in full"));
        await visit.Button(GrafanaText.Check).ClickAsync();
        await Assertions.Expect(page.Locator(".gd-found")).ToContainTextAsync("Panels of the kind heatmap are not known: Latencies");
        await visit.CheckAsync("a dashboard before it is imported");
        await page.Locator("#dashboard-name").FillAsync("Nodes of the shop");
        await page.GetByRole(AriaRole.Button, new() { Name = GrafanaText.Save, Exact = true }).ClickAsync();
        await visit.Link(GrafanaText.OpenIt).ClickAsync();

        await visit.SeesHeadingAsync("Nodes of the shop");
        await page.Locator(".charts-pick select").First.SelectOptionAsync(cluster.ClusterId);
        await Assertions.Expect(page.Locator("#panel-14 .gd-value")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9]+$"));
        await Assertions.Expect(page.Locator("#panel-77 canvas")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#panel-77 .chart-lg")).ToContainTextAsync("Busy System");
        await visit.CheckAsync("an imported dashboard");
        await page.Locator(".gd-row h2 button").Nth(1).ClickAsync();
        await Assertions.Expect(page.Locator("#panel-9 canvas")).ToBeVisibleAsync();
        var address = page.Url;
        Assert.Contains($"cluster={cluster.ClusterId}", address, StringComparison.Ordinal);

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#panel-9 canvas")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#panel-74 .chart-lg")).ToContainTextAsync("recv eth0");
        Assert.Equal(address, page.Url);
        visit.NoComplaints("an imported dashboard");
    }
}
