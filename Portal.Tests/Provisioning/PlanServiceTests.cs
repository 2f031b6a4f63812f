using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>Who sees and does what with plans.</summary>
public sealed class PlanServiceTests
{
    private static readonly Scope Reader = TestEngine.ScopeOf("p1", Capability.Read);
    private static readonly Scope Stranger = TestEngine.ScopeOf("p2", Capability.Read, Capability.Write);
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task AnotherProjectsUser_SeesAndDoesNothing()
    {
        await using var engine = await StuckAsync();
        var plan = await StuckPlanAsync(engine);
        using var cancel = new CancellationTokenSource();
        await using var watch = engine.Plans.WatchAsync(Stranger, plan.Id, cancel.Token).GetAsyncEnumerator();
        await using var own = engine.Plans.WatchAsync(TestEngine.Member, plan.Id, cancel.Token).GetAsyncEnumerator();
        var all = await engine.Plans.WatchAllAsync(Stranger, cancel.Token);
        var next = watch.MoveNextAsync().AsTask();
        Assert.True(await own.MoveNextAsync());

        foreach (var stranger in new[] { Stranger, Stranger with { ProjectId = "p1", Region = new("cloud", "two") }, Stranger with { ProjectId = "p1", Region = new("other", "one") } })
        {
            Assert.Null(await engine.Plans.FindAsync(stranger, plan.Id, default));
            Assert.Empty(await engine.Plans.ListAsync(stranger, null, default));
            Assert.Empty(await engine.Plans.ListAsync(stranger, plan.Subject, default));
            Assert.Null(await engine.Plans.FindRunningAsync(stranger, plan.Subject, default));
            Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(() => engine.Plans.RetryAsync(stranger, plan.Id, "a", default))).Failure);
            Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(() => engine.Plans.CancelAsync(stranger, plan.Id, true, default))).Failure);
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => engine.Plans.StartAsync(Stranger, TestEngine.Request(plan.Subject), default));
        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default);
        Assert.True(await own.MoveNextAsync());
        Assert.False(next.IsCompleted);
        Assert.Empty(all.Items);
        Assert.Equal(PlanState.NeedsSomeone, (await engine.UntilAsync(plan.Id, PlanState.NeedsSomeone)).State);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Reader_Sees_ButChangesNothing()
    {
        var observer = new PlanWitness();
        await using var engine = await StuckAsync(observer);
        var plan = await StuckPlanAsync(engine);

        Assert.Equal(plan.Id, (await engine.Plans.FindAsync(Reader, plan.Id, default))!.Id);
        await Assert.ThrowsAsync<ForbiddenException>(() => engine.Plans.StartAsync(Reader, TestEngine.Request("c/2"), default));
        await Assert.ThrowsAsync<ForbiddenException>(() => engine.Plans.RetryAsync(Reader, plan.Id, "a", default));
        await Assert.ThrowsAsync<ForbiddenException>(() => engine.Plans.CancelAsync(Reader, plan.Id, false, default));
        await Assert.ThrowsAsync<ForbiddenException>(() => engine.Plans.FindAsync(TestEngine.ScopeOf("p1"), plan.Id, default));
        Assert.Throws<ForbiddenException>(() => engine.Plans.WatchAsync(TestEngine.ScopeOf("p1"), plan.Id, default));
        Assert.Equal(["Start ok", "Start forbidden", "Retry forbidden", "Cancel forbidden"], observer.Acts);
    }

    [Fact]
    public async Task Observer_IsToldOfEveryActAndTheEnd_AndItsFailureStopsNothing()
    {
        var observer = new PlanWitness { Fails = true };
        await using var engine = await StuckAsync(observer);
        var plan = await StuckPlanAsync(engine);
        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default);
        await engine.UntilAsync(plan.Id, p => p.Steps[0].Attempts.Length == 2 && p.State is PlanState.NeedsSomeone);
        await Assert.ThrowsAsync<SubjectLockedException>(() => engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"x":1}"""), default));
        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);
        await Eventually.TrueAsync(() => observer.Acts.Count == 5, "told");

        Assert.Equal(["Start ok", "Retry ok", "Start locked", "Undo ok", "ended Undone"], observer.Acts);
    }

    [Fact]
    public async Task SameRequestTwice_GivesTheSamePlan_AnotherIsRefused()
    {
        await using var engine = await StuckAsync();
        var plans = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"a":1,"b":[2]}"""), default)));
        var again = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"b":[2.0],"a":1}"""), default);

        Assert.Single(plans.Append(again).Select(p => p.Id).Distinct());
        Assert.Single(await engine.Plans.ListAsync(TestEngine.Member, null, default));
        var e = await Assert.ThrowsAsync<SubjectLockedException>(() => engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"a":2}"""), default));
        Assert.Equal(again.Id, e.Holder.Id);
    }

    [Fact]
    public async Task List_IsNewestFirst_AndOfOneSubject()
    {
        await using var engine = await TestEngine.StartAsync(home, time, [new TestStep("a")]);
        var ids = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request($"c/{n % 2}"), default);
            ids.Insert(0, plan.Id);
            await engine.UntilAsync(plan.Id, PlanState.Done);
        }

        Assert.Equal(ids, (await engine.Plans.ListAsync(TestEngine.Member, null, default)).Select(p => p.Id));
        Assert.Equal([ids[1], ids[3]], (await engine.Plans.ListAsync(TestEngine.Member, "c/1", default)).Select(p => p.Id));
    }

    [Fact]
    public async Task UnknownKind_IsRefusedAndLocksNothing()
    {
        await using var engine = await TestEngine.StartAsync(home, time, [new TestStep("a")]);

        await Assert.ThrowsAsync<ArgumentException>(() => engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request() with { Kind = "nope" }, default));
        Assert.Empty(await engine.Store.ListAsync(PlanDocuments.Locks, null, default));
    }

    private async Task<Plan> StuckPlanAsync(TestEngine engine)
    {
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        return await engine.UntilAsync(plan.Id, PlanState.NeedsSomeone);
    }

    private Task<TestEngine> StuckAsync(IPlanObserver? observer = null) =>
        TestEngine.StartAsync(home, time, [new TestStep("a") { Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) }], observer: observer);
}
