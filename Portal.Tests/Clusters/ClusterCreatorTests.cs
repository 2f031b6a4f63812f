using System.Net;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Storage;
using Portal.Tests.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>POST /clusters is not idempotent; ours is.</summary>
public sealed class ClusterCreatorTests
{
    private static readonly ClusterSpec Spec = new() { Name = "shop", TemplateId = "t", NodeCount = 1 };
    private readonly IDocumentStore store = MemoryHome.NewStore();
    private readonly string intent = Guid.NewGuid().ToString();

    [Fact]
    public async Task Create_SentTwice_MakesOneClusterAndOnePlan()
    {
        await using var bench = new ClusterBench(store);
        Makes(bench);

        var first = await bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default);
        var second = await bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default);

        Assert.Equal(first, second);
        Assert.Equal(["create shop"], bench.Magnum.Sent);
        Assert.Single(bench.Plans.Plans);
        Assert.Equal("default", bench.Plans.Plans[0].Inputs.GetProperty("profile").GetString());
        Assert.Contains("alice cluster.create ok", bench.Audit.Entries);
    }

    [Fact]
    public async Task Create_PressedTwiceAtOnce_MakesOneCluster()
    {
        await using var bench = new ClusterBench(store);
        Makes(bench);

        var both = await Task.WhenAll(
            Task.Run(() => bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default)),
            Task.Run(() => bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default)));

        Assert.Equal(both[0], both[1]);
        Assert.Single(bench.Magnum.Sent);
    }

    [Fact]
    public async Task Create_AnswerLostButMade_IsFoundAgain()
    {
        await using var bench = new ClusterBench(store);
        string? made = null;
        bench.Magnum.OnCreate = spec =>
        {
            made = Made(bench, spec.Name).Id;
            throw new BackendException("magnum", "create cluster", BackendFailure.Unreachable);
        };

        var created = await bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default);

        Assert.Equal(made, created.ClusterId);
        Assert.Single(bench.Magnum.Rows);
    }

    [Fact]
    public async Task Create_AnswerLostAndNotMade_FailsAndASecondTryMakesIt()
    {
        await using var bench = new ClusterBench(store);
        bench.Magnum.OnCreate = _ => throw new BackendException("magnum", "create cluster", BackendFailure.Timeout);
        await Assert.ThrowsAsync<BackendException>(() => bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default));
        Makes(bench);

        await bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default);

        Assert.Single(bench.Magnum.Rows);
    }

    [Fact]
    public async Task Create_OldClusterOfTheSameNameOrAnotherPersons_IsNotAdopted()
    {
        await using var bench = new ClusterBench(store);
        bench.Magnum.Put(FakeMagnum.Row() with { CreatedAt = bench.Time.GetUtcNow() - TimeSpan.FromDays(1) });
        bench.Magnum.Put(FakeMagnum.Row() with { CreatedAt = bench.Time.GetUtcNow(), UserId = "u2" });
        bench.Magnum.OnCreate = _ => throw new BackendException("magnum", "create cluster", BackendFailure.Timeout);

        await Assert.ThrowsAsync<BackendException>(() => bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default));
        Assert.Empty(bench.Plans.Plans);
    }

    [Fact]
    public async Task Create_TwoThatFit_Stops()
    {
        await using var bench = new ClusterBench(store);
        bench.Magnum.OnCreate = spec =>
        {
            Made(bench, spec.Name);
            Made(bench, spec.Name);
            throw new BackendException("magnum", "create cluster", BackendFailure.Timeout);
        };

        var e = await Assert.ThrowsAsync<ClusterActionException>(() => bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default));

        Assert.Equal("cluster.creation-ambiguous", e.WhyNot.Code);
    }

    [Fact]
    public async Task Create_RefusedByMagnum_GoesToTheFieldAndCanBeSentAgain()
    {
        await using var bench = new ClusterBench(store);
        bench.Magnum.OnCreate = _ => throw new BackendException("magnum", "create cluster", BackendFailure.NotFound, "Unable to find keypair nope.", HttpStatusCode.NotFound);
        var e = await Assert.ThrowsAsync<ClusterInvalidException>(() => bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default));
        Assert.Equal(("Keypair", "keypair-not-found", "nope"), (e.Errors[0].Field, e.Errors[0].Code, e.Errors[0].Arguments["value"]));
        Makes(bench);

        var created = await bench.Creator.CreateAsync(bench.Member, Spec with { Name = "mended" }, intent, Fine, default);

        Assert.Equal("mended", bench.Magnum.Rows[created.ClusterId].Name);
        Assert.Contains("alice cluster.create NotFound", bench.Audit.Entries);
    }

    [Fact]
    public async Task Resume_ProcessDiedAfterMagnumMadeIt_StartsItsInitialisationForThePerson()
    {
        await using (var died = new ClusterBench(store))
        {
            died.Magnum.OnCreate = _ => throw new OperationCanceledException();
            await Assert.ThrowsAsync<OperationCanceledException>(() => died.Creator.CreateAsync(died.Member, Spec, intent, Fine, default));
        }

        await using var bench = new ClusterBench(store);
        var made = Made(bench, "shop");
        await bench.Creator.ResumeAsync(default);
        await bench.Creator.ResumeAsync(default);

        var plan = Assert.Single(bench.Plans.Plans);
        Assert.Equal((ClusterPlans.Subject(made.Id), "alice"), (plan.Subject, plan.RequestedBy));
        Makes(bench);
        Assert.Equal(made.Id, (await bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default)).ClusterId);
        Assert.Empty(bench.Magnum.Sent);
    }

    [Fact]
    public async Task Create_OnTwoReplicasAtOnce_MakesOneClusterAndGivesTheSamePlan()
    {
        var home = new MemoryHome();
        var seen = new HookedHome(home);
        await using var one = new ClusterBench(new DocumentStore(home));
        await using var two = new ClusterBench(new DocumentStore(seen), one);
        Task<CreatedCluster>? other = null;
        one.Magnum.OnCreate = spec =>
        {
            // The second replica comes while Magnum is still thinking.
            one.Magnum.OnCreate = _ => throw new InvalidOperationException("sent twice");
            other = two.Creator.CreateAsync(two.Member, Spec, intent, Fine, default);
            Eventually.TrueAsync(() => seen.Finds >= 3 || other.IsCompleted, "it looks and looks again", () => one.Time.Advance(TimeSpan.FromMilliseconds(100))).Wait();
            Assert.False(other.IsCompleted);
            return Made(one, spec.Name).Id;
        };

        var first = await one.Creator.CreateAsync(one.Member, Spec, intent, Fine, default);
        await Eventually.TrueAsync(() => other!.IsCompleted, "the second replica answers", () => one.Time.Advance(TimeSpan.FromMilliseconds(100)));

        Assert.Equal(first, await other!);
        Assert.Single(one.Magnum.Rows);
        Assert.Single(one.Plans.Plans);
    }

    [Fact]
    public async Task Create_BegunByAReplicaThatDied_IsFoundOrSentOnceItCannotArriveAnyMore()
    {
        await using var died = new ClusterBench(store);
        died.Magnum.OnCreate = _ => throw new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => died.Creator.CreateAsync(died.Member, Spec, intent, Fine, default));
        await using var bench = new ClusterBench(store, died);
        Makes(bench);

        var creating = bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default);
        await Eventually.TrueAsync(() => creating.IsCompleted, "created", () => bench.Time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal((await creating).ClusterId, Assert.Single(bench.Magnum.Rows).Key);
        Assert.True(bench.Time.GetUtcNow() - bench.Time.Start >= TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task Intent_OfAnotherPersonOrProject_IsAnother()
    {
        await using var bench = new ClusterBench(store);
        Makes(bench);

        var mine = await bench.Creator.CreateAsync(bench.Member, Spec, intent, Fine, default);
        var theirs = await bench.Creator.CreateAsync(bench.Stranger, Spec, intent, Fine, default);

        Assert.NotEqual(mine.ClusterId, theirs.ClusterId);
    }

    private static Task Fine() => Task.CompletedTask;

    private static void Makes(ClusterBench bench) => bench.Magnum.OnCreate = spec => Made(bench, spec.Name).Id;

    private static Cluster Made(ClusterBench bench, string name) =>
        bench.Magnum.Put(FakeMagnum.Row(name: name, status: ClusterStatus.CreateInProgress) with { CreatedAt = bench.Time.GetUtcNow() });
}
