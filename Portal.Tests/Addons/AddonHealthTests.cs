using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Addons.Health;
using Portal.Core.Live;

namespace Portal.Tests.Addons;

/// <summary>An add-on is what the cluster shows, not what a plan once did.</summary>
public sealed class AddonHealthTests
{
    private readonly MemoryKubernetes cluster = new();
    private readonly AddonCatalog catalog = new();

    public AddonHealthTests()
    {
        foreach (var manifest in catalog.Render("kube-state-metrics", new AddonParameters { Registry = "r", Cluster = "c", StorageClass = "" }))
        {
            cluster.Objects.Add(manifest.DeepClone().AsObject());
        }

        Deployment["status"] = JsonNode.Parse("""{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1}""");
        Deployment["metadata"]!["generation"] = 1;
    }

    private JsonObject Deployment => cluster.Objects.Find(o => (string)o["kind"]! == "Deployment")!;

    [Fact]
    public async Task Addon_AllThereAndReady_IsReady()
    {
        var health = await ReadAsync();

        Assert.Equal((StateKind.Ok, "ready"), (health.Kind, health.Code));
        Assert.Equal("2.19.1", health.Version);
        Assert.Null(health.Offered);
        Assert.Equal(new WorkloadHealth("Deployment", "monitoring/kube-state-metrics", 1, 1, true), Assert.Single(health.Workloads));
    }

    [Fact]
    public async Task Addon_PodThatCannotPull_IsNotWorkingAndSaysPodContainerAndMessage()
    {
        Deployment["status"]!["readyReplicas"] = 0;
        Deployment["status"]!["availableReplicas"] = 0;
        cluster.Objects.Add(JsonNode.Parse("""
            {"kind":"Pod","metadata":{"name":"kube-state-metrics-1","namespace":"monitoring","labels":{"app.kubernetes.io/name":"kube-state-metrics"}},"status":{"containerStatuses":[
            {"name":"main","image":"r/x:1","state":{"waiting":{"reason":"ImagePullBackOff","message":"no such image"}}}]}}
            """)!.AsObject());

        var health = await ReadAsync();

        Assert.Equal((StateKind.Fail, "not-working"), (health.Kind, health.Code));
        Assert.Equal("addon.image-pull", health.Reason!.Code);
        Assert.Equal(("kube-state-metrics-1", "main", "no such image"), (health.Reason.Arguments["pod"], health.Reason.Arguments["container"], health.Reason.Arguments["message"]));
    }

    [Fact]
    public async Task Addon_OneOfTwoPods_IsDegraded()
    {
        Deployment["spec"]!["replicas"] = 2;

        Assert.Equal((StateKind.Warn, "degraded"), await StateAsync());
    }

    [Fact]
    public async Task Addon_WorkloadDeleted_IsMissing()
    {
        cluster.Objects.Remove(Deployment);

        var health = await ReadAsync();

        Assert.Equal((StateKind.Fail, "missing"), (health.Kind, health.Code));
        Assert.Equal("monitoring/kube-state-metrics", health.Reason!.Arguments["name"]);
    }

    [Fact]
    public async Task Addon_RolesThatThePersonMayNotSee_AreNotCalledMissing()
    {
        cluster.Forbidden.UnionWith(["ClusterRole", "ClusterRoleBinding"]);
        cluster.Objects.RemoveAll(o => ((string)o["kind"]!).StartsWith("ClusterRole", StringComparison.Ordinal));

        Assert.Equal((StateKind.Ok, "ready"), await StateAsync());
    }

    [Theory]
    [InlineData("kubectl-edit", "", """{"f:spec":{"f:replicas":{}}}""", "changed-by-hand")]
    [InlineData("container-platform-portal", "", """{"f:spec":{"f:replicas":{}}}""", "ready")]
    [InlineData("kube-controller-manager", "status", """{"f:status":{}}""", "ready")]
    [InlineData("kubectl-label", "", """{"f:metadata":{}}""", "ready")]
    public async Task Addon_FieldsOfSomebodyElse_AreAChangeByHand(string manager, string subresource, string fields, string code)
    {
        Deployment["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["manager"] = manager, ["subresource"] = subresource, ["time"] = "2026-11-23T00:00:00Z", ["fieldsV1"] = JsonNode.Parse(fields) });

        Assert.Equal(code, (await StateAsync()).Code);
    }

    [Fact]
    public async Task Addon_OlderVersion_NamesTheOneThatIsOffered()
    {
        cluster.Objects.ForEach(o => o["metadata"]!["labels"]!["container-platform/version"] = "2.18.0");

        var health = await ReadAsync();

        Assert.Equal(("2.18.0", "2.19.1"), (health.Version, health.Offered));
    }

    [Fact]
    public async Task Addons_OfTheCluster_AreFoundByTheirLabels() =>
        Assert.Equal("kube-state-metrics", Assert.Single(await new AddonHealthCheck(catalog, "r").ReadAllAsync(cluster, CancellationToken.None)).Name);

    [Fact]
    public async Task Addon_ThatTheClusterBringsItself_IsLookedAtByName()
    {
        cluster.Objects.Add(JsonNode.Parse("""
            {"kind":"Deployment","metadata":{"name":"coredns","namespace":"kube-system"},"spec":{"replicas":2,"template":{"spec":{"containers":[{"image":"coredns/coredns:1.9.4"}]}}},
            "status":{"readyReplicas":2,"availableReplicas":2,"updatedReplicas":2}}
            """)!.AsObject());

        var health = Assert.Single(await new AddonHealthCheck(catalog, "r").ReadAsync(cluster, ["cluster-dns"], CancellationToken.None));

        Assert.Equal((StateKind.Ok, "ready", "1.9.4"), (health.Kind, health.Code, health.Version));
    }

    private async Task<(StateKind Kind, string Code)> StateAsync()
    {
        var health = await ReadAsync();
        return (health.Kind, health.Code);
    }

    private async Task<AddonHealth> ReadAsync() =>
        Assert.Single(await new AddonHealthCheck(catalog, "r").ReadAsync(cluster, ["kube-state-metrics"], CancellationToken.None));
}
