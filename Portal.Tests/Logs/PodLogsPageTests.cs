using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Logs;
using Portal.Shared.Ranges;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Logs;

/// <summary>The live log of a pod in each of its states.</summary>
public sealed class PodLogsPageTests : BunitContext
{
    private readonly FakeLogs _logs = new();
    private readonly FakeScopes _scopes = new();
    private long _number;

    public PodLogsPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IClusterService>(new FakeClusters());
        Services.AddSingleton<IContainerLogs>(_logs);
        Services.AddScoped<BrowserZone>();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Lines_ComeByThemselves_EncodedAndJudged()
    {
        var page = Open();
        Write("level=info a", "level=error <b>b</b>");

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".pod-log > div > div").Count));
        Assert.Equal(new LogTarget("shop-api-b2", "api"), Assert.Single(_logs.Followed[^1].Targets));
        Assert.Contains("<b>b</b>", page.Find(".pod-log .e").TextContent, StringComparison.Ordinal);
        page.FindAll(".tools .seg button")[2].Click();
        Assert.Single(page.FindAll(".pod-log > div > div"));
        page.FindAll(".tools .seg button")[0].Click();
        page.Find("input[data-filter]").Input("INFO");
        Assert.Equal("info", page.Find(".pod-log mark").TextContent);
    }

    [Fact]
    public void Container_OfAnotherPod_IsAddedInTheAddress()
    {
        var page = Open();
        page.FindAll("#pod-targets button").Single(b => b.TextContent.StartsWith("shop-api-c3", StringComparison.Ordinal)).Click();

        Assert.EndsWith("?container=api&with=shop-api-c3%2Fapi", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Container_OfTenThousandPods_IsFoundByAPartOfItsName_AndThePageHoldsAFewOfThem()
    {
        _logs.Pods.AddRange(Enumerable.Range(0, 10_000).Select(n => new LogPod($"load-{n:00000}", [new("api", 0)], "Running", 0)));
        var page = Open();

        var buttons = page.FindAll("#pod-targets button");
        Assert.InRange(buttons.Count, 1, 60);
        Assert.Equal(("true", "shop-api-b2api"), (buttons[0].GetAttribute("aria-pressed"), buttons[0].TextContent));
        page.Find("#pod-targets input").Input("load-0712");
        Assert.Equal(10, page.FindAll("#pod-targets button").Count);
        page.Find("#pod-targets input").Input("nobody");
        Assert.Equal("Nothing has this in its name.", page.Find("#pod-targets [role=status]").TextContent);
    }

    [Fact]
    public void Containers_OfSeveralPods_AreColoured()
    {
        var page = Open("?container=api&with=shop-api-c3/api");
        Write("a");
        _logs.Batches.Writer.TryWrite(new([new(++_number, new("shop-api-c3", "api"), DateTimeOffset.UtcNow, "b", LogSeverity.Unknown)], [], 0));
        page.WaitForAssertion(() => Assert.Equal(["s1", "s2"], page.FindAll(".pod-log b").Select(b => b.ClassName)));
    }

    [Fact]
    public async Task Previous_IsOfferedWhereThereWasARestart()
    {
        var page = Open();

        await page.InvokeAsync(() => page.FindAll(".tools > button").Single(b => b.TextContent == "Before the last restart").Click());
        Assert.EndsWith("?container=api&previous=true", Navigation.Uri, StringComparison.Ordinal);
        Assert.DoesNotContain("Before the last restart", Open("?container=migrate").Find(".tools").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paused_StandsStill_WhileLinesAreHeld()
    {
        var page = Open();
        Write("a");
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".pod-log > div > div")));
        await page.InvokeAsync(() => page.FindAll(".tools > button").Single(b => b.TextContent == "Pause").Click());
        Write("b");

        page.WaitForAssertion(() => Assert.Contains("1 lines shown of 2 held", page.Find(".pod-log-sum").TextContent, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.FindAll(".tools > button").Single(b => b.TextContent == "Go on").Click());
        Assert.Equal(2, page.FindAll(".pod-log > div > div").Count);
    }

    [Fact]
    public void Pod_ThatIsGone_LeadsToItsStoredLines()
    {
        _logs.Pods.Clear();

        Assert.Equal("/p/p1/logs?cluster=c5&namespace=zone-prod&pod=shop-api-b2", Open().Find(".em a.btn").GetAttribute("href"));
    }

    [Fact]
    public void Log_ThatEndsOrCannotBeRead_SaysSo()
    {
        var page = Open();
        _logs.Batches.Writer.TryWrite(new([], [new(new("shop-api-b2", "api"), new BackendException("kubernetes", "read the log", BackendFailure.Invalid, "container \"api\" is waiting to start: ImagePullBackOff"), false)], 0));

        page.WaitForAssertion(() => Assert.Contains("is tried again: container \"api\" is waiting to start: ImagePullBackOff", page.Find(".note").TextContent, StringComparison.Ordinal));
        Write("there it is");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".note")));
    }

    [Theory]
    [InlineData(BackendFailure.Unreachable)]
    [InlineData(BackendFailure.Forbidden)]
    public void Cluster_ThatRefusesOrIsGone_IsTold(BackendFailure failure)
    {
        _logs.Failure = new BackendException("kubernetes", "list pods", failure);

        Assert.Equal("The pods cannot be listed.", Open().Find(".note b").TextContent);
    }

    [Fact]
    public async Task Model_HoldsABoundedNumberOfLines()
    {
        var model = new PodLogsModel(_logs, _scopes.Scope, new(_scopes.Scope.Region, "p1", "c5"), "zone-prod", TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var run = model.RunAsync(new([new("shop-api-b2", "api")], false, ""), () => Task.CompletedTask, stop.Token);
        for (var i = 0; i < 20; i++)
        {
            Write([.. Enumerable.Range(0, 1000).Select(n => $"line {n}")]);
        }

        _logs.Batches.Writer.Complete();
        await run;

        Assert.Equal((PodLogsModel.Most, 20_000 - PodLogsModel.Most, PodLogsModel.Shown), (model.Count, (int)model.Dropped, model.Visible.Count));
    }

    private void Write(params string[] lines) => _logs.Batches.Writer.TryWrite(new([.. lines.Select(l => new ContainerLine(++_number, new("shop-api-b2", "api"), DateTimeOffset.UtcNow, l, LogSeverities.Of(null, l)))], [], 0));

    private IRenderedComponent<PodLogsPage> Open(string query = "")
    {
        Navigation.NavigateTo("/p/p1/clusters/c5/logs/zone-prod/shop-api-b2" + query);
        var page = Render<PodLogsPage>(p => p.Add(c => c.ProjectId, "p1").Add(c => c.ClusterId, "c5").Add(c => c.Space, "zone-prod").Add(c => c.Pod, "shop-api-b2").AddCascadingValue(_scopes.Scope));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-busy=true]")), TimeSpan.FromSeconds(60));
        return page;
    }
}
