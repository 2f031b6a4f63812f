using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Watching;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Shared;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>When a cluster is late, what is usual, and what is read for it.</summary>
public sealed class LatenessTests : IAsyncDisposable
{
    private readonly ClusterBench bench = new(isPolledByHand: true);

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Cluster_InOrder_CostsNoRead()
    {
        var ready = bench.Magnum.Put(FakeMagnum.Row() with { StackId = Guid.NewGuid().ToString() });
        var young = bench.Magnum.Put(FakeMagnum.Row(name: "young", status: ClusterStatus.CreateInProgress) with { StackId = Guid.NewGuid().ToString(), CreatedAt = bench.Time.GetUtcNow() });
        await bench.PolledAsync();
        await PollAsync();

        Assert.Null(await bench.Evidence.ExplainAsync(bench.Member, ready.Id, default));
        Assert.Null(await bench.Evidence.ExplainAsync(bench.Member, young.Id, default));
        Assert.Equal(0, bench.Heat.Asked);
    }

    [Fact]
    public async Task Creation_MuchLongerThanTheTemplatesMedian_IsLateAndSaysWhatIsUsual()
    {
        await bench.PolledAsync();
        foreach (var minutes in new[] { 4, 6, 40 })
        {
            await SeeCreationAsync(minutes);
        }

        var slow = bench.Magnum.Put(FakeMagnum.Row(name: "slow", status: ClusterStatus.CreateInProgress) with { StackId = Guid.NewGuid().ToString(), CreatedAt = bench.Time.GetUtcNow() });
        bench.Heat.Resources.Add(new("loadbalancer", "lb1", "Magnum::Optional::Neutron::LBaaS::LoadBalancer", "CREATE_IN_PROGRESS", "state changed", bench.Time.GetUtcNow(), "slow-api_lb"));
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        await PollAsync();
        Assert.Equal(StateKind.Run, (await ViewAsync(slow.Id)).State.Kind);

        bench.Time.Advance(TimeSpan.FromMinutes(3));

        // While one round of explaining runs, a poll begins no second one.
        await Eventually.TrueAsync(
            async () =>
            {
                await PollAsync();
                return (await ViewAsync(slow.Id)).State.Kind is StateKind.Warn;
            },
            "it is late");
        var state = (await ViewAsync(slow.Id)).State;
        Assert.Equal(("being-created", "cluster.why.waits-load-balancer", TimeSpan.FromMinutes(6), Actor.Platform), (state.Code, state.Reason!.Code, state.Usual, state.Actor));
        Assert.Equal("It waits for one of its load balancers.", Reasons.Tell(state.Reason));
        Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(() => bench.Evidence.ExplainAsync(bench.Stranger, slow.Id, default))).Failure);
    }

    [Fact]
    public async Task Creation_SeenByAnotherPortal_IsUsualForThisOneToo()
    {
        var store = MemoryHome.NewStore();
        await using var first = new ClusterBench(store, isPolledByHand: true);
        await first.PolledAsync();
        await SeeCreationAsync(7, first);
        await using var second = new ClusterBench(store, first, isPolledByHand: true);
        first.Magnum.Put(FakeMagnum.Row(name: "next", status: ClusterStatus.CreateInProgress) with { CreatedAt = first.Time.GetUtcNow() });

        await second.PolledAsync();

        await Eventually.TrueAsync(async () => (await second.Clusters.WatchAsync(second.Member, default)).Items.Any(v => v.State.Usual == TimeSpan.FromMinutes(7)), "what is usual is known");
    }

    [Fact]
    public async Task Creation_ThatEndedInALongSilence_IsNotCountedAsUsual()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: ClusterStatus.CreateInProgress) with { CreatedAt = bench.Time.GetUtcNow() });
        await bench.PolledAsync();
        bench.Magnum.ListFailure = new BackendException("magnum", "list clusters", BackendFailure.Timeout);
        bench.Time.Advance(TimeSpan.FromMinutes(20));
        await PollAsync();
        bench.Magnum.ListFailure = null;
        bench.Magnum.Put(cluster with { Status = ClusterStatus.CreateComplete, StatusText = "CREATE_COMPLETE" });
        await PollAsync();

        Assert.Empty(bench.Board.TakeCreated());
        bench.Magnum.Put(FakeMagnum.Row(name: "next", status: ClusterStatus.CreateInProgress) with { CreatedAt = bench.Time.GetUtcNow() });
        await PollAsync();
        Assert.All((await bench.Clusters.WatchAsync(bench.Member, default)).Items, v => Assert.Null(v.State.Usual));
    }

    [Fact]
    public async Task Failure_WithABrokenHeat_IsToldByMagnumAndSaysWhatIsMissing()
    {
        bench.Heat.Failure = new BackendException("heat", "find stack", BackendFailure.Broken, null, null, "req-1");
        var faults = ImmutableDictionary<string, string>.Empty.Add("default-master", "Resource CREATE failed: Forbidden: resources.sg: Quota exceeded, too many server groups. (HTTP 403)");
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: ClusterStatus.CreateFailed) with { StackId = Guid.NewGuid().ToString(), StatusReason = StuckCase.Nothing, Faults = faults });
        await bench.PolledAsync();

        var why = await bench.Evidence.ExplainAsync(bench.Member, cluster.Id, default);

        Assert.Equal("quota", why!.RuleId);
        Assert.Contains(why.Missing, m => m is { Backend: "heat", RequestId: "req-1" });
        Assert.Equal(["magnum", "magnum"], why.Lines.Select(l => l.Source));
        Assert.Single((await bench.Clusters.WatchAsync(bench.Member, default)).Items);
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, "api", "ok", "not-reachable", "Magnum reaches its API, the portal does not.", "health_status: HEALTHY")]
    [InlineData(HealthStatus.Unknown, "api", "The cluster shop is not accessible.", "api-silent", "Neither the portal nor Magnum has an answer from its API.", "health_status: UNKNOWN api: The cluster shop is not accessible.")]
    public void Silence_OfAnApi_IsToldByWhoElseReachesIt(HealthStatus health, string part, string said, string rule, string sentence, string bare)
    {
        var cluster = FakeMagnum.Row() with { Health = health, HealthReasons = ImmutableDictionary<string, string>.Empty.Add(part, said) };
        var done = FakePlanService.Plan(ClusterPlans.Initialisation, cluster.Id, PlanState.Done);

        var why = FactRules.Unreachable(cluster);
        var state = ClusterViews.Derive(new ClusterRow(cluster, null, null, null), [done], [new(StateKind.Unknown, Reason.Of("cluster.api-silent"), Actor.Nobody, null)], bench.Member).State;

        Assert.StartsWith(bare, why.Evidence, StringComparison.Ordinal);
        Assert.Equal((rule, "cluster.why." + rule), (why.RuleId, state.Reason!.Code));
        Assert.StartsWith(sentence, Reasons.Tell(why.Reason), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node-1.Ready", "False", "unhealthy-node", "1 of its nodes are not ready, among them node-1.", "node-1.Ready: False")]
    [InlineData("api", "(500)", "unhealthy-api", "Magnum's health check has an error from its API: (500)", "api: (500)")]
    public void Health_ThatMagnumComplainsOf_IsToldInWords(string part, string said, string rule, string sentence, string bare)
    {
        var cluster = FakeMagnum.Row() with { Health = HealthStatus.Unhealthy, HealthReasons = ImmutableDictionary<string, string>.Empty.Add(part, said).Add("node-0.Ready", "True") };

        var why = FactRules.Unhealthy(cluster)!;

        Assert.Equal((bare, rule, sentence), (why.Evidence, why.RuleId, Reasons.Tell(why.Reason)));
    }

    private async Task SeeCreationAsync(int minutes, ClusterBench? at = null)
    {
        at ??= bench;
        var cluster = at.Magnum.Put(FakeMagnum.Row(name: "made-" + minutes, status: ClusterStatus.CreateInProgress) with { StatusText = "CREATE_IN_PROGRESS", CreatedAt = at.Time.GetUtcNow() });
        await PollAsync(at);
        at.Time.Advance(TimeSpan.FromMinutes(minutes));
        await PollAsync(at);
        at.Magnum.Put(cluster with { Status = ClusterStatus.CreateComplete, StatusText = "CREATE_COMPLETE" });
        await PollAsync(at);
    }

    private Task PollAsync(ClusterBench? at = null) => (at ?? bench).Poller.PollAsync(TestScopes.Region, (at ?? bench).Board, default);

    private async Task<ClusterView> ViewAsync(string id) => (await bench.Clusters.WatchAsync(bench.Member, default)).Items.Single(v => v.Cluster.Id == id);
}
