using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The series of the sandbox's Prometheus tell what the simulated cluster is and was.</summary>
public sealed class PrometheusSeriesTests : IDisposable
{
    private readonly MetricsCluster cluster = new(Path.Combine(RepositoryPaths.Root, "Portal.Core", "Addons", "Catalog"), 1, 2, "kube-state-metrics", "node-exporter", "alertmanager", "prometheus", "traefik");

    public void Dispose() => cluster.Dispose();

    [Fact]
    public void Nodes_FromTheFirstMoment_HaveADayOfHistory()
    {
        var cpu = cluster.Range("1 - avg by (node) (rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))", TimeSpan.FromHours(24), 60);
        var memory = cluster.Range("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", TimeSpan.FromHours(24), 60);

        Assert.Equal(3, cpu.Count);
        Assert.All(cpu.Concat(memory), s =>
        {
            var values = Numbers(s!);
            Assert.True(values.Count > 1430);
            Assert.All(values, v => Assert.InRange(v, 0.0001, 1));
            Assert.True(values.Max() > values.Min() * 1.05);
        });
    }

    [Fact]
    public void Modes_OfACpu_AddUpToOneSecondPerSecond()
    {
        var sums = cluster.Query("sum by (node, cpu) (rate(node_cpu_seconds_total[5m]))");

        Assert.Equal(12, sums.Count);
        Assert.All(sums, s => Assert.Equal(1, Number(s!), 6));
    }

    [Fact]
    public void Pod_BeforeItsCreationAndAfterItsEnd_HasNoSeries()
    {
        cluster.Apply(Deployment("web", "nginx:1.27"));
        cluster.Pass(TimeSpan.FromMinutes(20));
        var alive = cluster.Range("sum by (pod) (rate(container_cpu_usage_seconds_total{container=\"web\"}[5m]))", TimeSpan.FromHours(1), 60);
        cluster.Change("deployments.apps", "default", "web", d => d["spec"]!["replicas"] = 0);
        cluster.Pass(TimeSpan.FromMinutes(3));

        Assert.InRange(Assert.Single(alive)!["values"]!.AsArray().Count, 15, 20);
        Assert.Empty(cluster.Query("kube_pod_info{namespace=\"default\"}"));
        Assert.Empty(cluster.Query("container_memory_working_set_bytes{namespace=\"default\"}"));
        Assert.NotEmpty(cluster.Range("kube_pod_info{namespace=\"default\"}", TimeSpan.FromHours(1), 60));
        Assert.Equal([0.0, 1.0], Numbers(Assert.Single(cluster.Range("kube_deployment_status_replicas_available{deployment=\"web\"}", TimeSpan.FromMinutes(22), 60))!).Distinct().Order());
    }

    [Fact]
    public void Container_ThatCrashes_ShowsRestartsReasonAndFallingMemory()
    {
        cluster.Apply(Deployment("bad", "crasher:1", "crashloop"));
        cluster.Pass(TimeSpan.FromMinutes(15));

        Assert.True(Number(Assert.Single(cluster.Query("kube_pod_container_status_restarts_total{container=\"bad\"}"))!) >= 3);
        Assert.Equal("CrashLoopBackOff", (string?)Assert.Single(cluster.Query("kube_pod_container_status_waiting_reason{container=\"bad\"} == 1"))!["metric"]!["reason"]);
        Assert.Single(cluster.Query("kube_deployment_spec_replicas{deployment=\"bad\"} - kube_deployment_status_replicas_available == 1"));
        var memory = Numbers(Assert.Single(cluster.Range("sum(container_memory_working_set_bytes{container=\"bad\"})", TimeSpan.FromMinutes(14), 15))!);
        Assert.True(memory.Max() > 3 * memory.Min());
    }

