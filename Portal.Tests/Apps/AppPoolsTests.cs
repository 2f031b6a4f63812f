using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Apps;

/// <summary>Pools of connections to programs: kept while they are used, and no longer.</summary>
public sealed class AppPoolsTests : IClusterConnector, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly FakeTimeProvider time = new();
    private readonly Scope scope = TestScopes.Fake(new Dictionary<string, string>());
    private readonly HashSet<string> gone = [];
    private readonly AppGateway gateway;
    private BackendFailure? trouble;

    public AppPoolsTests() => gateway = new AppGateway(this, new AddonCatalog(new AddonsOptions { Registry = "registry.example" }), new FakeAudit(), time);

    [Fact]
    public async Task Pool_ThatNobodyUsesForTenMinutes_IsLetGo()
    {
        var (idle, used) = (await OpenedAsync("c1"), await OpenedAsync("c2"));
        time.Advance(TimeSpan.FromMinutes(9));
        await gateway.LookAsync(None);
        Assert.Same(used, await OpenedAsync("c2"));
        time.Advance(TimeSpan.FromMinutes(2));

        await gateway.LookAsync(None);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => AskAsync(idle));
        Assert.Same(used, await OpenedAsync("c2"));
        Assert.NotSame(idle, await OpenedAsync("c1"));
    }

    [Fact]
    public async Task Pool_ThatAnAnswerStillComesOver_IsKept()
    {
        var way = await gateway.OpenAsync(scope, "c1", ClusterApp.Prometheus, None);
        time.Advance(TimeSpan.FromHours(1));
        await gateway.LookAsync(None);
        Assert.Same(way.Http, await OpenedAsync("c1"));
        way.Dispose();
        way.Dispose();
        time.Advance(TimeSpan.FromMinutes(9));
        await gateway.LookAsync(None);
        Assert.Same(way.Http, await OpenedAsync("c1"));
    }

    [Fact]
    public async Task Pools_OfAClusterThatIsGone_AreLetGo_WhenTheirAnswersHaveEnded()
    {
        var (first, other) = (await OpenedAsync("c1"), await OpenedAsync("c2"));
        using var way = await gateway.OpenAsync(scope, "c1", ClusterApp.Jenkins, None);
        gone.Add("c1");

        await gateway.LookAsync(None);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => AskAsync(first));
        Assert.Same(other, await OpenedAsync("c2"));
        Assert.IsNotType<ObjectDisposedException>(await Record.ExceptionAsync(() => AskAsync(way.Http)));
        way.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AskAsync(way.Http));
        await Assert.ThrowsAsync<BackendException>(() => OpenedAsync("c1"));
    }

    [Fact]
    public async Task Pools_OfAClusterThatIsAway_AreKept_AndTheOthersLookedThrough()
    {
        var kept = await OpenedAsync("c1");
        trouble = BackendFailure.Unreachable;

        await gateway.LookAsync(None);

        trouble = null;
        Assert.Same(kept, await OpenedAsync("c1"));
    }

    [Fact]
    public async Task Upkeep_LooksEachMinute_WhateverHappens()
    {
        var looks = new Looks();
        using var upkeep = new AppUpkeep(looks, time, NullLogger<AppUpkeep>.Instance);
        await upkeep.StartAsync(None);
        await Eventually.TrueAsync(() => looks.Count >= 3, "it looks again after a failure, and after an answer that took too long", () => time.Advance(TimeSpan.FromMinutes(1)));
        await upkeep.StopAsync(None);
    }

    public Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken) =>
        gone.Contains(cluster.ClusterId) ? throw new BackendException("kubernetes", "reach the cluster", BackendFailure.NotFound)
        : trouble is { } failure ? throw new BackendException("kubernetes", "reach the cluster", failure)
        : Task.FromResult<IKubernetesApi>(null!);

    public Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity) => throw new NotSupportedException();

    public void Dispose() => gateway.Dispose();

    private static async Task AskAsync(HttpMessageInvoker http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://prometheus/");
        using var answer = await http.SendAsync(request, None);
    }

    private async Task<HttpMessageInvoker> OpenedAsync(string clusterId)
    {
        using var way = await gateway.OpenAsync(scope, clusterId, ClusterApp.Prometheus, None);
        return way.Http;
    }

    private sealed class Looks : IAppUpkeep
    {
        public int Count { get; private set; }

        public Task LookAsync(CancellationToken cancellationToken) => ++Count switch
        {
            1 => throw new InvalidOperationException(),
            2 => throw new TaskCanceledException("Somebody's own patience ended; nobody stops the portal."),
            _ => Task.CompletedTask,
        };
    }
}
