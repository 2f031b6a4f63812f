using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Logs;
using Portal.Logs;
using Portal.Shared.Ranges;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Logs;

/// <summary>The page of logs in each of its states.</summary>
public sealed class LogsPageTests : BunitContext
{
    private readonly FakeLogs _logs = new();
    private readonly FakeClusters _clusters = new();
    private readonly FakeScopes _scopes = new();

    public LogsPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IProjectLogs>(_logs);
        Services.AddSingleton<ISavedSearches>(_logs);
        Services.AddSingleton<IClusterEvidence>(new FakeOffer());
        Services.AddScoped<BrowserZone>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _logs.Lines.AddRange([FakeLogs.Line(1, LogSeverity.Error, "<img src=x> payment timeout", new LogMark(12, 7)), FakeLogs.Line(2, LogSeverity.Warning, "slow"), FakeLogs.Line(3, LogSeverity.Unknown, "plain")]);
        _logs.Sources[0] = FakeLogs.Answered(FakeLogs.Prod, 3);
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Lines_AreShownEncoded_WithWhatWasFound()
    {
        var page = Open();

        Assert.Equal("3 lines", page.Find(".log-hc h2").TextContent);
        Assert.Equal("payment", page.Find("mark").TextContent);
        Assert.Contains("<img src=x>", page.Find(".lm").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("img"));
        Assert.Equal(["Error", "Warning"], page.FindAll("tbody .st").Select(s => s.TextContent.Trim()));
        Assert.Equal(60, page.FindAll(".log-hist .b").Count);
        Assert.Empty(page.FindAll(".note"));
        Assert.DoesNotContain("Kibana", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Address_SaysWhatIsSearched()
    {
        Open("?q=a%20AND%20b&namespace=zone-prod&workload=checkout&pod=p&container=api&severity=error&from=now-3h&to=now&cluster=c5");

        var search = _logs.Asked[^1];
        Assert.Equal(("a AND b", "zone-prod", "checkout", "p", "api", LogSeverity.Error), (search.Text, search.Namespace, search.Workload, search.Pod, search.Container, search.AtLeast!.Value));
        Assert.InRange((search.To - search.From).TotalMinutes, 179, 181);
    }

    [Fact]
    public void Change_IsInTheAddress_AndSearchedAtOnce()
    {
        var page = Open("?namespace=zone-prod");

        page.Find(".log-bar input").Change("timeout");
        page.Find(".log-bar form").Submit();
        Assert.Contains("q=timeout", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("timeout", _logs.Asked[^1].Text));
        page.FindAll(".log-chips > .seg button")[2].Click();
        Assert.Contains("severity=error", Navigation.Uri, StringComparison.Ordinal);
        page.Find("span.log-chip button").Click();
        Assert.DoesNotContain("namespace", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Null(_logs.Asked[^1].Namespace));
    }

    [Fact]
    public void Query_ThatCannotBeRead_IsToldAtItsField_AndCanBePlainWords()
    {
        _logs.QueryError = "Failed to parse query [(a]";
        var page = Open("?q=(a");

        Assert.Equal("true", page.Find(".log-bar input").GetAttribute("aria-invalid"));
        Assert.Contains("Failed to parse query [(a]", page.Find("#log-error").TextContent, StringComparison.Ordinal);
        page.Find("#log-error button").Click();
        Assert.Contains("q=%5C%28a", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Range_ChosenOnTheBars_IsZoomedInto()
    {
        var page = Open();

        page.FindAll(".log-hist .b")[10].PointerDown();
        page.FindAll(".log-hist .b")[20].PointerOver();
        page.FindAll(".log-hist .b")[20].PointerUp();
        Assert.Equal(11, page.FindAll(".log-hist .b.on").Count);
        page.Find(".log-sel button").Click();

        Assert.Contains("from=20", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.InRange((_logs.Asked[^1].To - _logs.Asked[^1].From).TotalMinutes, 10.9, 11.1));
    }

    [Fact]
    public void Line_Opened_ShowsFieldsAndWhatIsAround_AndFiltersByThem()
    {
        _logs.Kibana = "https://kibana.example/app/discover#/";
        var page = Open("?line=c5/logstash-2026.11.30/d2");

        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll(".log-cx > div").Count));
        Assert.Equal("slow", page.Find(".log-msg").TextContent);
        Assert.Equal(["@timestamp", "kubernetes.labels.app", "kubernetes.namespace_name", "kubernetes.pod_name", "log"], page.FindAll(".log-kv dt").Select(d => d.TextContent));
        Assert.Equal(["https://kibana.example/app/discover#/", "/p/p1/clusters/c5/logs/zone-prod/shop-api-b2?container=api"], page.FindAll("aside .row a.btn").Select(a => a.GetAttribute("href")));
        page.FindAll(".log-kv button").Single(b => b.GetAttribute("aria-label") == "Filter out kubernetes.labels.app shop \"api\"").Click();
        Assert.Contains("q=NOT%20kubernetes.labels.app%3A%22shop%20%5C%22api%5C%22%22", Navigation.Uri, StringComparison.Ordinal);
        Assert.DoesNotContain("line=", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Field_ThatIsAFilterOfItsOwn_BecomesOne()
    {
        var page = Open("?line=c5/logstash-2026.11.30/d2");

        page.WaitForElement(".log-kv button");
        page.FindAll(".log-kv button").Single(b => b.GetAttribute("aria-label") == "Filter for kubernetes.pod_name shop-api-b2").Click();

        Assert.EndsWith("?pod=shop-api-b2", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Cluster_ThatIsMissing_IsNamedBesideTheCompleteOnes()
    {
        _logs.Sources.Add(new(new("c6", "shop-test"), LogSourceState.Missing) { Failure = new BackendException("elasticsearch", "search", BackendFailure.Timeout) });
        _logs.Sources.Add(new(new("c7", "shop-lab"), LogSourceState.WithoutElasticsearch));
        _logs.Sources[0] = _logs.Sources[0] with { FailedShards = 2 };
        var page = Open();

        Assert.StartsWith("shop-test did not give its lines. They are missing below; the other cluster is complete.", page.Find(".note b").TextContent, StringComparison.Ordinal);
        Assert.Contains(page.FindAll(".note"), n => n.TextContent.Contains("shop-prod-1 could not look at 2 of its parts", StringComparison.Ordinal));
        Assert.Contains(page.FindAll(".note"), n => n.TextContent.Contains("shop-lab", StringComparison.Ordinal));
        Assert.Equal(3, page.FindAll("tbody a.nm").Count);
    }

    [Fact]
    public void NoCluster_WithElasticsearch_IsToldHowToGetIt()
    {
        _logs.Lines.Clear();
        _logs.Sources[0] = new(FakeLogs.Prod, LogSourceState.WithoutElasticsearch);

        Assert.Equal("/p/p1/clusters/c5?tab=addons", Open().Find(".em a.btn").GetAttribute("href"));
    }

    [Theory]
    [InlineData("", "No lines in this range")]
    [InlineData("?q=x", "No line matches")]
    public void Nothing_Found_IsToldApartFromNothingThere(string query, string headline)
    {
        _logs.Lines.Clear();

        Assert.Equal(headline, Open(query).Find(".em h2").TextContent);
    }

    [Fact]
    public void Failure_IsTold_AndPersonWithoutTheRightSeesNothing()
    {
        _logs.Failure = new BackendException("elasticsearch", "search", BackendFailure.Broken);
        Assert.Equal("The logs cannot be shown.", Open().Find(".note b").TextContent);
        _scopes.Capabilities = [];
        var page = Open();
        Assert.Empty(page.FindAll("tbody tr"));
        Assert.Equal("The logs cannot be shown.", page.Find(".note b").TextContent);
    }

    [Fact]
    public void Magnum_ThatNeverAnswered_IsToldAndNotTakenForAProjectWithoutClusters()
    {
        _clusters.Rows.Clear();
        _clusters.Freshness = new ClusterFreshness(null, new ClusterProblem("magnum", BackendFailure.Unreachable, null, "req-9"), []);

        var page = Open();

        Assert.Equal("The logs cannot be shown.", page.Find(".note b").TextContent);
        Assert.Empty(page.FindAll(".em"));
        Assert.Empty(_logs.Asked);
    }

    [Fact]
    public void Search_ThatTakesLong_ShowsThatItIsAsked()
    {
        _logs.Hold = new();
        Navigation.NavigateTo("/p/p1/logs");
        var page = Render<LogsPage>(p => p.Add(c => c.ProjectId, "p1").AddCascadingValue(_scopes.Scope));

        Assert.Contains("Asking the Elasticsearch of each cluster.", page.Find("[aria-busy=true]").TextContent, StringComparison.Ordinal);
        _logs.Hold.SetResult();
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("tbody a.nm").Count));
    }

    [Fact]
    public void Tail_ShowsNewLinesOnTop_AndStops()
    {
        var page = Open();

        page.Find(".log-bar > button[type=button]").Click();
        _logs.Tails.Writer.TryWrite(new([FakeLogs.Line(0, LogSeverity.Error, "new")], [.. _logs.Sources], false, null));
        page.WaitForAssertion(() => Assert.Equal("new", page.Find("tbody .lm").TextContent.Trim()));
        Assert.Empty(page.FindAll(".log-hc"));
        page.Find(".log-bar > button[type=button]").Click();
        page.WaitForAssertion(() => Assert.Equal("false", page.Find(".log-bar > button[type=button]").GetAttribute("aria-pressed")));
    }

    [Fact]
    public void Search_Saved_IsListedAndDeleted()
    {
        var page = Open("?q=timeout");
        page.Find("[popovertarget=log-saved]").Click();
        page.Find("#log-save-name").Change("Payments");
        page.Find(".log-saved input[type=checkbox]").Change(true);
        page.Find(".log-saved form").Submit();

        Assert.Equal("/p/p1/logs?q=timeout", page.Find(".log-saved li a").GetAttribute("href"));
        Assert.True(_logs.Saved.Single().IsShared);
        page.Find(".log-saved li button").Click();
        Assert.Empty(_logs.Saved);
    }

    [Fact]
    public async Task Model_HoldsABoundedNumberOfLines_HoweverFarSomebodyReads()
    {
        _logs.Lines.AddRange(Enumerable.Range(10, 6000).Select(n => FakeLogs.Line(n, LogSeverity.Info, "x")));
        var model = new LogsModel(_clusters, _logs, _scopes.Scope, TimeProvider.System) { Query = new() { Clusters = ["c5"] } };
        await model.SearchAsync(CancellationToken.None);
        while (model.HasMore)
        {
            await model.MoreAsync(CancellationToken.None);
        }

        Assert.Equal((LogsModel.MostLines, 6003 - LogsModel.MostLines), (model.Lines.Count, model.Dropped));
        Assert.Equal("d6009", model.Lines[^1].Id);
    }

    private IRenderedComponent<LogsPage> Open(string query = "")
    {
        Navigation.NavigateTo("/p/p1/logs" + query);
        var page = Render<LogsPage>(p => p.Add(c => c.ProjectId, "p1").AddCascadingValue(_scopes.Scope));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-busy=true]")), TimeSpan.FromSeconds(60));
        return page;
    }
}
