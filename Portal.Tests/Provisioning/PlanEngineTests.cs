using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>The ways of a plan forward.</summary>
public sealed class PlanEngineTests
{
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Plan_RunsStepsInOrderOfDependencies_BranchesSideBySide()
    {
        var order = new ConcurrentQueue<string>();
        var (b, c) = (new TaskCompletionSource(), new TaskCompletionSource());
        Func<StepContext, CancellationToken, Task<StepResult>> Meet(TaskCompletionSource mine, TaskCompletionSource other) => async (x, token) =>
        {
            mine.SetResult();
            await other.Task.WaitAsync(TimeSpan.FromSeconds(20), token);
            order.Enqueue(x.Step.Id[..1]);
            return StepResult.Done;
        };
        await using var engine = await StartAsync(
            new TestStep("d", "b", "c") { Run = Note(order) },
            new TestStep("b", "a") { Run = Meet(b, c) },
            new TestStep("c", "a") { Run = Meet(c, b) },
            new TestStep("a") { Run = Note(order) });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var done = await engine.UntilAsync(plan.Id, PlanState.Done);

        Assert.Equal("a", order.First());
        Assert.Equal("d", order.Last());
        Assert.Equal("a b c d", string.Join(' ', done.Steps.Select(s => s.Id)));
        Assert.All(done.Steps, s => Assert.Equal((StepState.Done, 1), (s.State, s.Attempts.Length)));
        Assert.Equal(time.GetUtcNow(), done.EndedAt);
        await Eventually.TrueAsync(async () => await engine.Plans.FindRunningAsync(TestEngine.Member, "cluster/1", default) is null, "lock is free");
        await Eventually.TrueAsync(async () => (await engine.Store.ListAsync(PlanDocuments.Locks, null, default)).Count == 0, "lock is gone");
    }

    [Fact]
    public async Task Step_Running_IsInTheJournalBeforeItActs()
    {
        var seen = new TaskCompletionSource<Plan>();
        TestEngine? engine = null;
        engine = await StartAsync(new TestStep("a")
        {
            Run = async (x, _) =>
            {
                seen.TrySetResult(await engine!.PlanAsync(x.Plan.Id));
                return StepResult.Done;
            },
        });
        await using var closing = engine;

        await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);

