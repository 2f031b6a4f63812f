using Microsoft.Extensions.Time.Testing;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>Two engines over one store, as two replicas of the portal are.</summary>
public sealed class PlanReplicaTests
{
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task TwoEngines_OverOneStore_OneGoesOnAndTheOtherLetsGo()
    {
        var (firstRuns, secondRuns, cancelled, ends) = (0, 0, 0, new TaskCompletionSource());
        await using var first = await TestEngine.StartBesideAsync(home, time, [
            new TestStep("a")
            {
                Run = async (x, token) =>
                {
                    Interlocked.Increment(ref firstRuns);
                    await ends.Task.WaitAsync(TimeSpan.FromSeconds(20), token);
                    try
                    {
                        await x.KeepAsync("by", "first", token);
                    }
                    catch
                    {
                        Interlocked.Increment(ref cancelled);
                        throw;
                    }

                    return StepResult.Done;
                },
            },
            new TestStep("b", "a") { Run = (_, _) => { Interlocked.Add(ref firstRuns, 100); return Task.FromResult(StepResult.Done); } },
        ]);
        var plan = await first.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await first.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Running);

        await using var second = await TestEngine.StartBesideAsync(home, time, [
            new TestStep("a")
            {
                Run = async (x, token) =>
                {
                    Interlocked.Increment(ref secondRuns);
                    await x.KeepAsync("by", "second", token);
                    return secondRuns == 1 ? StepResult.NotYet(Reason.Of("w"), TimeSpan.FromSeconds(2)) : StepResult.Done;
                },
            },
            new TestStep("b", "a"),
        ]);
        await second.UntilAsync(plan.Id, p => p.Steps[0].Outputs.Count == 1);
        ends.SetResult();
        await Eventually.TrueAsync(() => cancelled == 1, "the first is stopped by the journal");
        var done = await second.UntilAsync(plan.Id, PlanState.Done, clockRuns: true);

