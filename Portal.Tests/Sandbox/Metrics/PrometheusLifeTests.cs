using System.Text;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The sandbox's Prometheus as a server: started anew, told to read its configuration, scraped by another one.</summary>
public sealed class PrometheusLifeTests : IDisposable
{
    private readonly MetricsCluster cluster = new(Path.Combine(RepositoryPaths.Root, "Portal.Core", "Addons", "Catalog"), 1, 2, "kube-state-metrics", "node-exporter", "alertmanager", "prometheus");

    public void Dispose() => cluster.Dispose();

    [Fact]
    public void Restart_FirstAnswers503ButForItsHealth_ThenHasTheOldSeries()
    {
        cluster.Pass(TimeSpan.FromMinutes(10));
        cluster.Change("pods", "monitoring", "prometheus-0", p =>
        {
            p["metadata"]!["deletionTimestamp"] = Portal.Sandbox.Kubernetes.Store.KubeTime.Text(cluster.Now);
            p["metadata"]!["deletionGracePeriodSeconds"] = 1;
        });
        PodAnswer? first = null;
        for (var i = 0; i < 60 && first is null; i++)
        {
            cluster.Pass(TimeSpan.FromSeconds(1), 1);
            first = Started() ? cluster.Ask("prometheus-0", "/-/ready") : null;
        }

        Assert.Equal((503, "Service Unavailable"), (first!.Status, Encoding.UTF8.GetString(first.Body)));
        Assert.Equal(503, cluster.Ask("prometheus-0", "/api/v1/query?query=up").Status);
        Assert.Equal(503, cluster.Ask("prometheus-0", "/federate?match[]=up").Status);
        Assert.Equal(200, cluster.Ask("prometheus-0", "/-/healthy").Status);
        cluster.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(200, cluster.Ask("prometheus-0", "/-/ready").Status);
        Assert.NotEmpty(cluster.Query("node_load1 offset 5m"));
    }

    [Fact]
    public void Reload_OfRulesThatAreWrong_IsRefused_AndTheOldOnesStay()
    {
        Assert.Equal(405, cluster.Ask("prometheus-0", "/-/reload").Status);
        var before = cluster.Ask("prometheus-0", "/api/v1/rules").Body.Length;
        cluster.Change("configmaps", "monitoring", "prometheus-rules", m => m["data"]!["platform.yml"] = "groups: [{name: g, rules: [{alert: A, expr: 'sum('}]}]");

        var refused = cluster.Ask("prometheus-0", "/-/reload", "POST");

        Assert.Equal(500, refused.Status);
        Assert.StartsWith("failed to reload config:", Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.InRange(cluster.Ask("prometheus-0", "/api/v1/rules").Body.Length, before - 200, before + 200);
        cluster.Change("configmaps", "monitoring", "prometheus-rules", m => m["data"]!["platform.yml"] = "groups: [{name: g, rules: [{alert: A, expr: 'sum(up)'}]}]");
        Assert.Equal((200, 0), (cluster.Ask("prometheus-0", "/-/reload", "POST").Status, cluster.Ask("prometheus-0", "/-/reload", "POST").Body.Length));
    }

    [Fact]
    public void Federation_OfASelector_HasTheOutsideLabelsAndMilliseconds_WithoutOneNothing()
    {
        cluster.Pass(TimeSpan.FromMinutes(3));

        var text = Encoding.UTF8.GetString(cluster.Ask("prometheus-0", "/federate?match[]=" + Uri.EscapeDataString("{__name__=\"up\",job=\"node-exporter\"}")).Body).TrimEnd('\n').Split('\n');

        Assert.Equal("# TYPE up untyped", text[0]);
        Assert.Equal(3, text.Length - 1);
        Assert.All(text[1..], l => Assert.Matches("^up\\{.*job=\"node-exporter\".*,cluster=\"lab\"\\} 1 [0-9]{13}$", l));
        Assert.Empty(cluster.Ask("prometheus-0", "/federate").Body);
        Assert.Equal(400, cluster.Ask("prometheus-0", "/federate?match[]=sum(up)").Status);
    }

    private bool Started() => cluster.Cluster.Store.Find("pods", "monitoring", "prometheus-0") is { } pod && pod.Body["metadata"]!["deletionTimestamp"] is null
        && pod.Body["status"]?["containerStatuses"]?[0]?["state"]?["running"] is not null;
}
