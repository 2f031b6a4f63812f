using System.Text.Json.Nodes;
using Portal.Core.Monitoring.Alerts;
using Portal.Tests.Addons;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>A cluster that cannot reach the portal is asked, by port-forward through its API.</summary>
public sealed class AlertPollingTests : PlatformCluster
{
    protected override string Profile => "polled";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:polled=cluster-dns, kube-state-metrics, alertmanager, prometheus", "--Portal:Alerts:AskEvery=00:00:00.300", "--Portal:Alerts:CheckEvery=00:00:01"];

    [Fact]
    public async Task Pod_ThatCrashes_FiresUntilItIsGone_AndADeadAlertmanagerIsTold()
    {
        await UntilAsync(b => b.Source is { HasAlertmanager: true, AskedAt: not null, ToldAt: null, WatchdogMissingSince: null, SilentSince: null }, "Alertmanager is asked, and Watchdog is there");
        using var hands = new KubernetesCaller(Inside.Address, Inside.Authority, "somebody", ["system:masters"]);

        (await hands.ApplyAsync("/api/v1/namespaces/default/pods/crash", CrashingPod())).EnsureSuccessStatusCode();
        await UntilAsync(b => b.Alerts.Any(a => a.EndedAt is null && a.Labels["alertname"] == "KubePodCrashLooping" && a.Labels["pod"] == "crash" && a.Labels["severity"] == "warning"), "the alert fires");
        Assert.Contains(await BooksAsync("team-shop"), b => b.Alerts.Any(a => a.Annotations["summary"] == "Container main of default/crash keeps crashing."));
        Assert.Empty(await BooksAsync("team-data"));

        (await hands.Http.DeleteAsync("/api/v1/namespaces/default/pods/crash?gracePeriodSeconds=0")).EnsureSuccessStatusCode();
        await UntilAsync(b => b.Alerts.Length > 0 && b.Alerts.All(a => a.EndedAt is not null), "the alert is over");

        (await hands.ApplyAsync("/apis/apps/v1/namespaces/monitoring/statefulsets/alertmanager", new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "StatefulSet", ["metadata"] = new JsonObject { ["name"] = "alertmanager" }, ["spec"] = new JsonObject { ["replicas"] = 0 } })).EnsureSuccessStatusCode();
        await UntilAsync(b => b.Source is { Silence: AlertSilence.Dead, SilentSince: not null, AskedAt: not null } && b.Alerts.Length > 0, "the dead Alertmanager is told, and what was known stays");
    }

    /// <summary>A pod that crashes again and again.</summary>
    internal static JsonObject CrashingPod() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = "crash", ["annotations"] = new JsonObject { ["fake-kubelet/result"] = "crashloop" } },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "pause:3.9" }) },
    };

    private async Task<IReadOnlyList<ClusterAlertBook>> BooksAsync(string project) => await Get<IProjectAlerts>().ListAsync(await ScopeAsync(project), CancellationToken.None);

    private async Task UntilAsync(Func<ClusterAlertBook, bool> condition, string what)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var books = await BooksAsync("team-shop");
                seen = string.Join(" | ", books.Select(b => $"{b.Source} {string.Join(", ", b.Alerts.Select(a => $"{a.Labels.GetValueOrDefault("alertname")} {a.Labels.GetValueOrDefault("pod")} {a.EndedAt}"))}"));
                return books.Any(b => b.ClusterId == ClusterId && condition(b));
            },
            () => $"{what}: {seen}");
    }
}
