using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Clusters;

public sealed class ClusterListPageTests : BunitContext
{
    private readonly FakeClusters _clusters = new();
    private readonly FakeOffer _offer = new();
    private readonly FakeScopes _scopes = new();

    public ClusterListPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IClusterOffer>(_offer);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void List_Rows_WhoNeedsSomeoneComesFirst()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());

        var page = Open();

        Assert.Equal(["shop-stage-3", "shop-test", "shop-load", "shop-prod-2", "shop-build", "shop-prod-1"], page.FindAll("a.nm").Select(a => a.TextContent));
        Assert.Equal("Creation failed", page.Find("tr.is-fail .st").TextContent);
        Assert.Equal(["All 6", "Needs someone 3", "In progress 1", "Ready 2"], page.FindAll(".seg button").Select(b => b.TextContent));
    }

    [Fact]
    public void List_Filter_LeavesMatchingRowsAndIsInTheAddress()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());
        var page = Open();

        page.Find("input[data-filter]").Input("prod");

        Assert.Equal(["shop-prod-2", "shop-prod-1"], page.FindAll("a.nm").Select(a => a.TextContent));
        Assert.EndsWith("?q=prod", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void List_NoMatch_IsNotEmpty()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());
        var page = Open();

        page.Find("input[data-filter]").Input("prod-9");

        Assert.Equal("No cluster matches “prod-9”", page.Find(".em h2").TextContent);
        page.Find(".em button").Click();
        Assert.Equal(6, page.FindAll("a.nm").Count);
    }

    [Fact]
    public void List_Empty_InvitesToCreate()
    {
        var page = Open();

        Assert.Equal("No clusters in team-shop yet", page.Find(".em h2").TextContent);
        Assert.NotEmpty(page.FindAll(".em a.btn.p"));
    }

    [Fact]
    public void List_EmptyForReader_SaysWhoCan()
    {
        _scopes.Capabilities = [Capability.Read];

        var page = Open();

        Assert.Empty(page.FindAll("a.btn.p"));
        Assert.Contains("needs the role member", page.Find(".em p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void List_FirstTime_ShowsSkeletons()
    {
        _clusters.Freshness = new ClusterFreshness(null, null, []);

        Assert.NotEmpty(Open().FindAll("[aria-busy=true]"));
    }

    [Fact]
    public void List_FirstTimeAndMagnumDown_SaysSo()
    {
        _clusters.Freshness = new ClusterFreshness(null, new ClusterProblem("magnum", BackendFailure.Unreachable, null, "req-9"), []);

        var page = Open();

        Assert.Equal("The clusters cannot be shown.", page.Find(".note b").TextContent);
        page.Find(".note button.btn").Click();
        Assert.Equal(1, _clusters.Refreshed);
    }

    [Fact]
    public void List_MagnumSlow_KeepsRowsWithTheirAge()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());
        _clusters.Freshness = new ClusterFreshness(DateTimeOffset.UtcNow.AddMinutes(-9), new ClusterProblem("magnum", BackendFailure.Timeout, null, null), []);

        var page = Open();

        Assert.Equal(6, page.FindAll("a.nm").Count);
        Assert.Contains("9 min ago", page.Find(".ob").TextContent, StringComparison.Ordinal);
        Assert.Contains("Magnum is slow; asking again.", page.Find(".ob").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void List_Forbidden_SaysWhatItNeeds()
    {
        _scopes.Capabilities = [];

        Assert.Contains("needs the role reader", Open().Find(".note").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void List_ActionOff_ShowsTheReasonBesideIt()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());

        var menu = Open().Find("#menu-c1");

        Assert.Equal(2, menu.QuerySelectorAll("button[disabled] small").Length);
    }

    [Fact]
    public void List_RowChanges_ChangesInPlace()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());
        var page = Open();

        _clusters.Push(new Change<ClusterView>(ChangeType.Delete, _clusters.Rows.First(r => r.Cluster.Id == "c2")));

        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tr.is-fail")));
    }

    [Fact]
    public void List_QuotaFull_IsSaid()
    {
        _clusters.Rows.AddRange(ShopWorld.Rows());

        Assert.Equal("Floating IPs: 10 of 10 in use", Open().FindAll(".qt [role=img]")[^1].GetAttribute("aria-label"));
    }

    private IRenderedComponent<ClusterListPage> Open() =>
        Render<ClusterListPage>(p => p.Add(l => l.ProjectId, "p1").AddCascadingValue(_scopes.Scope));
}
