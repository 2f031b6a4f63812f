using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Provisioning;
using Portal.Monitoring.Alerts;
using Portal.Tests.Support.Fakes;
using static Portal.Tests.Support.Fakes.FakeAlerts;

namespace Portal.Tests.Monitoring.Alerts;

public sealed class AlertsPageTests : BunitContext
{
    private readonly FakeAlerts _alerts = new();
    private readonly FakeClusters _clusters = new();
    private readonly FakeSilences _silences = new();
    private readonly FakePlans _plans = new();
    private readonly FakeScopes _scopes = new();
    private readonly FakeLooks _looks = new();

    public AlertsPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<Portal.Core.Kubernetes.IClusterApps>(new Portal.Tests.Support.Fakes.FakeApps());
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IProjectAlerts>(_alerts);
        Services.AddSingleton<Portal.Core.Monitoring.Silences.ISilences>(_silences);
        Services.AddSingleton<IPlanService>(_plans);
        Services.AddSingleton(new Portal.Core.Monitoring.Looks.LookSources(_looks, _looks, _looks, _looks));
        Services.AddSingleton<IClusterEvidence>(new FakeOffer());
        Services.AddScoped<Portal.Shared.Ranges.BrowserZone>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _clusters.Rows.Add(ShopWorld.Row("c6", "shop-build", StateKind.Ok, "ready"));
        _alerts.Books =
        [
            new("c5", Heard(), [
                Alert("w", "KubePodCrashLooping", "warning", TimeSpan.FromHours(2), null, ("namespace", "zone-prod"), ("pod", "shop-api-b2"), ("container", "api")),
                Alert("s", "KubeQuotaAlmostFull", "info", TimeSpan.FromHours(3)) with { Standing = AlertStanding.Silenced },
                Alert("old", "TargetDown", "warning", TimeSpan.FromHours(5), TimeSpan.FromHours(1)),
                Alert("older", "TargetDown", "critical", TimeSpan.FromDays(4), TimeSpan.FromDays(2)),
            ]),
            new("c6", Heard(), [Alert("c", "KubePersistentVolumeFillingUp", "critical", TimeSpan.FromMinutes(3), null, ("namespace", "ci"), ("persistentvolumeclaim", "home"))]),
            new("gone", Heard(), [Alert("g", "OfAClusterThatIsGone", "critical", TimeSpan.FromMinutes(3))]),
        ];
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void List_WhatNeedsSomeoneComesFirst_AndWhatIsOverOrQuietLast()
    {
        var page = Open();

        Assert.Equal(["KubePersistentVolumeFillingUp", "KubePodCrashLooping", "KubeQuotaAlmostFull", "TargetDown"], Names(page));
        Assert.Equal(["Critical", "Warning", "Silenced", "Resolved"], page.FindAll("tbody .st").Select(s => s.TextContent.Trim()));
        Assert.Contains("zone-prod/shop-api-b2", Row(page, "KubePodCrashLooping").TextContent, StringComparison.Ordinal);
        Assert.Contains("shop-prod-1", Row(page, "KubePodCrashLooping").TextContent, StringComparison.Ordinal);
        Assert.StartsWith("2 alerts need someone.", page.Find(".lead").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".note"));
    }

    [Fact]
    public void Filter_ByWordsSeverityAndCluster_IsInTheAddress()
    {
        var page = Open();

        page.Find("input[data-filter]").Input("kube zone-prod");
        Assert.Equal(["KubePodCrashLooping"], Names(page));
        Assert.EndsWith("?q=kube%20zone-prod", Navigation.Uri, StringComparison.Ordinal);
        page.Find("input[data-filter]").Input("");
        page.FindAll(".seg button")[1].Click();
        Assert.Equal(["KubePersistentVolumeFillingUp"], Names(page));
        Assert.EndsWith("?severity=critical", Navigation.Uri, StringComparison.Ordinal);
        page.Find("select").Change("c5");
        Assert.Contains("cluster=c5", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("No alert matches the filter", page.Find(".em h2").TextContent);
        page.Find(".em button").Click();
        Assert.Equal(4, Names(page).Count());
    }

    [Fact]
    public void Silenced_SaysUntilWhenAndByWhom_AndAnOpenOneLeadsToItsChartLogsAndSilence()
    {
        var quiet = _alerts.Books[0].Alerts.Single(a => a.Fingerprint == "s");
        var open = _alerts.Books[0].Alerts.Single(a => a.Fingerprint == "w") with { Expression = "up == 0" };
        _alerts.Books = [_alerts.Books[0] with { Alerts = [open, quiet with { SilencedBy = ["s1"] }] }];
        _silences.Lists.Add(new("c5", true, [FakeSilences.Silence("s1", Portal.Core.Monitoring.Silences.SilenceState.Active, "known", new Portal.Core.Monitoring.Silences.SilenceMatcher("a", "b"))]));

        var page = Open("?alert=c5/w");

        page.WaitForAssertion(() => Assert.Contains("dana", Row(page, "KubeQuotaAlmostFull").TextContent, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("aside .acts a").Count));
        var links = page.FindAll("aside .acts a").Select(a => a.GetAttribute("href")!).ToList();
        Assert.Equal("/p/p1/alerts/silences/edit?cluster=c5&alert=w", links[0]);
        Assert.StartsWith("/p/p1/charts/explore?cluster=c5&expr=up%20%3D%3D%200&from=20", links[1], StringComparison.Ordinal);
        Assert.Matches("^/p/p1/logs\\?cluster=c5&namespace=zone-prod&pod=shop-api-b2&from=20[^&]*&to=now$", links[3]);
        Assert.Matches("^https://prometheus\\.[^/]+\\.example/graph\\?g0\\.expr=up%20%3D%3D%200&g0\\.tab=0&g0\\.range_input=[0-9]+s$", links[2]);
    }

    [Fact]
    public void Range_OfTheAddress_ShowsWhatFiredInIt_AndWhatFiresWhateverItIs()
    {
        var then = DateTimeOffset.UtcNow.AddDays(-3);
        var range = Portal.Shared.Ranges.TimeRange.Between(then.AddHours(-1), then.AddHours(1));

        var page = Open("?" + range.ToQuery());

        // The critical one that was over began four days ago and ended two days ago: it fired in the range.
        Assert.Equal(["KubePersistentVolumeFillingUp", "KubePodCrashLooping", "KubeQuotaAlmostFull", "TargetDown"], Names(page));
        Assert.Equal("4", page.FindAll(".seg button .c")[0].TextContent);
        Assert.Equal(["2", "1", "1"], page.FindAll(".seg button .c").Skip(1).Select(c => c.TextContent));
        page.FindAll(".range-presets button").Single(b => b.TextContent == "Last 7 days").Click();
        Assert.Equal(5, Names(page).Count());
        Assert.EndsWith("?from=now-7d&to=now", Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("?from=now-7d&to=now&alert=", page.FindAll("tbody a.nm")[0].GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal(["/p/p1/charts?from=now-7d&to=now", "/p/p1/logs?from=now-7d&to=now"], page.FindAll(".charts-range > a").Select(a => a.GetAttribute("href")));
        page.FindAll(".range-presets button").Single(b => b.TextContent == "Last 24 hours").Click();
        Assert.EndsWith("/alerts", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal(4, Names(page).Count());
    }

    [Fact]
    public void Range_WithNothingInIt_SaysSo_AndIsLeftByTheFilterThatIsCleared()
    {
        _alerts.Books = [new("c5", Heard(), [Alert("old", "TargetDown", "warning", TimeSpan.FromHours(5), TimeSpan.FromHours(1))])];
        var page = Open("?from=now-15m&to=now");
        Assert.Contains("fired in this range", page.Find(".em").TextContent, StringComparison.Ordinal);

        page.FindAll(".range-presets button").Single(b => b.TextContent == "Last 3 days").Click();
        page.Find("input[data-filter]").Input("nowhere");
        page.Find(".em button").Click();

        Assert.Equal(["TargetDown"], Names(page));
        Assert.EndsWith("?from=now-3d&to=now", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Change_IsShownWithoutAsking()
    {
        var page = Open();

        _alerts.Change(new ClusterAlertBook("c6", Heard(), [Alert("n", "KubeNodeNotReady", "warning", TimeSpan.FromMinutes(1), null, ("node", "worker-1"))]));

        page.WaitForAssertion(() => Assert.Equal(["KubeNodeNotReady"], Names(page)));
    }

    [Fact]
    public void Row_Opened_ShowsWhatIsKnown_EncodedAndWithHarmlessLinksOnly()
    {
        var item = Alert("x", "Sly", "critical", TimeSpan.FromMinutes(10), null, ("evil", "<img src=x onerror=alert(1)>"));
        _alerts.Books = [new("c5", Heard(), [item with { Annotations = item.Annotations.SetItem("runbook_url", "javascript:alert(1)") }, Alert("y", "Kind", "warning", TimeSpan.FromMinutes(5)) with { Annotations = item.Annotations.SetItem("runbook_url", "https://runbooks.example/Kind") }])];
        _plans.Plans.Add(FakePlans.Running("before", ClusterPlans.Resize) with { Subject = ClusterPlans.Subject("c5"), State = PlanState.Done, CreatedAt = DateTimeOffset.UtcNow.AddMinutes(-40), EndedAt = DateTimeOffset.UtcNow.AddMinutes(-30) });
        _plans.Plans.Add(FakePlans.Running("long-ago", ClusterPlans.Resize) with { Subject = ClusterPlans.Subject("c5"), State = PlanState.Done, CreatedAt = DateTimeOffset.UtcNow.AddHours(-9), EndedAt = DateTimeOffset.UtcNow.AddHours(-8) });
        _plans.Plans.Add(FakePlans.Running("after", ClusterPlans.Resize) with { Subject = ClusterPlans.Subject("c5"), State = PlanState.Done, CreatedAt = DateTimeOffset.UtcNow.AddMinutes(-2), EndedAt = DateTimeOffset.UtcNow });

        var page = Open("?alert=c5/x");

        page.WaitForAssertion(() => Assert.Equal(["/p/p1/clusters/c5", "/p/p1/plans/before"], page.FindAll("aside .bd a:not(.btn)").Select(a => a.GetAttribute("href"))));
        Assert.Contains("evil: <img src=x", page.Find("aside pre").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("img"));
        Navigation.NavigateTo("/p/p1/alerts?alert=c5/y");
        page = Open("?alert=c5/y");
        var runbook = page.Find("aside a[target=_blank]");
        Assert.Equal(("https://runbooks.example/Kind", "noopener noreferrer"), (runbook.GetAttribute("href"), runbook.GetAttribute("rel")));
    }

    [Fact]
    public void Row_Opened_TellsWhatTheClusterSaysOfTheHourBefore()
    {
        var began = _alerts.Books[0].Alerts.Single(a => a.Fingerprint == "w").StartsAt;
        _looks.Deliveries = new([new("c5", began.AddMinutes(-20), "zone-prod", new("Deployment", "shop-api"), [new("api", "shop/api:1.4", "shop/api:1.5")])], 1, []);
        _looks.Nodes = new([new("c5", began.AddMinutes(-3), "node-7", Joined: false)], 1, []);

        var page = Open("?alert=c5/w");

        page.WaitForAssertion(() => Assert.Equal(["Node node-7 left", "shop-api delivered: api:1.4 → 1.5"], page.FindAll("aside ul a").Select(a => a.TextContent)));
        Assert.Equal(("zone-prod", began.AddHours(-1), began), (_looks.AskedDeliveries!.Selection.Namespace, _looks.AskedDeliveries.From, _looks.AskedDeliveries.To));
        Assert.DoesNotContain("nothing was delivered", page.Find("aside").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_OpenedWhileTheClusterIsSilent_SaysThatItsPartIsMissing()
    {
        _looks.Deliveries = new([], 0, [new("shop-prod-1", new BackendException("kubernetes", "list", BackendFailure.Unreachable, "no"))]);

        var page = Open("?alert=c5/w");

        page.WaitForAssertion(() => Assert.Contains("does not tell its deliveries and nodes now", page.Find("aside").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("nothing was delivered", page.Find("aside").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AlertSilence.Dead, "The Alertmanager of shop-prod-1 does not answer", "fail")]
    [InlineData(AlertSilence.ApiSilent, "shop-prod-1 cannot be asked for its alerts", "idle")]
    public void Cluster_ThatCannotBeAsked_IsToldAndItsAlertsStay(AlertSilence why, string headline, string kind)
    {
        _alerts.Books = [_alerts.Books[0] with { Source = Heard(TimeSpan.FromMinutes(20)) with { Silence = why, SilentSince = DateTimeOffset.UtcNow.AddMinutes(-19) } }];
        var page = Open();

        Assert.Equal(headline, page.Find($".note.{kind} b").TextContent);
        Assert.Equal(2, page.FindAll($".note.{kind} time").Count);
        Assert.Contains("KubePodCrashLooping", Names(page));
    }

    [Fact]
    public void Watchdog_Missing_IsToldAfterAWhileOnly()
    {
        _alerts.Books = [new("c5", Heard() with { WatchdogMissingSince = DateTimeOffset.UtcNow.AddMinutes(-1) }, []), new("c6", Heard() with { WatchdogMissingSince = DateTimeOffset.UtcNow.AddMinutes(-9) }, [])];
        var page = Open();

        Assert.Equal(["Nothing proves that alerts of shop-build arrive"], page.FindAll(".note b").Select(b => b.TextContent));
        Assert.Equal("Nothing fires", page.Find(".em h2").TextContent);
    }

    [Fact]
    public void Clusters_WithoutAlertmanagerOrNotAskedYet_SaySo()
    {
        _alerts.Books = [new("c5", new AlertSource { HasAlertmanager = false, AskedAt = DateTimeOffset.UtcNow }, [])];
        var page = Open();

        Assert.Equal(["Not asked, for they have no Alertmanager: shop-prod-1.", "Not asked yet: shop-build."], page.FindAll(".note").Select(n => n.TextContent.Trim()).Select(t => t[..(t.IndexOf('.', StringComparison.Ordinal) + 1)]));
        Assert.Equal("No alerts can be shown yet", page.Find(".em h2").TextContent);
    }

    [Fact]
    public void Project_WithoutClusters_IsToldWhatToDo()
    {
        _clusters.Rows.Clear();

        Assert.Equal("/p/p1/clusters/create", Open().Find(".em a.btn").GetAttribute("href"));
    }

    [Fact]
    public void Person_WithoutTheRight_SeesNoAlert()
    {
        _scopes.Capabilities = [];
        var page = Open();

        Assert.Empty(page.FindAll("tbody tr"));
        Assert.Equal("The alerts cannot be shown.", page.Find(".note b").TextContent);
    }

    [Fact]
    public void Magnum_Silent_LeavesTheAlertsWithoutNames()
    {
        _clusters.Failure = new BackendException("magnum", "list clusters", BackendFailure.Timeout);
        _clusters.Freshness = new(null, null, []);

        Assert.Contains("KubePodCrashLooping", Names(Open()));
    }

    [Fact]
    public void Many_AreShownBitByBit()
    {
        _alerts.Books = [new("c5", Heard(), [.. Enumerable.Range(0, 500).Select(n => Alert($"f{n}", $"Alert{n:d3}", "warning", TimeSpan.FromMinutes(n + 1)))])];
        var page = Open();

        Assert.Equal(AlertsModel.First, page.FindAll("tbody tr").Count);
        page.Find(".more button").Click();
        Assert.Equal(AlertsModel.First + AlertsModel.Window, page.FindAll("tbody tr").Count);
    }

    [Fact]
    public void Cluster_OnItsOverview_HasALineThatLeadsHere()
    {
        var line = Render<ClusterAlertLine>(p => p.Add(c => c.Scope, _scopes.Scope).Add(c => c.ClusterId, "c5"));

        Assert.Equal("One alert: Warning", line.Find(".st").TextContent.Trim());
        Assert.Equal("/p/p1/alerts?cluster=c5", line.Find("a").GetAttribute("href"));
        Assert.Empty(Render<ClusterAlertLine>(p => p.Add(c => c.Scope, _scopes.Scope).Add(c => c.ClusterId, "other")).FindAll("p"));
    }

    private static IEnumerable<string> Names(IRenderedComponent<AlertsPage> page) => page.FindAll("tbody a.nm").Select(a => a.TextContent);

    private static IElement Row(IRenderedComponent<AlertsPage> page, string name) => page.FindAll("tbody tr").Single(r => r.TextContent.Contains(name, StringComparison.Ordinal));

    private IRenderedComponent<AlertsPage> Open(string query = "")
    {
        Navigation.NavigateTo("/p/p1/alerts" + query);
        var page = Render<AlertsPage>(p => p.Add(c => c.ProjectId, "p1").AddCascadingValue(_scopes.Scope));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".sk, .skel, .mud-skeleton")), TimeSpan.FromSeconds(60));
        return page;
    }
}
