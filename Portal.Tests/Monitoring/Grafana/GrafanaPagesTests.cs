using System.Net;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Monitoring.Charts;
using Portal.Monitoring.Grafana;
using Portal.Shared.Ranges;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Grafana;

public sealed class GrafanaPagesTests : BunitContext
{
    private readonly FakeClusters _clusters = new();
    private readonly FakeMetrics _metrics = new() { Instant = new(InstantKind.Vector, [new(MetricLabels.None, [new(1, 0.97)])]) };
    private readonly FakeScopes _scopes = new();
    private readonly GrafanaDashboards _dashboards = new(MemoryHome.NewStore(), new FakeAudit(), TimeProvider.System);

    public GrafanaPagesTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<BrowserZone>();
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IClusterEvidence>(new FakeOffer());
        Services.AddSingleton<IGrafanaDashboards>(_dashboards);
        Services.AddSingleton<IGrafanaPanels>(new GrafanaPanels(_dashboards, _metrics));
        JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _clusters.Rows.Add(ShopWorld.Row("c6", "shop-build", StateKind.Ok, "ready"));
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public async Task Dashboard_IsDrawnInItsGrid_WithItsVariablesInTheAddress()
    {
        var page = await OpenAsync("node", "?var-nodename=node-2&var-node=node-3");

        Assert.StartsWith("Quick view of node-2", page.Find(".gd-row h2 button").TextContent.Trim(), StringComparison.Ordinal);
        var board = page.FindComponent<ChartBoard>().Instance.Spec;
        Assert.Equal(["panel-77", "panel-74"], board.Charts.Select(c => c.Slot));
        Assert.Equal(["ratio", "bitspersecond"], board.Charts.Select(c => c.Unit));
        Assert.All(board.Charts, c => Assert.NotNull(page.Find("#" + c.Slot)));
        Assert.Contains("&var-job=node-1&var-nodename=node-2&var-node=node-3&", board.Charts[0].Url + "&", StringComparison.Ordinal);
        Assert.DoesNotContain("rate(", Uri.UnescapeDataString(board.Charts[0].Url), StringComparison.Ordinal);
        Assert.Equal((1e9, "critical"), (board.Charts[1].Limits.Single().Value, board.Charts[1].Limits.Single().Name));
        Assert.Equal("--x:1;--w:4;--y:1;--h:2", page.Find("#panel-20").GetAttribute("style"));
        await page.InvokeAsync(() => page.FindAll(".charts-pick select")[2].Change("node-1"));
        page.WaitForAssertion(() => Assert.EndsWith("?var-node=node-3&var-nodename=node-1", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.StartsWith("Quick view of node-1", page.Find(".gd-row h2 button").TextContent.Trim(), StringComparison.Ordinal), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Row_ThatIsClosed_IsAskedForWhenItIsOpened()
    {
        var page = await OpenAsync("node", "");
        Assert.DoesNotContain(page.FindComponent<ChartBoard>().Instance.Spec.Charts, c => c.Slot == "panel-9");

        await page.InvokeAsync(() => page.FindAll(".gd-row h2 button")[1].Click());

        page.WaitForAssertion(() => Assert.EndsWith("?rows=1", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains(page.FindComponent<ChartBoard>().Instance.Spec.Charts, c => c.Slot == "panel-9"), TimeSpan.FromSeconds(30));
        Assert.Equal("true", page.FindAll(".gd-row h2 button")[1].GetAttribute("aria-expanded"));
    }

    [Fact]
    public async Task Numbers_AreTextWithTheirLevel()
    {
        _metrics.Instant = new(InstantKind.Vector, [new(MetricLabels.None, [new(1, 96.04)])]);
        var page = await OpenAsync("node", "");

        page.WaitForAssertion(() => Assert.Equal("96.0 % (critical)", page.Find("#panel-20 .gd-value").TextContent), TimeSpan.FromSeconds(30));
        Assert.NotNull(page.Find("#panel-20 li.fail svg"));
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("#panel-323 .gd-bar").Count), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Panel_ThatIsRefused_SaysWhy_AndTheOthersStay()
    {
        _metrics.Failing = (_, asked) => asked.StartsWith("count(count", StringComparison.Ordinal) ? new BackendException("prometheus", "ask", BackendFailure.Invalid, "1:3: parse error: bad", HttpStatusCode.BadRequest) : null;
        var page = await OpenAsync("node", "");

        page.WaitForAssertion(() => Assert.Contains("1:3: parse error: bad", page.Find("#panel-14 .gd-panel").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#panel-20 .gd-value")), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Several_AreChosenByTicks()
    {
        var page = await OpenAsync("cluster", "?var-namespace=node-1");

        await page.InvokeAsync(() => page.FindAll(".charts-check input")[2].Change(true));
        page.WaitForAssertion(() => Assert.EndsWith("?var-namespace=node-1&var-namespace=node-2", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Equal("node-1, node-2", page.Find(".gd-chosen").TextContent), TimeSpan.FromSeconds(30));
        await page.InvokeAsync(() => page.FindAll(".charts-check input")[0].Change(true));
        page.WaitForAssertion(() => Assert.EndsWith("?var-namespace=%24__all", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_IsMarkdown_AndNeverHtml()
    {
        var page = await OpenAsync("ingress", "");

        var text = page.Find("#panel-1 .gd-md");
        Assert.Equal("Ingress", text.QuerySelector("h3")!.TextContent);
        Assert.Contains("Requests through high of the controller. <script>alert(1)</script>", text.TextContent, StringComparison.Ordinal);
        Assert.Empty(text.QuerySelectorAll("script"));
        Assert.Equal(["https://example.org/", ""], text.QuerySelectorAll("a").Select(a => a.GetAttribute("href")));
    }

    [Theory]
    [InlineData("![x](https://example.org/a.png)", "img")]
    [InlineData("<img src=x onerror=alert(1)>", "img")]
    [InlineData("<javascript:alert(1)>", "a")]
    [InlineData("a <b onclick='x'>b</b>", "b")]
    public void Markdown_WithMoreThanText_HasNone(string markdown, string element) =>
        Assert.DoesNotContain($"<{element} ", GrafanaMarkdown.Html(markdown).Replace("<a href=\"https://example.org/a.png\"", "", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void Dashboard_ThatIsNotThere_IsSaid() =>
        Assert.Equal("There is no such dashboard", Open("imported/0123", "0123").Find(".em h2").TextContent);

    [Fact]
    public async Task List_ShowsWhoAndWhat_AndAsksBeforeItRemoves()
    {
        await _dashboards.ImportAsync(_scopes.Scope, "Nodes", Samples.Json("node"), CancellationToken.None);
        var page = List();

        Assert.Equal("Nodes", page.Find("td a.nm").TextContent);
        await page.InvokeAsync(() => page.Find("td button").Click());
        Assert.Equal("Remove it for the whole project?", page.Find(".gd-sure span").TextContent);
        await page.InvokeAsync(() => page.Find(".gd-sure .df").Click());
        page.WaitForAssertion(() => Assert.Contains("Nodes was removed.", page.Markup, StringComparison.Ordinal));
        Assert.Empty(await _dashboards.ListAsync(_scopes.Scope, CancellationToken.None));
    }

    [Fact]
    public async Task List_ForAReader_HasNothingToChange()
    {
        await _dashboards.ImportAsync(_scopes.Scope, "Nodes", Samples.Json("node"), CancellationToken.None);
        _scopes.Capabilities = [Capability.Read];

        Assert.Empty(List().FindAll("td button, textarea"));
    }

    [Fact]
    public async Task Import_ShowsWhatIsShown_BeforeItKeeps_AndWhatIsWrongAtItsField()
    {
        var model = new ImportModel(_dashboards, _scopes.Scope);

        Assert.False(await model.CheckAsync("{"));
        Assert.StartsWith("This is not JSON: line 1, character ", GrafanaWords.Tell(model.ErrorsOf("json").Single()), StringComparison.Ordinal);
        Assert.True(await model.CheckAsync(Samples.Json("ingress")));
        Assert.Equal("Ingress controller", model.Name);
        Assert.Equal(["Panels of the kind piechart are not known: Return codes", "Queries of another source than Prometheus (loki): Access log", "Annotations are not drawn: Deployments"], model.Lost.Select(GrafanaWords.Tell));
        Assert.False(await model.SaveAsync(Samples.Json("node"), CancellationToken.None));
        Assert.True(model.HasChanged);
        model.Name = "";
        Assert.False(await model.SaveAsync(Samples.Json("node"), CancellationToken.None));
        Assert.Equal("Give it a name.", GrafanaWords.Tell(model.ErrorsOf("name").Single()));
        model.Name = "Mine";
        Assert.True(await model.SaveAsync(Samples.Json("node"), CancellationToken.None));
        Assert.Equal(("Mine", "Mine"), (model.Imported!.Name, model.All.Value!.Single().Name));
    }

    [Theory]
    [InlineData(0.124, MetricUnit.Ratio, null, "12 %")]
    [InlineData(0.0124, MetricUnit.Ratio, null, "1.2 %")]
    [InlineData(8589934592, MetricUnit.Bytes, null, "8 GiB")]
    [InlineData(1500, MetricUnit.BitsPerSecond, null, "1.5 kb/s")]
    [InlineData(0.25, MetricUnit.Seconds, null, "250 ms")]
    [InlineData(90061, MetricUnit.Seconds, null, "25 h")]
    [InlineData(1234.5, MetricUnit.Number, 2, "1.23 k")]
    [InlineData(double.NaN, MetricUnit.Number, null, "–")]
    public void Number_IsWrittenAsChartsDo(double value, MetricUnit unit, int? decimals, string text) => Assert.Equal(text, GrafanaFormat.Write(value, unit, decimals));

    private async Task<IRenderedComponent<ImportedDashboardPage>> OpenAsync(string name, string query)
    {
        var kept = await _dashboards.ImportAsync(_scopes.Scope, name, Samples.Json(name), CancellationToken.None);
        var page = Open($"imported/{kept.Id}{query}", kept.Id);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".gd-row")), TimeSpan.FromSeconds(60));
        return page;
    }

    private IRenderedComponent<ImportedDashboardPage> Open(string path, string id)
    {
        Navigation.NavigateTo($"/p/p1/charts/{path}");
        var page = Render<ImportedDashboardPage>(p => p.Add(c => c.ProjectId, "p1").Add(c => c.Id, id).AddCascadingValue(_scopes.Scope));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".mud-skeleton")), TimeSpan.FromSeconds(60));
        return page;
    }

    private IRenderedComponent<ImportedPage> List()
    {
        var page = Render<ImportedPage>(p => p.Add(c => c.ProjectId, "p1").AddCascadingValue(_scopes.Scope));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".mud-skeleton")), TimeSpan.FromSeconds(60));
        return page;
    }
}
