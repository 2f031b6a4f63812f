using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Backends;
using Portal.Core.Delivery;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Storage;
using Portal.Tests.Addons;
using Portal.Tests.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Delivery;

public sealed class ClusterPullSecretsTests
{
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c1");
    private static readonly RegistryCredential Fresh = new("registry.example", "robot$shop+portal-pull-new", "Fresh-1");
    private readonly MemoryKubernetes api = new();
    private readonly FakeMagnum magnum = new();

    [Fact]
    public async Task Renew_ChangesThePortalsSecretInEveryNamespace_AndNoOther()
    {
        api.Objects.Add(RegistrySecretStep.Secret("monitoring", new PullCredential("registry.example", "robot$shop+portal-pull", "Old-1")));
        api.Objects.Add(RegistrySecretStep.Secret("zone-prod", new PullCredential("registry.example", "robot$shop+portal-pull", "Old-1")));
        api.Objects.Add(Somebodys("zone-prod", "registry-pull-mine"));
        api.Objects.Add(Somebodys("teams-own", "registry-pull"));
        var secrets = Secrets(MemoryHome.NewStore());

        Assert.Equal(2, await secrets.RenewAsync(Cluster, Fresh, CancellationToken.None));
        Assert.Equal(0, await secrets.RenewAsync(Cluster, Fresh, CancellationToken.None));

        var held = api.Objects.ToLookup(o => $"{o["metadata"]!["namespace"]}/{o["metadata"]!["name"]}", Text);
        Assert.All((string[])["monitoring/registry-pull", "zone-prod/registry-pull"], s => Assert.Contains("Fresh-1", Assert.Single(held[s]), StringComparison.Ordinal));
        Assert.All((string[])["zone-prod/registry-pull-mine", "teams-own/registry-pull"], s => Assert.Equal("mine", Assert.Single(held[s])));
    }

    [Fact]
    public async Task List_GivesTheProjectsClusters_AndNoneOfAnother()
    {
        var store = MemoryHome.NewStore();
        foreach (var (project, cluster) in new[] { ("p1", "c1"), ("p1", "c2"), ("p2", "c3") })
        {
            var access = new ClusterAccess { ProjectId = project, ClusterId = cluster, ApiAddress = "https://c", AuthorityPem = "", CertificatePem = "", ProtectedKey = "", ExpiresAt = DateTimeOffset.MaxValue };
            await store.PutAsync(ClusterAccess.Type, new ClusterKey(TestScopes.Region, project, cluster).DocumentId, access, 0, CancellationToken.None);
        }

        var found = await Secrets(store).ListAsync("p1", CancellationToken.None);

        Assert.Equal(["c1", "c2"], found.Select(c => c.ClusterId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Name_IsMagnums_AndTheIdWhereMagnumDoesNotTell()
    {
        magnum.Put(FakeMagnum.Row(name: "shop-prod", id: "c1"));
        var secrets = Secrets(MemoryHome.NewStore());

        Assert.Equal("shop-prod", await secrets.NameAsync(Cluster, CancellationToken.None));
        Assert.Equal("c2", await secrets.NameAsync(Cluster with { ClusterId = "c2" }, CancellationToken.None));
        magnum.Broken.Add("c1");
        Assert.Equal("c1", await secrets.NameAsync(Cluster, CancellationToken.None));
    }

    private ClusterPullSecrets Secrets(IDocumentStore store) => new(store, new Connector(api), magnum, new FakePlatform(), TimeProvider.System);

    private static string Text(JsonObject secret) =>
        (string?)secret["data"]![".dockerconfigjson"] is { } data ? Encoding.UTF8.GetString(Convert.FromBase64String(data)) : "";

    private static JsonObject Somebodys(string space, string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
        ["data"] = new JsonObject { [".dockerconfigjson"] = Convert.ToBase64String("mine"u8) },
    };

    private sealed class Connector(MemoryKubernetes api) : IClusterConnector
    {
        public Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken) => Task.FromResult<IKubernetesApi>(api);

        public Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity) => throw new NotSupportedException();
    }
}
