using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Logs;
using Portal.Monitoring.Charts;
using Portal.Monitoring.Looks;

namespace Portal.Tests.Browser;

/// <summary>A cluster's numbers are drawn, and every way from them is in the address.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed partial class ChartTests(PortalWorld world)
{
    [Fact]
    public async Task Charts_OfACluster_AreDrawn_AndARangeIsChosenByDrawingOverOne()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/charts?cluster={cluster.ClusterId}"));
        await visit.SeesHeadingAsync(ChartsText.Title);
        var cpu = visit.Page.Locator("[data-chart=Cluster-cpu]");

        await Assertions.Expect(cpu.Locator(".chart-lg")).ToContainTextAsync(ChartsText.LegendUsed);
        await Assertions.Expect(cpu.Locator("canvas")).ToBeVisibleAsync();
        await visit.CheckAsync("charts");

        await cpu.GetByRole(AriaRole.Button, new() { Name = "Show only used" }).ClickAsync();
        await Assertions.Expect(cpu.Locator(".chart-lg tr.off")).ToHaveCountAsync(1);
        await cpu.GetByRole(AriaRole.Button, new() { Name = "Actions for CPU" }).ClickAsync();
        await cpu.GetByRole(AriaRole.Button, new() { Name = ChartsText.ShowTable }).ClickAsync();
        await Assertions.Expect(cpu.Locator(".chart-table tbody tr").First).ToBeVisibleAsync();
        await visit.CheckAsync("a chart as a table");

        var over = (await visit.Page.Locator("[data-chart=Cluster-memory] .u-over").BoundingBoxAsync())!;
        await visit.Page.Mouse.MoveAsync(over.X + (over.Width / 4), over.Y + 20);
        await Assertions.Expect(visit.Page.Locator(".charts .chart-tip")).ToBeVisibleAsync();
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(over.X + (over.Width / 2), over.Y + 20, new() { Steps = 5 });
        await visit.Page.Mouse.UpAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(Absolute());
        await Assertions.Expect(visit.Link(ChartsText.LogsOfRange)).ToHaveAttributeAsync("href", Absolute());
        await LooksAroundAsync(visit);
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page).Not.ToHaveURLAsync(Absolute());
        visit.NoComplaints("charts");
    }

    // What was in the range that was drawn: each panel answers, the address alone opens the same, and its link goes on with the range.
    private static async Task LooksAroundAsync(Visit visit)
    {
        var drawer = visit.Page.GetByRole(AriaRole.Complementary, new() { Name = LookText.Title });
        foreach (var panel in new[] { "alerts", "deliveries", "events", "logs" })
        {
            await Assertions.Expect(drawer.Locator($"[data-look={panel}] li, [data-look={panel}] p.t2").First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        }

        await Assertions.Expect(drawer.Locator(".note, .look-missing")).ToHaveCountAsync(0);
        await visit.CheckAsync("what was in a range");
        var shared = await visit.NewTabAsync(visit.Page.Url);
        var same = shared.GetByRole(AriaRole.Complementary, new() { Name = LookText.Title });
        await Assertions.Expect(same.Locator("time").First).ToHaveTextAsync(await drawer.Locator("time").First.TextContentAsync() ?? "");
        await same.GetByRole(AriaRole.Link, new() { Name = LookText.AllLogs }).ClickAsync();
        await Assertions.Expect(shared.GetByRole(AriaRole.Heading, new() { Name = LogsText.Title, Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(shared).ToHaveURLAsync(Absolute());
        await shared.CloseAsync();
        await drawer.GetByRole(AriaRole.Heading, new() { Name = LookText.Title, Exact = true }).PressAsync("Escape");
        await Assertions.Expect(drawer).ToHaveCountAsync(0);
        await visit.Page.GoBackAsync();
        await Assertions.Expect(drawer).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Explore_SuggestsAndTellsWhatIsWrongAtItsPlace()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/charts/explore?cluster={cluster.ClusterId}"));
        await visit.SeesHeadingAsync(ChartsText.ExploreTitle);
        var field = visit.Page.Locator("#promql");

        await field.PressSequentiallyAsync("sum(node_loa");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Option).First).ToContainTextAsync("node_load");
        await visit.CheckAsync("suggestions");
        await field.PressAsync("Escape");
        await field.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#promql-wrong")).ToContainTextAsync("unclosed left parenthesis");
        await visit.CheckAsync("a wrong expression");
        await field.FillAsync("sum by (node) (node_load1)");
        await visit.Button(ChartsText.Run).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-chart=explore] .chart-lg tbody").GetByRole(AriaRole.Button, new() { NameRegex = new("^Show only \\{node=") }).First).ToBeVisibleAsync();
        await visit.CheckAsync("explore as a chart");
        await visit.Button(ChartsText.ModeInstant).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".charts-series").First).ToContainTextAsync("{node=");
        await visit.CheckAsync("explore as a table");
    }

    [GeneratedRegex("from=20[0-9][0-9]-")]
    private static partial Regex Absolute();
}
