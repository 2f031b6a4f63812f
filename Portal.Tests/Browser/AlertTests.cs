using Microsoft.Playwright;
using Portal.Monitoring;
using Portal.Tests.Monitoring;
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
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "default/crash" });

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
}
