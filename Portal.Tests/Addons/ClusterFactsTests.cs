using System.Text.Json.Nodes;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

/// <summary>What manifests and preflight need to know of a cluster.</summary>
public sealed class ClusterFactsTests
{
    private readonly MemoryKubernetes cluster = new();

    [Theory]
    [InlineData("10.254.0.1", "10.254.0.10")]
    [InlineData("172.24.0.1", "172.24.0.10")]
    [InlineData("fd00::1", "")]
    public async Task DnsAddress_OfACluster_IsTheTenthOfItsServices(string first, string tenth)
    {
        cluster.Objects.Add(JsonNode.Parse($$$"""{"kind":"Service","metadata":{"name":"kubernetes","namespace":"default"},"spec":{"clusterIP":"{{{first}}}"}}""")!.AsObject());

        Assert.Equal(tenth, await ClusterFacts.DnsAddressAsync(cluster, CancellationToken.None));
    }

    [Fact]
    public void TakenPorts_OfOtherPods_AreNamedWithNodeAndPod()
    {
        var site = new AddonsOptions();
        site.Parameters["traefik"] = new() { ["expose"] = "HostPort" };
        var objects = new AddonCatalog(site).Render("traefik", new AddonParameters { Registry = "r", Cluster = "c", StorageClass = "s" });
        JsonObject[] pods =
        [
            Pod("web", "old-proxy", """{"containers":[{"ports":[{"containerPort":8080,"hostPort":80}]}]}"""),
            Pod("kube-system", "on-the-node", """{"hostNetwork":true,"containers":[{"ports":[{"containerPort":443}]}]}"""),
            Pod("ingress", "traefik-1", """{"containers":[{"ports":[{"containerPort":8000,"hostPort":80}]}]}""", "traefik"),
            Pod("web", "inside", """{"containers":[{"ports":[{"containerPort":80}]}]}"""),
        ];

        Assert.Equal([("node-1", 80, "web/old-proxy"), ("node-1", 443, "kube-system/on-the-node")], ClusterFacts.TakenPorts(objects, pods));
    }

    [Theory]
    [InlineData("a=a", true)]
    [InlineData("NodePort = NodePort | LoadBalancer", true)]
    [InlineData("HostPort = NodePort | LoadBalancer", false)]
    [InlineData(" =", true)]
    [InlineData("https://portal/?a=b !=", true)]
    [InlineData(" !=", false)]
    public void Condition_WithItsValuesPutIn_Holds(string condition, bool holds) => Assert.Equal(holds, CatalogYaml.Holds(condition));

    private static JsonObject Pod(string space, string name, string spec, string app = "x")
    {
        var pod = new JsonObject
        {
            ["metadata"] = new JsonObject { ["namespace"] = space, ["name"] = name, ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = app } },
            ["spec"] = JsonNode.Parse(spec),
        };
        pod["spec"]!["nodeName"] = "node-1";
        return pod;
    }
}