        var step = (await seen.Task.WaitAsync(TimeSpan.FromSeconds(20))).Steps[0];
        Assert.Equal(StepState.Running, step.State);
        Assert.Null(Assert.Single(step.Attempts).EndedAt);
    }

    [Fact]
    public async Task KeepAndReport_AreOnDiskBeforeTheStepGoesOn()
    {
        var (kept, reported) = (new TaskCompletionSource<PlanStep>(), new TaskCompletionSource<PlanStep>());
        TestEngine? engine = null;
        engine = await StartAsync(
            new TestStep("a")
            {
                Run = async (x, token) =>
                {
                    await x.KeepAsync("id", "42", token);
                    kept.TrySetResult((await engine!.PlanAsync(x.Plan.Id)).Steps[0]);
                    await x.ReportAsync(Reason.Of("making", ("n", "1")), [new("Thing", "one", false)], token);
                    reported.TrySetResult((await engine!.PlanAsync(x.Plan.Id)).Steps[0]);
                    Assert.Equal("42", x.Output("a", "id"));
                    return StepResult.Done;
                },
            },
            new TestStep("b", "a") { Run = (x, _) => Task.FromResult(x.Output("a", "id") == "42" ? StepResult.Done : throw new InvalidOperationException()) });
        await using var closing = engine;

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(plan.Id, PlanState.Done);

        Assert.Equal("42", (await kept.Task).Outputs["id"]);
        Assert.Equal("making", (await reported.Task).Reason!.Code);
        Assert.Equal(new MadeObject("Thing", "one", false), Assert.Single((await reported.Task).Made));
    }

    [Fact]
    public async Task Step_NotYet_LooksAgainAtItsTime_AndCountsNoAttempt()
    {
        var looks = 0;
        await using var engine = await StartAsync(new TestStep("a")
        {
            Run = (_, _) => Task.FromResult(++looks < 4 ? StepResult.NotYet(Reason.Of("magnum.creating", ("look", $"{looks}")), TimeSpan.FromSeconds(30)) : StepResult.Done),
        });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var waiting = await engine.UntilAsync(plan.Id, p => p.Steps[0].Reason?.Code == "magnum.creating");

        Assert.Equal((PlanState.Running, StepState.Running, 1), (waiting.State, waiting.Steps[0].State, looks));
        Assert.Equal(time.GetUtcNow().AddSeconds(30), waiting.Steps[0].RetryAt);
        Assert.Empty(waiting.Steps[0].Attempts);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, looks);
        time.Advance(TimeSpan.FromSeconds(1));
        waiting = await engine.UntilAsync(plan.Id, p => p.Steps[0].Reason!.Arguments["look"] == "2");
        Assert.Equal(waiting.CreatedAt, waiting.Steps[0].Since);
        var done = await engine.UntilAsync(plan.Id, PlanState.Done, clockRuns: true);
        Assert.Equal(4, looks);
        Assert.Empty(done.Steps[0].AttemptReasons());
    }

    [Fact]
    public async Task Step_Skipped_CountsAsDoneForOthers()
    {
        await using var engine = await StartAsync(
            new TestStep("a") { Run = (_, _) => Task.FromResult(StepResult.Skipped(Reason.Of("not.needed"))) },
            new TestStep("b", "a"));

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var done = await engine.UntilAsync(plan.Id, PlanState.Done);

        Assert.Equal("a:Skipped b:Done", done.States());
        Assert.Equal("not.needed", done.Steps[0].Reason!.Code);
    }

    [Fact]
    public async Task StepThatDoesNotApply_IsLeftOut_AndItsWaitsAreHandedOn()
    {
        await using var engine = await StartAsync(
            new TestStep("a"),
            new TestStep("b", "a") { Applies = inputs => inputs.TryGetProperty("b", out _) },
            new TestStep("c", "b"));

        var without = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var with = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request("cluster/2", """{"b":1}"""), default);

        Assert.Equal("a <; c <a", string.Join("; ", without.Steps.Select(s => $"{s.Id} <{string.Join(',', s.DependsOn)}")));
        Assert.Equal("a <; b <a; c <b", string.Join("; ", with.Steps.Select(s => $"{s.Id} <{string.Join(',', s.DependsOn)}")));
        await engine.UntilAsync(without.Id, PlanState.Done);
    }

    [Fact]
    public async Task Usual_IsTheMedianOfEndedPlansOfTheKind()
    {
        var wait = new Queue<int>([10, 90, 30]);
        await using var engine = await StartAsync(new TestStep("a")
        {
            Run = (x, _) => Task.FromResult(x.Step.RetryAt is null && wait.TryDequeue(out var s) ? StepResult.NotYet(Reason.Of("w"), TimeSpan.FromSeconds(s)) : StepResult.Done),
        });
        for (var n = 0; n < 3; n++)
        {
            var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request($"c/{n}"), default);
            Assert.Equal(n == 0 ? null : n, plan.Usual is null ? null : (int?)n);
            await engine.UntilAsync(plan.Id, p => p.Steps[0].RetryAt is not null);
            time.Advance((await engine.PlanAsync(plan.Id)).Steps[0].RetryAt!.Value - time.GetUtcNow());
            await engine.UntilAsync(plan.Id, PlanState.Done);
            await Eventually.TrueAsync(async () => await engine.Plans.FindRunningAsync(TestEngine.Member, $"c/{n}", default) is null, "ended");
            await Eventually.TrueAsync(async () => (await engine.Store.FindAsync(PlanDocuments.Statistics, "test", default))?.Value.Durations.Length == n + 1, "counted");
        }

        Assert.Equal(TimeSpan.FromSeconds(30), (await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request("c/4"), default)).Usual);
    }

    [Fact]
    public void Steps_ThatCannotBeOrdered_EndTheStart()
    {
        Assert.Contains("wait for each other: a, b", Assert.Throws<InvalidOperationException>(() => new StepCatalog([new TestStep("a", "b"), new TestStep("b", "a")], [])).Message, StringComparison.Ordinal);
        Assert.Contains("'nope', which is not registered", Assert.Throws<InvalidOperationException>(() => new StepCatalog([new TestStep("a", "nope")], [])).Message, StringComparison.Ordinal);
    }

    private static Func<StepContext, CancellationToken, Task<StepResult>> Note(ConcurrentQueue<string> order) => (x, _) =>
    {
        order.Enqueue(x.Step.Id);
        return Task.FromResult(StepResult.Done);
    };

    private Task<TestEngine> StartAsync(params IProvisioningStep[] steps) => TestEngine.StartAsync(home, time, steps);
}