        Assert.Equal("second", done.Steps[0].Outputs["by"]);
        Assert.Equal(1, firstRuns);
        Assert.Equal("step.interrupted", done.Steps[0].Attempts[0].Reason!.Code);
    }

    [Fact]
    public async Task ManyEngines_StartTheSamePlan_OneLockOnePlan()
    {
        var engines = new List<TestEngine>();
        for (var n = 0; n < 4; n++)
        {
            engines.Add(await TestEngine.StartBesideAsync(home, time, [new TestStep("a") { Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) }]));
        }

        var plans = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => engines[n % 4].Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default)));

        Assert.Single(plans.Select(p => p.Id).Distinct());
        Assert.Single(await engines[0].Store.ListAsync(PlanDocuments.Plans, null, default));
        foreach (var engine in engines)
        {
            await engine.DisposeAsync();
        }
    }

    [Fact]
    public async Task WhatAnotherReplicaRuns_IsLeftToIt()
    {
        var go = new TaskCompletionSource();
        var hooked = new HookedHome(home);
        await using var first = await TestEngine.StartBesideAsync(home, time, [Until(go)]);
        await using var second = await TestEngine.StartBesideAsync(hooked, time, [new TestStep("a")]);
        var plan = await first.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await first.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Running);

        // Whoever asks for the same thing again, and every sweep, comes by here.
        Assert.Equal(plan.Id, (await second.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default)).Id);
        for (var n = 0; n < 2; n++)
        {
            var before = hooked.Finds;
            await second.Work.RunAsync("plan/" + plan.Id, default);
            await Eventually.TrueAsync(() => hooked.Finds > before, "looked at");
        }

        go.SetResult();
        Assert.Equal(["-"], (await first.UntilAsync(plan.Id, PlanState.Done)).Steps[0].AttemptReasons());
    }

    [Fact]
    public async Task Cancel_OnAnotherReplica_StopsTheStepBeforeThePlanEnds()
    {
        var ended = new TaskCompletionSource<bool>();
        await using var first = await TestEngine.StartBesideAsync(home, time, [
            new TestStep("a")
            {
                Run = async (x, token) =>
                {
                    await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
                    ended.SetResult((await new DocumentStore(home).FindAsync(PlanDocuments.Plans, x.Plan.Id, default))!.Value.IsEnded);
                    token.ThrowIfCancellationRequested();
                    return StepResult.Done;
                },
            },
        ]);
        await using var second = await TestEngine.StartBesideAsync(home, time, [new TestStep("a")]);
        var plan = await first.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await first.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Running);

        await second.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: false, default);

        var end = await second.UntilAsync(plan.Id, p => p.IsEnded, clockRuns: true);
        Assert.Equal((PlanState.Cancelled, false), (end.State, await ended.Task.WaitAsync(TimeSpan.FromSeconds(20))));
        // Long before the engine would take the plan for lost; the test's clock runs ahead of a slow machine.
        Assert.InRange(end.EndedAt!.Value - plan.CreatedAt, TimeSpan.Zero, TimeSpan.FromMinutes(14));
    }

    [Fact]
    public async Task Retry_OnAReplicaThatLostThePlan_IsTakenUpThere()
    {
        await using var first = await TestEngine.StartBesideAsync(home, time, [new TestStep("a") { Run = (x, _) => x.Step.Attempts.Length > 1 ? Task.FromResult(StepResult.Done) : throw Stuck() }]);
        var plan = await first.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var stuck = await first.UntilAsync(plan.Id, PlanState.NeedsSomeone);
        await using var second = await TestEngine.StartBesideAsync(home, time, [new TestStep("a") { Run = (_, _) => throw Stuck() }]);
        await second.UntilAsync(plan.Id, p => p.Runner != stuck.Runner && p.State is PlanState.NeedsSomeone);

        await first.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default);

        await first.UntilAsync(plan.Id, PlanState.Done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_WhileAnotherReplicaFreesTheSubject_KeepsIt(bool justBeforeTheDelete)
    {
        var (go, runs) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (hooked, witness) = (new HookedHome(home), new PlanWitness());
        await using var second = await TestEngine.StartBesideAsync(home, time, [Until(go, runs)]);
        await using var first = await TestEngine.StartBesideAsync(hooked, time, [new TestStep("a") { Run = (_, _) => throw Stuck(final: true) }], observer: witness);
        async Task RetryAsync(string id)
        {
            await second.Plans.RetryAsync(TestEngine.Member, id, "a", default);
            await runs.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }

        var retried = new TaskCompletionSource<string>();
        witness.OnEnd = async p =>
        {
            if (justBeforeTheDelete)
            {
                hooked.BeforeDelete("plan_lock", async () => { await RetryAsync(p.Id); retried.SetResult(p.Id); });
            }
            else
            {
                await RetryAsync(p.Id);
                retried.SetResult(p.Id);
            }
        };
        await first.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var plan = await retried.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await first.StopAsync();

        var e = await Assert.ThrowsAsync<SubjectLockedException>(() => second.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"x":1}"""), default));

        Assert.Equal(plan, e.Holder.Id);
        go.SetResult();
        await second.UntilAsync(plan, PlanState.Done);
    }

    [Fact]
    public async Task Plan_LostAndGivenBackAtOnce_IsTakenUpWithoutWaitingForTheSweep()
    {
        var runs = 0;
        await using var engine = await TestEngine.StartBesideAsync(home, time, [
            new TestStep("a")
            {
                Run = async (_, token) =>
                {
                    if (Interlocked.Increment(ref runs) == 1)
                    {
                        await Task.Delay(Timeout.Infinite, token);
                    }

                    return StepResult.Done;
                },
            },
        ]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Running);

        // Another replica took it and ended it, and a person has asked for it again: nobody's, the same subject.
        var found = await engine.Store.FindAsync(PlanDocuments.Plans, plan.Id, default);
        await engine.Store.PutAsync(PlanDocuments.Plans, plan.Id, found!.Value with { Runner = null }, found.Version, default);
        await engine.Work.RunAsync("plan/" + plan.Id, default);

        // The clock stands still: no sweep comes.
        await engine.UntilAsync(plan.Id, PlanState.Done);
        Assert.Equal(2, runs);
    }

    private static StepFailedException Stuck(bool final = false) => new(Reason.Of("x"), Actor.Project, final);

    private static TestStep Until(TaskCompletionSource go, TaskCompletionSource? runs = null) => new("a")
    {
        Run = async (_, token) =>
        {
            runs?.TrySetResult();
            await go.Task.WaitAsync(token);
            return StepResult.Done;
        },
    };
}
