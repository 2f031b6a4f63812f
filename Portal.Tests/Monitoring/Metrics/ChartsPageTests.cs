using System.Net;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Monitoring.Metrics;
using Portal.Core.Provisioning;
using Portal.Monitoring.Charts;
using Portal.Shared.Ranges;
using Portal.Tests.Support.Fakes;
using static Portal.Tests.Support.Fakes.FakeAlerts;

namespace Portal.Tests.Monitoring.Metrics;

public sealed class ChartsPageTests : BunitContext
{
    private readonly FakeClusters _clusters = new();
    private readonly FakeAlerts _alerts = new();
    private readonly FakePlans _plans = new();
    private readonly FakeMetrics _metrics = new();
    private readonly FakeScopes _scopes = new();
    private readonly FakeLooks _looks = new();

    public ChartsPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<Portal.Core.Kubernetes.IClusterApps>(new Portal.Tests.Support.Fakes.FakeApps());
        Services.AddScoped<BrowserZone>();
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IProjectAlerts>(_alerts);
        Services.AddSingleton<IPlanService>(_plans);
        Services.AddSingleton<IClusterEvidence>(new FakeOffer());
        Services.AddSingleton<IClusterMetrics>(_metrics);
        Services.AddSingleton<IPanelPoints>(new PanelPointsService(_metrics));
        Services.AddSingleton<IChartPlaces>(new ChartPlacesService(_metrics));
        Services.AddSingleton(new LookSources(_looks, _looks, _looks, _looks));
        JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _clusters.Rows.Add(ShopWorld.Row("c6", "shop-build", StateKind.Fail, "failed"));
    }

    private static DateTimeOffset At => DateTimeOffset.FromUnixTimeSeconds(1_768_483_800);

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Page_ShowsTheFirstClusterThatWorks_AndChoicesAreInTheAddress()
    {
        var page = Open<ChartsPage>("charts");

        Assert.Equal(["c5"], Board(page).Charts[0].Url.Split('&').Where(p => p.StartsWith("cluster=", StringComparison.Ordinal)).Select(p => p[8..]));
        Assert.Equal(BuiltInDashboards.Of(DashboardKind.Cluster).Panels.Length, Board(page).Charts.Count);
        page.FindAll(".charts-check input")[0].Change(true);
        Assert.Contains("cluster=c5&cluster=c6", Navigation.Uri, StringComparison.Ordinal);
        page.FindAll(".seg button")[1].Click();
        Assert.Contains("dashboard=node", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Zone_IsChosenByItself_AndTheLogsOfTheRangeFollow()
    {
        var page = Open<ChartsPage>("charts?dashboard=pod&cluster=c5&from=now-3h&to=now");

        Assert.Contains("namespace=zone-prod", Board(page).Charts[0].Url, StringComparison.Ordinal);
        Assert.Equal("/p/p1/logs?cluster=c5&from=now-3h&to=now&namespace=zone-prod&pod=shop-api-58c7d9f6b5-b1", page.FindAll(".charts-range a")[0].GetAttribute("href"));
        page.FindAll(".charts-pick select")[1].Change("kube-system");
        Assert.Contains("namespace=kube-system", Navigation.Uri, StringComparison.Ordinal);
        Assert.DoesNotContain("pod=", Navigation.Uri.Replace("dashboard=pod", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Range_DrawnOverAChart_IsInTheAddress()
    {
        var page = Open<ChartsPage>("charts");

        await page.InvokeAsync(() => page.FindComponent<ChartBoard>().Instance.ZoomAsync(1_768_482_000.4, 1_768_485_600.2));

        Assert.Contains("from=2026-01-15T13%3A00%3A00Z&to=2026-01-15T14%3A00%3A01Z", Navigation.Uri, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.FindComponent<ChartBoard>().Instance.ZoomAsync(double.NaN, 5));
        Assert.Contains("14%3A00%3A01Z", Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("look=1", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawer_OfASharedAddress_AsksForItsRangeAndSelection_AndItsLinksGoOnWithThem()
    {
        _looks.Logs = new([new(At, "c5", "zone-prod", "shop-api-58c7d9f6b5-b1", LookSeverity.Error, "<b>no</b>")], 10_000, []) { IsTotalLower = true, Kibana = [new("shop-prod-1", "https://kibana.example/app/discover")] };
        _looks.Deliveries = new([new("c5", At, "zone-prod", new("Deployment", "shop-api"), [new("api", "r.example/shop/api:1.4", "r.example/shop/api:1.5")])], 1, []);
        var page = Open<ChartsPage>("charts?dashboard=workload&cluster=c5&namespace=zone-prod&workload=Deployment%2Fshop-api&from=2026-01-15T13%3A00%3A00Z&to=2026-01-15T14%3A00%3A00Z&look=1");

        page.WaitForAssertion(() => Assert.Equal("<b>no</b>", page.Find("[data-look=logs] .look-text").TextContent), TimeSpan.FromSeconds(60));
        var question = Assert.Single(_looks.Asked);
        Assert.Equal((At.AddMinutes(-30), At.AddMinutes(30), "zone-prod", "Deployment/shop-api"), (question.From, question.To, question.Selection.Namespace, question.Selection.Workload?.ToString()));
        Assert.Contains("10,000+", page.Find("#look-logs").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ["/p/p1/logs?cluster=c5&from=2026-01-15T13%3A00%3A00Z&to=2026-01-15T14%3A00%3A00Z&namespace=zone-prod&workload=shop-api", "https://kibana.example/app/discover"],
            page.FindAll("[data-look=logs] .look-links a").Select(a => a.GetAttribute("href")));
        Assert.Contains("api:1.4 → 1.5", page.Find("[data-look=deliveries] li").TextContent, StringComparison.Ordinal);
        Assert.EndsWith("from=2026-01-15T13%3A00%3A00Z&to=2026-01-15T14%3A00%3A00Z&look=1", page.Find("[data-look=deliveries] a").GetAttribute("href"), StringComparison.Ordinal);
        page.Find(".look > header button").Click();
        Assert.DoesNotContain("look=", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Pod_OfTenThousand_IsFoundByAPartOfItsName_AndThePageHoldsAFewOfThem()
    {
        _metrics.Pods = [.. Enumerable.Range(0, 10_000).Select(n => FakeMetrics.Pod("zone-prod", $"shop-api-58c7d9f6b5-{n:00000}", "node-1", "ReplicaSet", "shop-api-58c7d9f6b5"))];
        var page = Open<ChartsPage>("charts?dashboard=pod&cluster=c5&namespace=zone-prod");

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".charts-pick [popover] button")), TimeSpan.FromSeconds(60));
        Assert.InRange(page.FindAll(".charts-tools button, .charts-tools option").Count, 1, 80);
        Assert.Equal("shop-api-58c7d9f6b5-00000", page.Find(".charts-pick [popover] [aria-pressed=true]").TextContent);
        page.Find(".charts-pick [popover] input").Input("-0712");
        Assert.Equal(10, page.FindAll(".charts-pick [popover] button").Count);
        page.FindAll(".charts-pick [popover] button")[^1].Click();
        Assert.Contains("pod=shop-api-58c7d9f6b5-07129", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_OfARangeWithMany_AreShownWholeWhenAskedFor()
    {
        _looks.Events = new([.. Enumerable.Range(0, 60).Select(n => new LookEvent("c5", At.AddSeconds(-n), false, "Killing", "Stopping", "Pod", "zone-prod", $"shop-api-{n}", 1))], 140, []);
        var page = Open<ChartsPage>("charts?cluster=c5&from=2026-01-15T13%3A00%3A00Z&to=2026-01-15T14%3A00%3A00Z&look=1");

        page.WaitForAssertion(() => Assert.Equal(20, page.FindAll("[data-look=events] li").Count), TimeSpan.FromSeconds(60));
        Assert.Equal("Show all 60", page.Find("[data-look=events] .look-links button").TextContent);
        page.Find("[data-look=events] .look-links button").Click();
        Assert.Equal(60, page.FindAll("[data-look=events] li").Count);
        Assert.Empty(page.FindAll("[data-look=events] .look-links"));
        Assert.Contains("60 of 140", page.Find("#look-events").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Panels_OfTheDrawer_WaitAndFailEachByItself()
    {
        _looks.LogsFailure = new BackendException("elasticsearch", "search", BackendFailure.Timeout);
        _looks.HoldEvents = new TaskCompletionSource();
        _looks.Deliveries = new([], 0, [new("shop-prod-1", new BackendException("kubernetes", "list", BackendFailure.Unreachable))]);
        _alerts.Books = [new("c5", Heard(), [Alert("a", "KubePodCrashLooping", "warning", TimeSpan.FromMinutes(20)), Alert("o", "Older", "critical", TimeSpan.FromHours(5)) with { EndedAt = DateTimeOffset.UtcNow.AddHours(-4) }])];
        Navigation.NavigateTo("/p/p1/charts?cluster=c5&look=1");
        var page = Render<ChartsPage>(p =>
        {
            p.Add(c => c.ProjectId, "p1");
            p.AddCascadingValue(_scopes.Scope);
        });

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-look=logs] .note")), TimeSpan.FromSeconds(60));
        Assert.Equal("shop-prod-1 did not answer; its part is missing.", page.Find("[data-look=deliveries] .look-missing").TextContent.Trim());
        Assert.Equal(["KubePodCrashLooping"], page.FindAll("[data-look=alerts] a").Select(a => a.TextContent));
        Assert.Equal("/p/p1/alerts?alert=c5%2Fa&from=now-1h&to=now", page.Find("[data-look=alerts] a").GetAttribute("href"));
        Assert.Equal("/p/p1/alerts?cluster=c5&from=now-1h&to=now", page.FindAll(".charts-range > a")[^1].GetAttribute("href"));
        Assert.NotEmpty(page.FindAll("[data-look=events] .mud-skeleton"));
        _looks.HoldEvents.SetResult();
        page.WaitForAssertion(() => Assert.Equal("No events. Kubernetes keeps them for about an hour.", page.Find("[data-look=events] p").TextContent), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Marks_OfDeliveriesAndNodes_ComeAfterTheCharts()
    {
        _looks.Deliveries = new([new("c5", DateTimeOffset.UtcNow.AddMinutes(-9), "zone-prod", new("Deployment", "shop-api"), [new("api", "shop/api:1.4", "shop/api:1.5")])], 1, []);
        _looks.Nodes = new([new("c5", DateTimeOffset.UtcNow.AddMinutes(-5), "node-3", Joined: false)], 1, []);

        var page = Open<ChartsPage>("charts");

        page.WaitForAssertion(() => Assert.Equal(["change", "delivery"], Board(page).Marks.Select(m => m.Kind).Order(StringComparer.Ordinal)), TimeSpan.FromSeconds(60));
        Assert.Equal(["Node node-3 left", "shop-api delivered: api:1.4 → 1.5"], page.FindAll(".charts-marks a").Select(a => a.TextContent));
    }

    [Fact]
    public void Marks_AreAlertsAndPlansOfTheRange()
    {
        _alerts.Books = [new("c5", Heard(), [Alert("a", "KubePodCrashLooping", "warning", TimeSpan.FromMinutes(20)), Alert("b", "Old", "warning", TimeSpan.FromHours(5)), Alert("i", "Info", "info", TimeSpan.FromMinutes(5))]), new("c6", Heard(), [Alert("x", "Elsewhere", "critical", TimeSpan.FromMinutes(2))])];
        _plans.Plans.Add(FakePlans.Running("grow", ClusterPlans.Resize) with { Subject = ClusterPlans.Subject("c5"), CreatedAt = DateTimeOffset.UtcNow.AddMinutes(-30) });

        var page = Open<ChartsPage>("charts");

        Assert.Equal(["scaling", "alert"], Board(page).Marks.Select(m => m.Kind));
        Assert.Equal(["/p/p1/alerts?alert=c5%2Fa", "/p/p1/plans/grow"], page.FindAll(".charts-marks a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public void Project_WithoutClusters_IsToldWhatToDo()
    {
        _clusters.Rows.Clear();

        Assert.Equal("/p/p1/clusters/create", Open<ChartsPage>("charts").Find(".em a.btn").GetAttribute("href"));
    }

    [Fact]
    public void Person_WithoutTheRight_SeesNoChart()
    {
        _scopes.Capabilities = [];
        var page = Open<ChartsPage>("charts");

        Assert.Equal("The clusters cannot be listed.", page.Find(".note b").TextContent);
        Assert.Empty(page.FindComponents<ChartBoard>());
    }

    [Theory]
    [InlineData(BackendFailure.NotFound, "shop-prod-1 has no Prometheus.", "idle")]
    [InlineData(BackendFailure.Timeout, "The Prometheus of shop-prod-1 did not answer in time.", "warn")]
    public void Places_ThatCannotBeKnown_SayWhy(BackendFailure failure, string headline, string kind)
    {
        _metrics.Failing = (_, _) => new BackendException("prometheus", "ask", failure);
        var page = Open<ChartsPage>("charts?dashboard=node&cluster=c5");

        Assert.Equal(headline, page.Find($".note.{kind} b").TextContent);
        Assert.Empty(page.FindComponents<ChartBoard>());
        _metrics.Failing = (_, _) => null;
        page.Find(".note button").Click();
        Assert.Contains("node=node-1", Board(page).Charts[0].Url, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_OfTheKindInTheRange_IsSaid()
    {
        _metrics.Pods = [];

        Assert.Equal("Nothing of this kind was there in this range", Open<ChartsPage>("charts?dashboard=zone&cluster=c5").Find(".em h2").TextContent);
    }

    [Fact]
    public void Expression_ThatIsWrong_IsShownAtItsPlace()
    {
        _metrics.Failing = (_, _) => new BackendException("prometheus", "ask", BackendFailure.Invalid, "invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis", HttpStatusCode.BadRequest);
        var page = Open<ExplorePage>("charts/explore?expr=sum%28&cluster=c5");

        Assert.Equal("Line 1, character 5: unclosed left parenthesis", page.Find("#promql-wrong .st").TextContent.Trim());
        Assert.Equal("sum(\n    ^", page.Find("#promql-wrong pre").TextContent.TrimEnd());
        Assert.Empty(page.FindComponents<ChartBoard>());
    }

    [Fact]
    public void Explore_OfSeveralClusters_NamesTheOneThatIsGone()
    {
        _metrics.Failing = (cluster, _) => cluster.ClusterId == "c6" ? new BackendException("prometheus", "ask", BackendFailure.Unreachable) : null;
        var page = Open<ExplorePage>("charts/explore?expr=up&cluster=c5&cluster=c6");

        Assert.Equal("The Prometheus of shop-build does not answer.", page.Find(".note b").TextContent);
        Assert.Contains("\"expression\":\"up\"", Board(page).Charts.Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Explore_AsTable_ShowsEveryFormOfNumber()
    {
        _metrics.Instant = new(InstantKind.Vector, [new(new MetricLabels([new("__name__", "up"), new("evil", "<b>")]), [new(1, double.PositiveInfinity)]), new(MetricLabels.None, [new(1, 0.3333333333333333)])]);
        var page = Open<ExplorePage>("charts/explore?expr=up&as=table&cluster=c5");

        Assert.Equal(["up{evil=\"<b>\"}", "{}"], page.FindAll(".charts-series").Select(c => c.TextContent).OrderDescending(StringComparer.Ordinal).Order(Comparer<string>.Create((a, b) => b.Length - a.Length)));
        Assert.Equal(["+Inf", "0.3333333333333333"], page.FindAll(".charts-values").Select(c => c.TextContent).Order(StringComparer.Ordinal));
        _metrics.Instant = new(InstantKind.Vector, []);
        Assert.Equal("Nothing matches", Open<ExplorePage>("charts/explore?expr=down&as=table&cluster=c5").Find(".em h2").TextContent);
    }

    [Fact]
    public async Task Suggestions_ComeFromTheCluster_AndFunctionsWithoutIt()
    {
        var editor = Open<ExplorePage>("charts/explore?cluster=c5").FindComponent<PromQlEditor>().Instance;

        Assert.Equal(["node_load1", "node_cpu_seconds_total"], (await editor.SuggestAsync("node", 4)).Select(s => s.Text));
        Assert.Equal(["job"], (await editor.SuggestAsync("up{jo", 5)).Select(s => s.Text));
        _metrics.Failing = (_, _) => new BackendException("prometheus", "ask", BackendFailure.Timeout);
        Assert.Equal("rate()", (await editor.SuggestAsync("rat", 3))[0].Text);
        Assert.Empty(await editor.SuggestAsync("up{jo", 5));
    }

    private static ChartBoardSpec Board<T>(IRenderedComponent<T> page)
        where T : IComponent => ((IRenderedComponent<IComponent>)page).FindComponent<ChartBoard>().Instance.Spec;

    private IRenderedComponent<T> Open<T>(string path)
        where T : IComponent
    {
        Navigation.NavigateTo($"/p/p1/{path}");
        var page = Render<T>(p =>
        {
            Assert.True(p.TryAdd("ProjectId", "p1"));
            p.AddCascadingValue(_scopes.Scope);
        });
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".mud-skeleton")), TimeSpan.FromSeconds(60));
        return page;
    }
}
