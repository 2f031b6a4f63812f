using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Kubernetes.Watching;
using Portal.Tests.Support;
using Xunit.Abstractions;

namespace Portal.Tests.Kubernetes;

/// <summary>Watches into clusters: shared, and they survive what happens to streams.</summary>
public sealed class WatchTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly WatchServer server = new();
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
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
    public async Task Viewers_OfOneGroup_ShareAListAndAWatch()
    {
        var viewers = Enumerable.Range(0, 50).Select(_ => See(member)).ToList();
        await UntilAsync(() => server.Open == 1 && viewers.TrueForAll(v => v.IsReady("node-0") == true), "all see the list");

        var began = Stopwatch.GetTimestamp();
        server.Put("node-0", false);
        await UntilAsync(() => viewers.TrueForAll(v => v.IsReady("node-0") == false), "all see the change");
        output.WriteLine($"50 viewers saw a change after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");

        Assert.Equal((1, 1, 2), (server.Lists, server.Watches, server.Asked));
        Assert.All(server.Users, u => Assert.Equal("portal:watch:member portal:member", u));
        foreach (var viewer in viewers)
        {
            await viewer.DisposeAsync();
        }
    }

    [Fact]
    public async Task Groups_SeeByTheirOwnRights()
    {
        await using var one = See(member);
        await using var two = See(member with { Capabilities = [Capability.Read] });

        await UntilAsync(() => server.Open == 2 && one.IsReady("node-0") == true && two.IsReady("node-0") == true, "both see");

        Assert.Equal(["portal:watch:member portal:member", "portal:watch:reader portal:reader"], server.Users.Distinct().Order());
    }

    [Fact]
    public async Task Stranger_OrWhoMayNotRead_GetsNothing_AndNothingIsAsked()
    {
        var stranger = member with { ProjectId = "p2" };

        await Assert.ThrowsAsync<ForbiddenException>(() => FirstAsync(stranger, ClusterRoom.Key));
        await Assert.ThrowsAsync<ForbiddenException>(() => FirstAsync(member with { Region = new("default", "two") }, ClusterRoom.Key));
        await Assert.ThrowsAsync<ForbiddenException>(() => FirstAsync(member with { Capabilities = [] }, ClusterRoom.Key));
        var e = await Assert.ThrowsAsync<BackendException>(() => FirstAsync(stranger, ClusterRoom.Key with { ProjectId = "p2" }));

        Assert.Equal((BackendFailure.NotFound, 0, 0), (e.Failure, server.Asked, watches.Count));
    }

    [Fact]
    public async Task Stranger_WhileTheOwnerWatches_GetsNothing()
    {
        await using var owner = See(member);
        await UntilAsync(() => owner.IsReady("node-0") == true, "the owner sees");

        await Assert.ThrowsAsync<ForbiddenException>(() => FirstAsync(member with { ProjectId = "p2" }, ClusterRoom.Key));
        await Assert.ThrowsAsync<BackendException>(() => FirstAsync(member with { ProjectId = "p2" }, ClusterRoom.Key with { ProjectId = "p2" }));
        Assert.Equal(1, watches.Count);
    }

    [Fact]
    public async Task Watch_WithoutViewers_EndsAfterAWhile_AndNotBefore()
    {
        var viewer = See(member);
        await UntilAsync(() => server.Open == 1, "it is watched");
        await viewer.DisposeAsync();
        clock.Advance(TimeSpan.FromSeconds(29));

        await using (var back = See(member))
        {
            await UntilAsync(() => back.IsReady("node-0") == true, "who comes back sees at once");
            clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal((1, 1), (watches.Count, server.Watches));
        }

        clock.Advance(TimeSpan.FromSeconds(31));
        await UntilAsync(() => server.Open == 0, "the stream is let go");
        Assert.Equal(0, watches.Count);
    }

    [Fact]
    public async Task Version_ThatIsGone_IsListedAnew()
    {
        server.Put("node-1", true);
        await using var viewer = See(member);
        await UntilAsync(() => server.Open == 1 && viewer.IsReady("node-1") == true, "it is watched");

        server.RemoveInSilence("node-1");
        server.EndStreams();

        await UntilAsync(() => viewer.IsReady("node-1") is null && server.Open == 1, "the list came anew");
        Assert.Equal(2, server.Lists);
        Assert.False(viewer.WasSilent);
    }

    [Fact]
    public async Task Stream_CutInTheMiddleOfALine_GoesOnWhereItWas()
    {
        await using var viewer = See(member);
        await UntilAsync(() => server.Open == 1, "it is watched");

        server.CutStreams();
        await UntilAsync(() => server is { Open: 1, Watches: 2 }, "it is watched again");
        server.Put("node-0", false);

        await UntilAsync(() => viewer.IsReady("node-0") == false, "the change after the cut is seen");
        Assert.Equal(1, server.Lists);
        Assert.False(viewer.WasSilent);
    }

    [Fact]
    public async Task Api_RestoredToAnOlderVersion_IsListedAnew_NotWaitedForInSilence()
    {
        await using var viewer = See(member);
        await UntilAsync(() => server.Open == 1, "it is watched");
        server.Restore(50);

        server.EndStreams();
        await UntilAsync(() => server is { Open: 1, Lists: 2 }, "it is listed again");

        server.Put("node-0", false);
        await UntilAsync(() => viewer.IsReady("node-0") == false, "the change is seen");
    }

    [Fact]
    public async Task Identity_Refused_ThenRenewed_IsTaken()
    {
        await using var viewer = See(member);
        await UntilAsync(() => server.Open == 1, "it is watched");
        server.Refuses = 401;
        server.EndStreams();
        await UntilAsync(() => viewer.Last is { Silence.Failure: BackendFailure.Forbidden, Items.IsEmpty: true }, "whom it refuses sees nothing");

        await room.Access.KeepAsync(ClusterRoom.Key, room.Identity with { ApiAddress = room.Identity.ApiAddress + "/renewed" }, CancellationToken.None);
        server.Refuses = null;

        await Eventually.TrueAsync(() => viewer.Last?.Silence is null && viewer.IsReady("node-0") == true, "the renewed identity is taken", () => clock.Advance(TimeSpan.FromSeconds(5)));
        Assert.Contains(room.Asked, a => a.StartsWith("GET /renewed/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusal_ThatIsOver_ShowsEverythingAgain()
    {
        var names = new WatchKind<string>(KubernetesResource.Of("v1", "Node"), null, o => (string)o["metadata"]!["name"]!);
        using var left = new CancellationTokenSource();
        Watched<string>? last = null;
        var viewer = Task.Run(async () =>
        {
            try
            {
                await foreach (var now in watches.WatchAsync(member, ClusterRoom.Key, names, left.Token))
                {
                    last = now;
                }
            }
            catch (OperationCanceledException)
            {
                // Left.
            }
        });
        await UntilAsync(() => last is { Silence: null, Items.Length: 1 } && server.Open == 1, "it is watched");
        server.Refuses = 401;
        server.EndStreams();
        await UntilAsync(() => last is { Silence.Failure: BackendFailure.Forbidden, Items.IsEmpty: true }, "whom it refuses sees nothing");

        server.Refuses = null;

        await Eventually.TrueAsync(() => last is { Silence: null }, "it is watched again", () => clock.Advance(TimeSpan.FromSeconds(5)));
        Assert.Equal("node-0", Assert.Single(last!.Items));
        await left.CancelAsync();
        await viewer;
    }

    [Fact]
    public async Task Nodes_ThatMayBeListedAndNotWatched_AreAskedAgain()
    {
        server.RefusesWatches = true;
        await using var viewer = See(member);
        await UntilAsync(() => viewer.IsReady("node-0") == true && viewer.Last!.Silence is null && server.Users.Any(u => u.StartsWith("portal:user:u1", StringComparison.Ordinal)), "they are asked for as the person");

        server.Put("node-0", false);

        await Eventually.TrueAsync(() => viewer.IsReady("node-0") == false, "the next answer has the change", () => clock.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task HundredAndFiftyClusters_AreWatchedAtOnce_AWatchEach()
    {
        var keys = Enumerable.Range(0, 150).Select(n => ClusterRoom.Key with { ClusterId = $"cluster-{n}" }).ToList();
        foreach (var key in keys)
        {
            await room.Access.KeepAsync(key, room.Identity with { ApiAddress = $"{room.Identity.ApiAddress}/{key.ClusterId}" }, CancellationToken.None);
        }

        var memory = GC.GetTotalMemory(true);
        var began = Stopwatch.GetTimestamp();
        var viewers = keys.Select(k => new NodeViewer(nodes.WatchAsync(member, k, CancellationToken.None))).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(server.Open == 150 && viewers.TrueForAll(v => v.IsReady("node-0") == true)), "150 are watched", within: TimeSpan.FromMinutes(2));
        output.WriteLine($"150 watches open after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms, {(GC.GetTotalMemory(true) - memory) / 1024 / 150} kB each");

        began = Stopwatch.GetTimestamp();
        server.Put("node-0", false);
        await Eventually.TrueAsync(() => Task.FromResult(viewers.TrueForAll(v => v.IsReady("node-0") == false)), "all see the change", within: TimeSpan.FromMinutes(2));
        output.WriteLine($"a change in each was seen after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");

        Assert.Equal((150, 150, 300), (server.Lists, server.Watches, server.Asked));
        await Task.WhenAll(viewers.Select(v => v.DisposeAsync().AsTask()));
    }

    // Time passes a little: what waits for a moment goes on, and no watch comes to its end.
    private Task UntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(condition, what, () => clock.Advance(TimeSpan.FromMilliseconds(10)));

    private NodeViewer See(Scope scope) => new(nodes.WatchAsync(scope, ClusterRoom.Key, CancellationToken.None));

    private async Task FirstAsync(Scope scope, ClusterKey cluster)
    {
        await foreach (var _ in nodes.WatchAsync(scope, cluster, CancellationToken.None))
        {
            return;
        }
    }
}
