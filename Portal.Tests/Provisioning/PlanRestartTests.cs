using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>A plan that another process has begun.</summary>
public sealed class PlanRestartTests
{
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task StepOfAnotherVersion_IsRunByTheNewestCodeThatTakesIt_ElseNeedsSomeone()
    {
        var ran = new ConcurrentQueue<string>();
        await using (var old = await StartAsync(new TestStep("a") { Version = 2, Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) }))
        {
            var plan = await old.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
            await old.UntilAsync(plan.Id, PlanState.NeedsSomeone);
        }

        async Task<Plan> RetriedAsync(params IProvisioningStep[] steps)
        {
            await using var engine = await StartAsync(steps);
            var id = (await engine.Plans.ListAsync(TestEngine.Member, null, default)).Single().Id;
            await engine.Plans.RetryAsync(TestEngine.Member, id, "a", default);
            return await engine.UntilAsync(id, p => p.State is PlanState.Done || p.Steps[0].Reason?.Code == "step.unknown");
        }

        TestStep Code(int oldest, int version) => new("a") { OldestVersion = oldest, Version = version, Run = (_, _) => { ran.Enqueue($"{oldest}-{version}"); return Task.FromResult(StepResult.Done); } };
        Assert.Equal(PlanState.NeedsSomeone, (await RetriedAsync(Code(1, 1), Code(3, 5))).State);
        Assert.Equal(PlanState.Done, (await RetriedAsync(Code(1, 2), Code(2, 4), Code(3, 5))).State);
        Assert.Equal(["2-4"], ran);
    }

    [Fact]
    public async Task Stop_LeavesTheStepRunningInTheJournal_AndTheNextStartRunsItAgain()
    {
        var tries = 0;
        var step = new TestStep("a")
        {
            Run = async (_, token) =>
            {
                if (++tries == 1)
                {
                    await Task.Delay(Timeout.Infinite, token);
                }

                return StepResult.Done;
            },
        };
        string id;
        await using (var engine = await StartAsync(step))
        {
            id = (await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default)).Id;
            await Eventually.TrueAsync(() => tries == 1, "runs");
        }

        Assert.Equal("a:Running", (await new DocumentStore(home).FindAsync(PlanDocuments.Plans, id, default))!.Value.States());
        await using var next = await StartAsync(step);
        var done = await next.UntilAsync(id, PlanState.Done);
        Assert.Equal(["step.interrupted", "-"], done.Steps[0].AttemptReasons());
    }

    [Fact]
    public async Task RetryAt_IsKeptAcrossARestart()
    {
        var tries = 0;
        var step = new TestStep("a")
        {
            Run = (_, _) => ++tries == 1 ? throw new BackendException("k", "o", BackendFailure.Throttled) { RetryAfter = TimeSpan.FromMinutes(7) } : Task.FromResult(StepResult.Done),
        };
        string id;
        await using (var engine = await StartAsync(step))
        {
            id = (await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default)).Id;
            await engine.UntilAsync(id, p => p.Steps[0].State is StepState.Retrying);
        }

        time.Advance(TimeSpan.FromMinutes(6));
        await using var next = await StartAsync(step);
        await next.UntilAsync(id, p => p.Runner is not null);
        Assert.Equal(1, tries);
        time.Advance(TimeSpan.FromMinutes(1));
        await next.UntilAsync(id, PlanState.Done, clockRuns: true);
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task Retry_WhileTheEngineTakesThePlan_IsTakenUp()
    {
        string id;
        await using (var old = await StartAsync(Stuck))
        {
            id = (await old.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default)).Id;
            await old.UntilAsync(id, PlanState.NeedsSomeone);
        }

        var hooked = new HookedHome(home);
        await using var engine = new TestEngine(hooked, time, [new TestStep("a")]);
        hooked.BeforePut("plan", () => engine.Plans.RetryAsync(TestEngine.Member, id, "a", default));
        await engine.StartAsync();

        await engine.UntilAsync(id, PlanState.Done);
    }

    [Fact]
    public async Task RetryOfAFailedPlan_ThatDiesBetweenLockAndPlan_IsGoneOnWithByWhoeverFindsTheLock()
    {
        var hooked = new HookedHome(home);
        var fail = true;

        // Whoever finds the lock first, the engine or the next who asks: the plan is not over before both have looked.
        var looked = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(hooked, time, [
            new TestStep("a")
            {
                Run = async (_, ended) =>
                {
                    if (fail)
                    {
                        throw new StepFailedException(Reason.Of("gone"), Actor.Project, final: true);
                    }

                    await looked.Task.WaitAsync(ended);
                    return StepResult.Done;
                },
            },
        ]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, PlanState.Failed);
        await LocksAsync(engine, 0);
        fail = false;
        hooked.BeforePut("plan", () => throw new StorageException("gone"));
        await Assert.ThrowsAsync<StorageException>(() => engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default));

        var e = await Assert.ThrowsAsync<SubjectLockedException>(() => engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"x":1}"""), default));

        Assert.Equal(plan.Id, e.Holder.Id);
        looked.SetResult();
        await engine.UntilAsync(plan.Id, PlanState.Done, clockRuns: true);
        await LocksAsync(engine, 0);
    }

    [Fact]
    public async Task EndThatWasCutShort_IsFinishedByTheNextEngine()
    {
        var hooked = new HookedHome(home);
        var before = new PlanWitness();
        string id;
        await using (var engine = await TestEngine.StartAsync(hooked, time, [new TestStep("a")], observer: before))
        {
            hooked.BeforePut("plan_statistics", () => throw new StorageException("gone"));
            id = (await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default)).Id;
            await engine.UntilAsync(id, PlanState.Done);
        }

        Assert.Equal(["Start ok"], before.Acts);
        var after = new PlanWitness();
        await using var next = await TestEngine.StartAsync(home, time, [new TestStep("a")], observer: after);
        await LocksAsync(next, 0);

        Assert.Equal(["ended Done"], after.Acts);
        Assert.Single((await next.Store.FindAsync(PlanDocuments.Statistics, "test", default))!.Value.Durations);
    }

    private static TestStep Stuck => new("a") { Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) };

    private static Task LocksAsync(TestEngine engine, int count) =>
        Eventually.TrueAsync(async () => (await engine.Store.ListAsync(PlanDocuments.Locks, null, default)).Count == count, $"{count} locks");

    private Task<TestEngine> StartAsync(params IProvisioningStep[] steps) => TestEngine.StartAsync(home, time, steps);
}
