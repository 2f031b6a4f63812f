using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Delivery;
using Portal.Core.Kubernetes;
using Portal.Core.Registry;
using Portal.Tests.Addons;
using Portal.Tests.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Delivery;

public sealed class ClusterImageUseTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private static readonly string Other = "sha256:" + new string('b', 64);
    private static readonly RepositoryName Checkout = new("team-shop", "web/checkout");
    private readonly FakeMagnum magnum = new();
    private readonly Connector connector = new();

    [Theory]
    [InlineData("registry.example/team-shop/web/checkout:1.4", "registry.example/team-shop/web/checkout@sha256:aa", true)]
    [InlineData("mirror.example:5000/team-shop/web/checkout:other", "docker-pullable://mirror.example:5000/team-shop/web/checkout@sha256:aa", true)]
    [InlineData("registry.example/team-shop/web/checkout:1.4", "registry.example/team-shop/web/checkout@sha256:bb", false)]
    [InlineData("registry.example/team-shop/web/checkout:1.4", "", true)]
    [InlineData("registry.example/team-shop/web/checkout:1.5", "", false)]
    [InlineData("registry.example/team-shop/web/checkout@sha256:aa", "", true)]
    [InlineData("registry.example/team-shop/web/checkout2:1.4", "", false)]
    [InlineData("registry.example/team-shop2/web/checkout:1.4", "", false)]
    public void Artifact_IsInAContainer_ByItsDigest_OrByItsTagBeforeItIsPulled(string reference, string pulled, bool expected)
    {
        var image = new WantedImage(Checkout, [Digest], ["1.4"]);

        Assert.Equal(expected, image.IsIn(Full(reference), Full(pulled)));
    }

    [Theory]
    [InlineData("registry.example/team-shop/web/checkout", true, true)]
    [InlineData("registry.example/team-shop/web/checkout:latest", true, true)]
    [InlineData("registry.example/team-shop/web/checkout:1.4", true, false)]
    [InlineData("registry.example/team-shop/web:latest", false, false)]
    [InlineData("checkout:latest", false, false)]
    public void Repository_AndTag_AreKnownByTheName(string reference, bool isOfRepository, bool isLatest)
    {
        Assert.Equal(isOfRepository, WantedImage.AllOf(Checkout).IsIn(reference, ""));
        Assert.Equal(isLatest, WantedImage.OfTag(Checkout, "latest").IsIn(reference, "registry.example/team-shop/web/checkout@" + Other));
    }

    [Fact]
    public async Task Find_TellsEachContainer_AndWhichClusterIsSilent()
    {
        var (prod, test, silent, empty) = (Put("prod"), Put("test"), Put("silent"), Put("empty"));
        connector.Apis[prod].Objects.Add(Pod("shop", "checkout-1", ("app", "r/team-shop/web/checkout:1.4", Digest), ("side", "r/base/envoy:1", Other)));
        connector.Apis[prod].Objects.Add(Pod("shop", "checkout-0", ("app", "r/team-shop/web/checkout:1.4", Digest)));
        connector.Apis[test].Objects.Add(Pod("shop", "checkout-9", ("app", "r/team-shop/web/checkout:1.4", null)));
        connector.Apis[silent].Forbidden.Add("Pod");

        var usage = await new ClusterImageUse(magnum, connector, TimeProvider.System).FindAsync(Member(), new(Checkout, [Digest], ["1.4"]), default);

        Assert.Equal(4, usage.Asked);
        Assert.Equal(3, usage.Containers);
        Assert.Equal([("prod", 2), ("silent", 0), ("test", 1)], usage.Clusters.Select(c => (c.ClusterName, c.Containers)));
        Assert.Equal(["checkout-0", "checkout-1"], usage.Clusters[0].First.Select(r => r.Pod));
        Assert.Equal(BackendFailure.Forbidden, usage.Clusters[1].Failure!.Failure);
        Assert.False(usage.Clusters[2].First[0].IsPulled);
        Assert.All(connector.Asked, k => Assert.Equal("p1", k.ProjectId));
        Assert.Contains(connector.Asked, k => k.ClusterId == empty);
    }

    [Fact]
    public async Task Find_InManyPods_TellsTheFirstAndCountsAll()
    {
        var prod = Put("prod");
        connector.Apis[prod].Objects.AddRange(Enumerable.Range(0, 120).Select(i => Pod("shop", $"checkout-{i:000}", ("app", "r/team-shop/web/checkout:1.4", Digest))));

        var use = Assert.Single((await new ClusterImageUse(magnum, connector, TimeProvider.System).FindAsync(Member(), WantedImage.AllOf(Checkout), default)).Clusters);

        Assert.Equal((120, ClusterUse.MostShown, "checkout-000"), (use.Containers, use.First.Length, use.First[0].Pod));
    }

    [Fact]
    public async Task List_GivesEverythingByItsNames_AndKnowsWhatIsOfTheRegistry()
    {
        var prod = Put("prod");
        connector.Apis[prod].Objects.Add(Pod("shop", "checkout-1", ("app", "registry.example:5000/team-shop/web/checkout:1.4", Digest), ("side", "docker.io/envoy:1", null)));
        connector.Apis[prod].Objects.Add(Pod("data", "import-1", ("app", "registry.example:5000/team-data/import@" + Other, Other)));
        var use = new ClusterImageUse(magnum, connector, TimeProvider.System);

        var all = Assert.Single((await use.ListAsync(Member(), "", default)).Clusters);
        var some = Assert.Single((await use.ListAsync(Member(), "SHOP/checkout", default)).Clusters);

        Assert.Equal(["import-1", "checkout-1", "checkout-1"], all.First.Select(r => r.Pod));
        Assert.Equal([new RepositoryName("team-data", "import"), Checkout, null], all.First.Select(r => r.In("registry.example:5000")));
        Assert.Equal([Other, Digest, null], all.First.Select(r => r.Pulled));
        Assert.Equal(["app", "side"], some.First.Select(r => r.Container));
    }

    [Fact]
    public async Task Find_WithoutTheRight_AsksNobody()
    {
        Put("prod");

        await Assert.ThrowsAsync<ForbiddenException>(() => new ClusterImageUse(magnum, connector, TimeProvider.System).FindAsync(Member() with { Capabilities = [] }, WantedImage.AllOf(Checkout), default));

        Assert.Equal(0, magnum.Lists);
    }

    private static Scope Member() => TestScopes.Fake(new Dictionary<string, string>(), "p1", [Capability.Read, Capability.Write]);

    private static string Full(string text) => text.Replace("sha256:aa", Digest, StringComparison.Ordinal).Replace("sha256:bb", Other, StringComparison.Ordinal);

    private static JsonObject Pod(string space, string name, params (string Name, string Image, string? Digest)[] containers) => new()
    {
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["namespace"] = space, ["name"] = name },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray([.. containers.Select(c => new JsonObject { ["name"] = c.Name, ["image"] = c.Image })]) },
        ["status"] = new JsonObject
        {
            ["containerStatuses"] = new JsonArray([.. containers.Select(c => new JsonObject { ["name"] = c.Name, ["image"] = c.Image, ["imageID"] = c.Digest is null ? "" : $"{c.Image.Split(':')[0]}@{c.Digest}" })]),
        },
    };

    private string Put(string name)
    {
        var row = magnum.Put(FakeMagnum.Row(name: name));
        connector.Apis[row.Id] = new MemoryKubernetes();
        return row.Id;
    }

    /// <summary>Clusters in memory.</summary>
    private sealed class Connector : IClusterConnector
    {
        public Dictionary<string, MemoryKubernetes> Apis { get; } = [];

        public List<ClusterKey> Asked { get; } = [];

        public Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
        {
            lock (Asked)
            {
                Asked.Add(cluster);
            }

            return Task.FromResult<IKubernetesApi>(Apis[cluster.ClusterId]);
        }

        public IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity) => throw new NotSupportedException();
    }
}
