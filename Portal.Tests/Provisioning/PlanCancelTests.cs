using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>Stopping, and the way back.</summary>
public sealed class PlanCancelTests
{
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<string> acts = new();

    [Theory]
    [InlineData(0, "s0:Cancelled s1:Cancelled s2:Cancelled", "s0:Undone s1:Cancelled s2:Cancelled")]
    [InlineData(1, "s0:Done s1:Cancelled s2:Cancelled", "s0:Undone s1:Undone s2:Cancelled")]
    [InlineData(2, "s0:Done s1:Done s2:Cancelled", "s0:Undone s1:Undone s2:Undone")]
    public async Task Cancelled_AtEachStep_StopsThere_OrUndoesWhatBegan(int at, string stopped, string undone)
    {
        foreach (var undo in new[] { false, true })
        {
            acts.Clear();
            await using var engine = await StartAsync(at);
            var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request($"c/{undo}"), default);
            await engine.UntilAsync(plan.Id, p => p.Steps[at].State is StepState.Running);

            await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo, default);

            var end = await engine.UntilAsync(plan.Id, p => p.IsEnded);
            Assert.Equal((undo ? PlanState.Undone : PlanState.Cancelled, undo ? undone : stopped), (end.State, end.States()));
            Assert.Equal(undo ? Enumerable.Range(0, at + 1).Reverse().Select(n => $"undo s{n}") : [], acts.Where(a => a.StartsWith("undo", StringComparison.Ordinal)));
            Assert.Contains($"cancelled s{at}", acts);
            await Eventually.TrueAsync(async () => await engine.Plans.FindRunningAsync(TestEngine.Member, plan.Subject, default) is null, "free");
        }
    }

    [Fact]
    public async Task StepThatEndsInSpiteOfTheCancel_IsDone()
    {
        var go = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(home, time, [
            new TestStep("a") { Run = async (_, token) => { await go.Task.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None); return StepResult.Done; } },
            new TestStep("b", "a"),
        ]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Running);
        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: false, default);
        Assert.False((await engine.PlanAsync(plan.Id)).IsEnded);

        go.SetResult();

        Assert.Equal("a:Done b:Cancelled", (await engine.UntilAsync(plan.Id, PlanState.Cancelled)).States());
    }

    [Fact]
    public async Task UndoAskedWhileTheLastStepEnds_IsDone_NotForgotten()
    {
        TestEngine? engine = null;
        engine = await TestEngine.StartAsync(home, time, [
            new TestStep("a")
            {
                Run = async (x, _) =>
                {
                    await engine!.Plans.CancelAsync(TestEngine.Member, x.Plan.Id, undo: true, CancellationToken.None);
                    return StepResult.Done;
                },
            },
        ]);
        await using var closing = engine;

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);

        Assert.Equal("a:Undone", (await engine.UntilAsync(plan.Id, p => p.IsEnded)).States());
    }

    [Fact]
    public async Task Cancelled_WhileRetryingOrWaitingOrStuck_EndsAtOnce()
    {
        await using var engine = await TestEngine.StartAsync(home, time, [
            new TestStep("retries") { Run = (_, _) => throw new BackendException("k", "o", BackendFailure.Broken) },
            new TestStep("looks") { Run = (_, _) => Task.FromResult(StepResult.NotYet(Reason.Of("w"), TimeSpan.FromHours(1))) },
            new TestStep("stuck") { Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) },
        ]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, p => p.States() == "retries:Retrying looks:Running stuck:NeedsSomeone" && p.Steps[1].RetryAt is not null);

        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: false, default);

        Assert.Equal("retries:Cancelled looks:Cancelled stuck:Cancelled", (await engine.UntilAsync(plan.Id, PlanState.Cancelled)).States());
        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "stuck", default);
        Assert.Equal(PlanState.Cancelled, (await engine.PlanAsync(plan.Id)).State);
    }

    [Fact]
    public async Task PlanThatWasCancelledOrFailed_MayBeUndoneLater()
    {
        await using var engine = await StartAsync(1);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, p => p.Steps[1].State is StepState.Running);
        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: false, default);
        await engine.UntilAsync(plan.Id, PlanState.Cancelled);

        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);

        Assert.Equal("s0:Undone s1:Undone s2:Cancelled", (await engine.UntilAsync(plan.Id, PlanState.Undone)).States());
        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);
        Assert.Equal(PlanState.Undone, (await engine.PlanAsync(plan.Id)).State);
    }

    [Fact]
    public async Task Undo_ThatFails_TriesAgain_ThenNeedsSomeone_AndGoesOnWhenRetried()
    {
        var (tries, heal) = (0, false);
        await using var engine = await TestEngine.StartAsync(home, time, [
            new TestStep("a") { Undo = (_, _) => { acts.Enqueue("undo a"); return Task.CompletedTask; } },
            new TestStep("b", "a") { MaxAttempts = 3, Undo = (_, _) => ++tries > 0 && heal ? Task.CompletedTask : throw new BackendException("k", "o", BackendFailure.Broken) },
            new TestStep("c", "b") { Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) },
        ]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, PlanState.NeedsSomeone);
        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);

        var stuck = await engine.UntilAsync(plan.Id, p => p.UndoStartedAt is not null && p.State is PlanState.NeedsSomeone, clockRuns: true);
        Assert.Equal((3, "a:Done b:NeedsSomeone c:Undone"), (tries, stuck.States()));
        Assert.Equal(3, stuck.Steps[1].Attempts.Count(t => t.Undo));
        Assert.Empty(acts);

        heal = true;
        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "b", default);
        Assert.Equal("a:Undone b:Undone c:Undone", (await engine.UntilAsync(plan.Id, PlanState.Undone)).States());
    }

    [Fact]
    public async Task Undo_ThatFailsForGood_NeedsSomeone_AndMayBeGivenUp()
    {
        await using var engine = await TestEngine.StartAsync(home, time, [
            new TestStep("a") { Undo = (_, _) => throw new StepFailedException(Reason.Of("kept"), Actor.Platform, final: true) },
            new TestStep("b", "a") { Run = (_, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project) },
        ]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, PlanState.NeedsSomeone);
        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);
        await engine.UntilAsync(plan.Id, p => p.States() == "a:NeedsSomeone b:Undone");

        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: false, default);

        Assert.Equal("a:Cancelled b:Undone", (await engine.UntilAsync(plan.Id, PlanState.Cancelled)).States());
    }

    [Fact]
    public async Task DonePlan_CannotBeCancelled()
    {
        await using var engine = await TestEngine.StartAsync(home, time, [new TestStep("a")]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, PlanState.Done);

        await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);

        Assert.Equal((PlanState.Done, false), await engine.PlanAsync(plan.Id) is { } p ? (p.State, p.CancelRequested) : default);
    }

    // Three steps in a row, of which one runs until it is cancelled.
    private Task<TestEngine> StartAsync(int blocking) => TestEngine.StartAsync(home, time, Enumerable.Range(0, 3).Select(n => new TestStep($"s{n}", n == 0 ? [] : [$"s{n - 1}"])
    {
        Run = async (x, token) =>
        {
            acts.Enqueue($"run {x.Step.Id}");
            if (n == blocking)
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    acts.Enqueue($"cancelled {x.Step.Id}");
                }
            }

            return StepResult.Done;
        },
        Undo = (x, _) =>
        {
            acts.Enqueue($"undo {x.Step.Id}");
            return Task.CompletedTask;
        },
    }));
}
