using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Elasticsearch;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Seeds;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.World;
using Portal.Tests.Logs;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>A bad release is one story: the same pods, at the same time, in the cluster, in charts, in logs and in alerts.</summary>
public sealed class BadReleaseTests
{
    private const string Errors = "sum(rate(traefik_service_requests_total{code=~\"5..\"}[5m])) / sum(rate(traefik_service_requests_total[5m]))";

    [Fact]
    public void Release_ThatIsBad_ShowsInStateChartsLogsEventsAndAlerts_WithTheSamePods()
    {
        using var cluster = new MetricsCluster(Path.Combine(RepositoryPaths.Root, "Portal.Core", "Addons", "Catalog"), 1, 2, "kube-state-metrics", "node-exporter", "alertmanager", "prometheus", "traefik");
        foreach (var body in SearchServer.Objects("elasticsearch:8.19.2", "elastic").Concat(Shop()))
        {
            cluster.Apply(body);
        }

        cluster.Pass(TimeSpan.FromMinutes(15));
        var before = Number(Assert.Single(cluster.Query(Errors))!);
        var good = Pods(cluster.Cluster).Select(p => p.Name).ToList();
        var released = cluster.Now;
        cluster.Change("deployments.apps", "default", "checkout", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/checkout:1.5.0-bad");
        cluster.Pass(TimeSpan.FromMinutes(22));

        var bad = Pods(cluster.Cluster).Select(p => p.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(3, bad.Count);
        Assert.Empty(bad.Intersect(good));
        Assert.All(Pods(cluster.Cluster), p => Assert.True(p.Body.Items("status.containerStatuses").Single() is var s && s.Int("restartCount") >= 3 && s.Str("lastState.terminated.reason") == "Error", p.Body["status"]!.ToJsonString()));

        Assert.Equal(bad, Names(cluster.Query("kube_pod_container_status_restarts_total{container=\"checkout\"} >= 3"), "pod"));
        Assert.Equal(bad, Names(cluster.Query("max by (pod) (max_over_time(kube_pod_container_status_waiting_reason{reason=\"CrashLoopBackOff\"}[5m])) == 1"), "pod"));
        Assert.InRange(before, 0, 0.02);
        Assert.InRange(Number(Assert.Single(cluster.Query(Errors))!), 0.3, 1);
        Assert.NotEmpty(cluster.Query("sum by (code) (increase(traefik_service_requests_total{code=\"500\"}[10m])) > 50"));

        var firing = JsonNode.Parse(cluster.Ask("prometheus-0", "/api/v1/alerts").Body)!["data"]!["alerts"]!.AsArray().Where(a => (string?)a!["labels"]!["alertname"] == "KubePodCrashLooping").ToList();
        Assert.Equal(bad, firing.Where(a => (string?)a!["state"] == "firing").Select(a => (string)a!["labels"]!["pod"]!).Order(StringComparer.Ordinal));
        Assert.All(firing, a => Assert.InRange(DateTimeOffset.Parse((string)a!["activeAt"]!, CultureInfo.InvariantCulture), released, released.AddMinutes(8)));

        var found = Search(cluster, """{"size":1000,"sort":[{"@timestamp":"asc"}],"query":{"bool":{"must":[{"query_string":{"query":"\"request failed\" AND 500 AND discount","default_field":"log"}}]}}}""");
        Assert.Equal(bad, found.Select(h => h.Str("_source.kubernetes.pod_name")).Distinct().Order(StringComparer.Ordinal));
        Assert.InRange(DateTimeOffset.Parse(found[0].Str("_source.@timestamp"), CultureInfo.InvariantCulture), released, released.AddMinutes(2));
        Assert.True(Search(cluster, """{"size":1000,"query":{"match_phrase":{"log":"panic: runtime error"}}}""").Count >= 9, "every life's last words are kept");
        Assert.Equal(good.Order(StringComparer.Ordinal), Search(cluster, """{"size":5000,"query":{"match_phrase":{"log":"request served"}}}""").Select(h => h.Str("_source.kubernetes.pod_name")).Where(good.Contains).Distinct().Order(StringComparer.Ordinal));

        var events = cluster.Cluster.Store.List("events", "default").Where(e => e.Body.Str("reason") == "BackOff").ToList();
        Assert.Equal(bad, events.Select(e => e.Body.Str("involvedObject.name")).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Story_OfTheDemo_HasAGoodReleaseAnHourAgoAndABadOneTenMinutesAgo()
    {
        var context = new SandboxContext(new SandboxOptions());
        _ = new KubernetesService(context);
        var now = context.Clock.Now;
        var nodes = Enumerable.Range(0, 4).Select(i => new KubernetesNodeSpec($"n-{i}", i == 0 ? "master" : "worker", $"10.0.0.{10 + i}", 4, 16384, "default")).ToList();
        using var cluster = new KubeCluster(context, new KubernetesClusterSpec("c", ReleaseStory.ClusterName, "p", "v1.31.1", CertificateAuthority.Create("ca", now), nodes)) { Now = now - ReleaseStory.Begin };
        ClusterSeed.Fresh(cluster);
        ReleaseStory.Play(cluster, new ControllerLoop(cluster), "harbor.example");

        var sets = cluster.Store.List("replicasets.apps", "zone-prod").Select(r => (Made: KubeTime.Parse(r.Body.At("metadata.creationTimestamp"))!.Value, Replicas: r.Body.Int("spec.replicas"), Image: r.Body.Items("spec.template.spec.containers").Single().Str("image"))).OrderBy(r => r.Made).ToList();
        Assert.Equal(["1.4.1", "1.4.2", "1.5.0-bad"], sets.Select(s => s.Image.Split(':')[^1]));
        Assert.Equal([0, 0, 3], sets.Select(s => s.Replicas));
        Assert.InRange(now - sets[1].Made, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        Assert.InRange(now - sets[2].Made, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(11));
        var pods = cluster.Store.List("pods", "zone-prod");
        Assert.Equal(3, pods.Count);
        Assert.All(pods, p => Assert.InRange(p.Body.Items("status.containerStatuses").Single().Int("restartCount")!.Value, 3, 8));
        Assert.False(cluster.IsInPast);
        Assert.All(cluster.Store.List("nodes"), n => Assert.True(Acts.IsReady(n)));
    }

    private static List<StoredObject> Pods(KubeCluster cluster) => [.. cluster.Store.List("pods", "default").Where(p => p.Labels.GetValueOrDefault("app") == "checkout")];

    private static List<string> Names(JsonArray series, string label) => [.. series.Select(s => (string)s!["metric"]![label]!).Distinct().Order(StringComparer.Ordinal)];

    private static double Number(JsonNode series) => double.Parse((string)series["value"]![1]!, CultureInfo.InvariantCulture);

    private static List<JsonObject> Search(MetricsCluster cluster, string body)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("elastic:" + SearchServer.Password)) };
        var answer = ElasticsearchProgram.Answer(new PodPlace(cluster.Cluster, "monitoring", "search-0"), new PodQuestion("POST", "/logstash-*/_search", string.Empty, headers, Encoding.UTF8.GetBytes(body)));
        return [.. JsonNode.Parse(answer.Body)!.AsObject().Items("hits.hits")];
    }

    private static IEnumerable<JsonObject> Shop() => new[]
    {
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"checkout","namespace":"default"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"checkout"}},
         "template":{"metadata":{"labels":{"app":"checkout"}},"spec":{"containers":[{"name":"checkout","image":"shop/checkout:1.4.2","ports":[{"containerPort":8080}],"readinessProbe":{"httpGet":{"path":"/","port":8080}}}]}}}}
        """,
        """{"apiVersion":"v1","kind":"Service","metadata":{"name":"checkout","namespace":"default"},"spec":{"selector":{"app":"checkout"},"ports":[{"port":80,"targetPort":8080}]}}""",
        """
        {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"checkout","namespace":"default"},"spec":{"ingressClassName":"traefik","rules":[{"host":"checkout.example",
         "http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"checkout","port":{"number":80}}}}]}}]}}
        """,
    }.Select(t => JsonNode.Parse(t)!.AsObject());
}
