using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Delivery;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Storage;
using Portal.Tests.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Delivery;

public sealed class DepartedClustersTests : IDisposable
{
    private readonly IDocumentStore store = MemoryHome.NewStore();
    private readonly FakeMagnum magnum = new();
    private readonly ClusterAlerts alerts;
    private readonly DepartedClusters departed;

    public DepartedClustersTests()
    {
        alerts = new ClusterAlerts(store, new AlertBooks(store, new InProcessChangeBus()), TimeProvider.System);
        var access = new ClusterAccessStore(store, new SecretProtector(Storage.SecretProtectorTests.Keys("k")));
        departed = new DepartedClusters(store, access, alerts, magnum, new FakePlatform(), new FakeTimeProvider(), NullLogger<DepartedClusters>.Instance);
    }

    public void Dispose() => departed.Dispose();

    [Fact]
    public async Task Cluster_GoneAtTwoLooks_IsForgotten_OthersAreNot()
    {
        var (gone, stays) = (await KnowAsync("p1"), await KnowAsync("p2"));
        magnum.Rows.Remove(gone.ClusterId);

        await departed.LookAsync(default);
        Assert.Equal([gone, stays], await KnownAsync());
        await departed.LookAsync(default);

        Assert.Equal([stays], await KnownAsync());
        Assert.False(await alerts.IsKnownAsync("token of " + gone.ClusterId, default));
        Assert.True(await alerts.IsKnownAsync("token of " + stays.ClusterId, default));
    }

    [Fact]
    public async Task Cluster_MissingInTheListOnly_Stays()
    {
        var cluster = await KnowAsync("p1");
        magnum.Unlisted.Add(cluster.ClusterId);

        await LookThriceAsync();

        Assert.Equal([cluster], await KnownAsync());
    }

    [Fact]
    public async Task Cluster_ThatMagnumCannotShow_Stays()
    {
        var cluster = await KnowAsync("p1");
        magnum.Unlisted.Add(cluster.ClusterId);
        magnum.Broken.Add(cluster.ClusterId);

        await LookThriceAsync();

        Assert.Equal([cluster], await KnownAsync());
    }

    [Fact]
    public async Task Listing_Failing_ForgetsNothing_AndALookBeforeItDoesNotCount()
    {
        var cluster = await KnowAsync("p1");
        magnum.Rows.Remove(cluster.ClusterId);
        await departed.LookAsync(default);
        magnum.ListFailure = new BackendException("magnum", "list clusters", BackendFailure.Timeout);
        await departed.LookAsync(default);
        magnum.ListFailure = null;

        await departed.LookAsync(default);
        Assert.Equal([cluster], await KnownAsync());
        await departed.LookAsync(default);
        Assert.Empty(await KnownAsync());
    }

    private async Task LookThriceAsync()
    {
        for (var n = 0; n < 3; n++)
        {
            await departed.LookAsync(default);
        }
    }

    private async Task<ClusterKey> KnowAsync(string project)
    {
        var key = new ClusterKey(TestScopes.Region, project, magnum.Put(FakeMagnum.Row(project)).Id);
        var access = new ClusterAccess
        {
            ProjectId = project,
            ClusterId = key.ClusterId,
            ApiAddress = "https://10.0.0.1:6443",
            AuthorityPem = "",
            CertificatePem = "",
            ProtectedKey = "",
            ExpiresAt = DateTimeOffset.UnixEpoch,
        };
        await store.PutAsync(ClusterAccess.Type, key.DocumentId, access, null, default);
        await alerts.LearnAsync(key, "token of " + key.ClusterId, default);
        return key;
    }

    private async Task<IEnumerable<ClusterKey>> KnownAsync() =>
        (await store.ListAsync(ClusterAccess.Type, null, default)).Select(ClusterAccess.KeyOf).OrderBy(k => k.ProjectId);
}
