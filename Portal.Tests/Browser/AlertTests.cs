using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Monitoring.Alerts;
using Portal.Monitoring.Silences;
using Portal.Tests.Monitoring.Alerts;
using Portal.Tests.Sandbox;

namespace Portal.Tests.Browser;

/// <summary>What happens in a cluster is seen as an alert, although the cluster tells nobody.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class AlertTests(PortalWorld world)
{
    [Fact]
    public async Task Pod_ThatCrashes_IsAnAlertOnThePageByItself_AndOverWhenItIsGone()
    {
        var cluster = await world.ReadyClusterAsync();
        var inside = ((Portal.Sandbox.Kubernetes.KubernetesService)world.Sandbox.Get<Portal.Sandbox.World.IKubernetesFleet>()).Find(cluster.ClusterId)!;
        using var hands = new KubernetesCaller(inside.Address, inside.Authority, "somebody", ["system:masters"]);
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/alerts"));
        await visit.SeesHeadingAsync(AlertsText.Title);
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "default/crash" }).Filter(new() { HasText = "KubePodCrashLooping" });

        (await hands.ApplyAsync("/api/v1/namespaces/default/pods/crash", AlertPollingTests.CrashingPod())).EnsureSuccessStatusCode();
        try
        {
            await Assertions.Expect(row).ToContainTextAsync(AlertsText.Warning);
            await Assertions.Expect(row).ToContainTextAsync("shop-ready");
            await visit.CheckAsync("alerts");
            await row.GetByRole(AriaRole.Link).ClickAsync();
            var detail = visit.Page.GetByRole(AriaRole.Complementary, new() { Name = "KubePodCrashLooping" });
            await Assertions.Expect(detail).ToContainTextAsync("Container main of default/crash keeps crashing.");
            await Assertions.Expect(detail).ToContainTextAsync(AlertsText.ChangedBefore);
            await visit.CheckAsync("alert opened");
            await detail.GetByRole(AriaRole.Link, new() { Name = "shop-ready", Exact = true }).ClickAsync();
            await Assertions.Expect(visit.Link(AlertsText.ToAlerts)).ToBeVisibleAsync();
            await visit.CheckAsync("cluster with an alert");
            await visit.Link(AlertsText.ToAlerts).ClickAsync();
            await Assertions.Expect(row).ToContainTextAsync(AlertsText.Warning);
        }
        finally
        {
            (await hands.Http.DeleteAsync("/api/v1/namespaces/default/pods/crash?gracePeriodSeconds=0")).EnsureSuccessStatusCode();
        }

        await Assertions.Expect(row).ToContainTextAsync(AlertsText.Resolved);
        await visit.CheckAsync("alert over");
    }

    [Fact]
    public async Task Alert_LeadsToItsChartAndLogs_AndIsSilencedFromItsPage()
    {
        var cluster = await world.ReadyClusterAsync();
        var inside = ((Portal.Sandbox.Kubernetes.KubernetesService)world.Sandbox.Get<Portal.Sandbox.World.IKubernetesFleet>()).Find(cluster.ClusterId)!;
        using var hands = new KubernetesCaller(inside.Address, inside.Authority, "somebody", ["system:masters"]);
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/alerts"));
        var pod = AlertPollingTests.CrashingPod();
        pod["metadata"]!["name"] = "quieted";
        (await hands.ApplyAsync("/api/v1/namespaces/default/pods/quieted", pod)).EnsureSuccessStatusCode();
        try
        {
            var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "default/quieted" }).Filter(new() { HasText = "KubePodCrashLooping" }).First;
            await Assertions.Expect(row).ToContainTextAsync(AlertsText.Warning);
            await row.GetByRole(AriaRole.Link).ClickAsync();
            var detail = visit.Page.GetByRole(AriaRole.Complementary, new() { Name = "KubePodCrashLooping" });
            await Assertions.Expect(detail.GetByRole(AriaRole.Link, new() { Name = AlertsText.ToLogs })).ToHaveAttributeAsync("href", new Regex("namespace=default&pod=quieted&from="));
            var chart = await visit.NewTabAsync((await detail.GetByRole(AriaRole.Link, new() { Name = AlertsText.ToChart }).GetAttributeAsync("href"))!);
            await Assertions.Expect(chart.Locator("#promql")).ToHaveValueAsync(new Regex("CrashLoopBackOff"));
            await chart.CloseAsync();

            await detail.GetByRole(AriaRole.Link, new() { Name = SilencesText.SilenceThis }).ClickAsync();
            await visit.SeesHeadingAsync(SilencesText.NewTitle);
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "default/quieted" })).ToBeVisibleAsync();
            await visit.CheckAsync("a silence");
            await visit.Page.Locator("#silence-comment").FillAsync("being mended");
            await visit.Button(SilencesText.Make).ClickAsync();
            var silence = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "being mended" });
            await Assertions.Expect(silence).ToContainTextAsync("luca");
            await visit.CheckAsync("silences");
            await visit.GoAsync(world.Path("team-shop", "/alerts"));
            await Assertions.Expect(row).ToContainTextAsync(AlertsText.Silenced);

            await visit.GoAsync(world.Path("team-shop", "/alerts/silences"));
            await silence.GetByRole(AriaRole.Button).ClickAsync();
            await Assertions.Expect(silence).ToBeHiddenAsync();
            await visit.GoAsync(world.Path("team-shop", "/alerts/rules"));
            var rules = visit.Page.GetByRole(AriaRole.Region, new() { Name = "shop-ready", Exact = true });
            await Assertions.Expect(rules.GetByRole(AriaRole.Row).Filter(new() { HasText = "KubePodCrashLooping" })).ToBeVisibleAsync();
            await visit.CheckAsync("rules");
        }
        finally
        {
            (await hands.Http.DeleteAsync("/api/v1/namespaces/default/pods/quieted?gracePeriodSeconds=0")).EnsureSuccessStatusCode();
        }
    }
}
