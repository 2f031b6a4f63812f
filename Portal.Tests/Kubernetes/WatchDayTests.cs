using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Kubernetes.Watching;
using Portal.Tests.Support;
using Xunit.Abstractions;

namespace Portal.Tests.Kubernetes;

/// <summary>Watches over hours and days of a clock that moves on only when all wait for it.</summary>
public sealed class WatchDayTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly WatchServer server = new();
    private readonly CountedClock clock = new(DateTimeOffset.UtcNow);
    private readonly KubernetesOptions options = new();
    private readonly Scope member = TestScopes.Fake(new Dictionary<string, string>());
    private ClusterRoom room = null!;
    private KubernetesWatches watches = null!;
    private ClusterNodes nodes = null!;

    public async Task InitializeAsync()
    {
        room = await ClusterRoom.StartAsync(server.AnswerAsync);
        watches = new KubernetesWatches(room.Groups, Options.Create(options), clock, NullLogger<KubernetesWatches>.Instance);
        nodes = new ClusterNodes(room.Connector, watches, Options.Create(options), clock);
    }

    public async Task DisposeAsync()
    {
        await watches.DisposeAsync();
        await room.DisposeAsync();
    }

    [Fact]
    public async Task Day_OfStreamsThatSayNothing_IsWatchedThroughToTheEnd()
    {
        await using var viewer = new NodeViewer(nodes.WatchAsync(member, ClusterRoom.Key, CancellationToken.None));

        // No stream ends by itself here: each is left by our own clock, as a half-open one has to be.
        var began = clock.GetUtcNow();
        while (clock.GetUtcNow() < began.AddDays(1))
        {
            await clock.WaitedForAsync();
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        await clock.WaitedForAsync();
        output.WriteLine($"a day of silent streams: {server.Watches} watches, {server.Asked} requests");
        Assert.False(viewer.WasSilent);
        server.Put("node-0", false);
        await Eventually.TrueAsync(() => viewer.IsReady("node-0") == false, "a change at the end of the day is seen");
        Assert.Equal(1, server.Lists);

        // A watch is left after 4:45 to 5:15, so with the sixth minute; a slow machine lets a minute or two pass while the next one is asked for
        // (that waits for the clock too). Before each but the first is asked for the version.
        Assert.InRange(server.Watches, 180, 290);
        Assert.Equal(server.Watches * 2, server.Asked);
    }

    [Fact]
    public async Task DeadCluster_CostsOneAttemptAPeriod_HoweverManyWatch_AndIsSeenWhenItIsBack()
    {
        var pods = new WatchKind<string>(KubernetesResource.Of("v1", "Pod"), null, o => (string)o["metadata"]!["name"]!);
        await using var viewer = new NodeViewer(nodes.WatchAsync(member, ClusterRoom.Key, CancellationToken.None));
        await Eventually.TrueAsync(() => viewer.IsReady("node-0") == true && server.Open == 1, "it is watched");
        using var left = new CancellationTokenSource();
        var silences = new BackendException?[4];
        var others = Enumerable.Range(0, 4).Select(n => FollowAsync(pods with { LabelSelector = $"n={n}" }, now => silences[n] = now.Silence, left.Token)).ToList();
        await Eventually.TrueAsync(() => server.Open == 5, "all are watched");

        server.IsDead = true;
        server.CutStreams();
        await Eventually.TrueAsync(() => viewer.Last?.Silence is not null, "it says that there is no answer", () => clock.Advance(TimeSpan.FromSeconds(5)));
        Assert.True(viewer.IsReady("node-0"));
        Assert.True(viewer.Last!.AsOf <= clock.GetUtcNow());

        // Whoever is cut tries at once, each for itself; from its first failure on they take turns.
        await Eventually.TrueAsync(() => viewer.Last?.Silence is not null && Array.TrueForAll(silences, s => s is not null), "all have failed", () => clock.Advance(TimeSpan.FromSeconds(5)));
        await clock.WaitedForAsync();
        var before = server.Asked;
        for (var step = 0; step < 360; step++)
        {
            var asked = server.Asked;
            clock.Advance(TimeSpan.FromSeconds(10));
            await clock.WaitedForAsync();
            Assert.InRange(server.Asked - asked, 0, 1);
        }

        // An hour: one a period of 48 to 72 s, and the quick ones at its beginning.
        Assert.InRange(server.Asked - before, 45, 80);
        output.WriteLine($"a dead cluster with 5 watches was asked {server.Asked - before} times in an hour");
        server.IsDead = false;
        server.Put("node-0", false);
        await Eventually.TrueAsync(() => viewer.Last?.Silence is null && viewer.IsReady("node-0") == false, "it is back", () => clock.Advance(TimeSpan.FromSeconds(5)));
        await left.CancelAsync();
        await Task.WhenAll(others);
    }

    private async Task FollowAsync(WatchKind<string> kind, Action<Watched<string>> see, CancellationToken left)
    {
        try
        {
            await foreach (var now in watches.WatchAsync(member, ClusterRoom.Key, kind, left))
            {
                see(now);
            }
        }
        catch (OperationCanceledException)
        {
            // Left.
        }
    }
}