    [Fact]
    public void Kubelet_ThatIsSilent_IsDownAndHasNoSamplesSince()
    {
        NodeController.Silence(cluster.Cluster.Store, "w-1", true, cluster.Now);
        cluster.Pass(TimeSpan.FromMinutes(8));

        Assert.Equal(0, Number(Assert.Single(cluster.Query("up{metrics_path=\"/metrics\",node=\"w-1\"}"))!));
        Assert.Equal(1, Number(Assert.Single(cluster.Query("up{metrics_path=\"/metrics\",node=\"w-2\"}"))!));
        Assert.Empty(cluster.Query("container_memory_working_set_bytes{node=\"w-1\"}"));
        Assert.NotEmpty(cluster.Query("container_memory_working_set_bytes{node=\"w-2\"}"));
    }

    [Fact]
    public void Ingress_WhoseBackendHasNoReadyPod_CountsErrors()
    {
        cluster.Apply(Deployment("shop", "nginx:1.27"));
        cluster.Apply(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Service", ["metadata"] = new JsonObject { ["name"] = "shop", ["namespace"] = "default" }, ["spec"] = new JsonObject { ["selector"] = new JsonObject { ["app"] = "shop" }, ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }) } });
        cluster.Apply(Ingress("shop"));
        cluster.Pass(TimeSpan.FromMinutes(15));
        const string Errors = "sum(rate(traefik_service_requests_total{code=~\"5..\"}[5m])) / sum(rate(traefik_service_requests_total[5m]))";
        var before = Number(Assert.Single(cluster.Query(Errors))!);
        cluster.Change("deployments.apps", "default", "shop", d => d["spec"]!["replicas"] = 0);
        cluster.Pass(TimeSpan.FromMinutes(10));

        Assert.InRange(before, 0, 0.02);
        Assert.Equal(1, Number(Assert.Single(cluster.Query(Errors))!), 3);
    }

    [Fact]
    public void Volumes_OfRunningPods_AreMeasured()
    {
        var used = cluster.Query("kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes");

        Assert.Contains(used, u => (string?)u!["metric"]!["persistentvolumeclaim"] == "data-prometheus-0" && Number(u) is > 0 and < 1);
        Assert.All(used, u => Assert.Equal("kubelet", (string?)u!["metric"]!["job"]));
    }

    [Fact]
    public void RangeQuery_OfTwentySeriesOverADay_IsQuick()
    {
        const string Query = "rate(node_cpu_seconds_total{cpu=~\"0|1|2\",mode=~\"user|system\"}[5m])";
        _ = cluster.Range(Query, TimeSpan.FromHours(24), 60);
        var took = TimeSpan.MaxValue;
        for (var i = 0; i < 8 && took >= TimeSpan.FromSeconds(1); i++)
        {
            // The quickest of some: a busy machine is not the engine's fault.
            var begun = Stopwatch.GetTimestamp();
            Assert.Equal(18, cluster.Range(Query, TimeSpan.FromHours(24), 60).Count);
            took = Stopwatch.GetElapsedTime(begun);
        }

        Assert.True(took < TimeSpan.FromSeconds(1), $"It took {took}.");
    }

    private static double Number(JsonNode series) => double.Parse((string)series["value"]![1]!, CultureInfo.InvariantCulture);

    private static List<double> Numbers(JsonNode series) => [.. series["values"]!.AsArray().Select(v => double.Parse((string)v![1]!, CultureInfo.InvariantCulture))];

    private static JsonObject Deployment(string name, string image, string? result = null)
    {
        var pod = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = name }, ["annotations"] = result is null ? [] : new JsonObject { ["fake-kubelet/result"] = result } },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = name, ["image"] = image, ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "200m", ["memory"] = "256Mi" } } }) },
        };
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            ["spec"] = new JsonObject { ["replicas"] = 1, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } }, ["template"] = pod },
        };
    }

    private static JsonObject Ingress(string name) => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1",
        ["kind"] = "Ingress",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["spec"] = new JsonObject
        {
            ["ingressClassName"] = "traefik",
            ["rules"] = new JsonArray(new JsonObject
            {
                ["host"] = name + ".example",
                ["http"] = new JsonObject { ["paths"] = new JsonArray(new JsonObject { ["path"] = "/", ["pathType"] = "Prefix", ["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = name, ["port"] = new JsonObject { ["number"] = 80 } } } }) },
            }),
        },
    };
}
