using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>Steps that fail: what heals by itself, what needs a person, what is over.</summary>
public sealed class PlanFailureTests
{
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task LookThatFails_IsAnAttempt_AndALookThatSucceedsForgetsIt()
    {
        var looks = 0;
        await using var engine = await StartAsync(new TestStep("a")
        {
            MaxAttempts = 2,
            Run = (_, _) => (++looks % 2, looks) switch
            {
                (_, 10) => Task.FromResult(StepResult.Done),
                (0, _) => throw new BackendException("magnum", "find cluster", BackendFailure.Broken),
                _ => Task.FromResult(StepResult.NotYet(Reason.Of("magnum.creating"), TimeSpan.FromSeconds(5))),
            },
        });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var done = await engine.UntilAsync(plan.Id, p => p.IsEnded || p.State is PlanState.NeedsSomeone, clockRuns: true);

        Assert.Equal((PlanState.Done, 10), (done.State, looks));
        Assert.Equal(Enumerable.Repeat("backend.broken", 4), done.Steps[0].AttemptReasons());
    }

    [Fact]
    public async Task Failure_ThatHeals_IsTriedAgainAfterGrowingWaits()
    {
        var tries = new ConcurrentQueue<DateTimeOffset>();
        await using var engine = await StartAsync(new TestStep("a")
        {
            MaxAttempts = 5,
            Run = (_, _) =>
            {
                tries.Enqueue(time.GetUtcNow());
                return tries.Count < 5 ? throw new BackendException("magnum", "list clusters", BackendFailure.Broken, "oops", System.Net.HttpStatusCode.BadGateway, "req-1") : Task.FromResult(StepResult.Done);
            },
        });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var failed = await engine.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Retrying);
        Assert.Equal(PlanState.Running, failed.State);
        Assert.Equal(Actor.Nobody, failed.Steps[0].Actor);
        Assert.Equal("backend.broken", failed.Steps[0].Reason!.Code);
        Assert.Equal("answer=oops backend=magnum operation=list clusters requestId=req-1 status=502", string.Join(' ', failed.Steps[0].Reason!.Arguments.OrderBy(a => a.Key).Select(a => $"{a.Key}={a.Value}")));
        Assert.InRange((failed.Steps[0].RetryAt! - time.GetUtcNow()).Value.TotalSeconds, 1, 2);

        var done = await engine.UntilAsync(plan.Id, PlanState.Done, clockRuns: true);
        Assert.Equal(5, done.Steps[0].Attempts.Length);
        var waits = tries.Zip(tries.Skip(1), (x, y) => (y - x).TotalSeconds).ToArray();
        Assert.InRange(waits[0], 1, 3.1);
        Assert.InRange(waits[3], 8, 17.1);
    }

    [Fact]
    public async Task Failure_AskedToWaitLonger_WaitsAsLong()
    {
        var tries = 0;
        await using var engine = await StartAsync(new TestStep("a")
        {
            Run = (_, _) => ++tries == 1 ? throw new BackendException("harbor", "x", BackendFailure.Throttled) { RetryAfter = TimeSpan.FromSeconds(90) } : Task.FromResult(StepResult.Done),
        });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var failed = await engine.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Retrying);

        Assert.Equal(time.GetUtcNow().AddSeconds(90), failed.Steps[0].RetryAt);
    }

    [Fact]
    public async Task Attempts_Spent_NeedSomeone_AndRetryGivesThemAgain()
    {
        var (tries, heal) = (0, false);
        await using var engine = await StartAsync(
            new TestStep("a")
            {
                MaxAttempts = 3,
                Run = (_, _) => ++tries > 0 && heal ? Task.FromResult(StepResult.Done) : throw new BackendException("magnum", "x", BackendFailure.Unreachable),
            },
            new TestStep("b", "a"));

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var stuck = await engine.UntilAsync(plan.Id, PlanState.NeedsSomeone, clockRuns: true);
        Assert.Equal((3, StepState.NeedsSomeone, Actor.Platform), (tries, stuck.Steps[0].State, stuck.Steps[0].Actor));
        Assert.NotNull(await engine.Plans.FindRunningAsync(TestEngine.Member, "cluster/1", default));

        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default);
        stuck = await engine.UntilAsync(plan.Id, p => p.State is PlanState.NeedsSomeone && tries == 6, clockRuns: true);
        Assert.Equal(6, stuck.Steps[0].Attempts.Length);

        heal = true;
        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default);
        Assert.Equal("a:Done b:Done", (await engine.UntilAsync(plan.Id, PlanState.Done)).States());
    }

    public static TheoryData<Exception, string, StepState, Actor> Failures => new()
    {
        { new BackendException("k", "o", BackendFailure.Timeout), "backend.timeout", StepState.Retrying, Actor.Nobody },
        { new BackendException("k", "o", BackendFailure.Conflict), "backend.conflict", StepState.Retrying, Actor.Nobody },
        { new BackendException("k", "o", BackendFailure.Forbidden), "backend.forbidden", StepState.NeedsSomeone, Actor.Platform },
        { new BackendException("k", "o", BackendFailure.QuotaExceeded), "backend.quota-exceeded", StepState.NeedsSomeone, Actor.Project },
        { new BackendException("k", "o", BackendFailure.Invalid), "backend.invalid", StepState.NeedsSomeone, Actor.Platform },
        { new BackendException("k", "o", BackendFailure.Forbidden, status: System.Net.HttpStatusCode.Unauthorized), "backend.forbidden", StepState.Retrying, Actor.Nobody },
        { new BackendException("k", "o", BackendFailure.SignInAgain, status: System.Net.HttpStatusCode.Unauthorized), "backend.sign-in-again", StepState.Retrying, Actor.Nobody },
        { new BackendException("k", "o", BackendFailure.Forbidden, status: System.Net.HttpStatusCode.Forbidden), "backend.forbidden", StepState.NeedsSomeone, Actor.Platform },
        { new BackendException("k", "o", BackendFailure.SignInAgain), "backend.sign-in-again", StepState.NeedsSomeone, Actor.Platform },
        { new StepFailedException(Reason.Of("no.storage-class"), Actor.Project), "no.storage-class", StepState.NeedsSomeone, Actor.Project },
        { new StepFailedException(Reason.Of("gone"), Actor.Project, final: true), "gone", StepState.Failed, Actor.Project },
        { new HttpRequestException(), "step.connection-broke", StepState.Retrying, Actor.Nobody },
        { new TaskCanceledException(), "step.timed-out", StepState.Retrying, Actor.Nobody },
        { new InvalidOperationException("secret canary"), "step.broken", StepState.NeedsSomeone, Actor.Platform },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_OfEachKind_SaysWhoActs(Exception failure, string reason, StepState state, Actor actor)
    {
        await using var engine = await StartAsync(new TestStep("a") { Run = (_, _) => throw failure });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var step = (await engine.UntilAsync(plan.Id, p => p.Steps[0].State == state)).Steps[0];

        Assert.Equal((reason, actor), (step.Reason!.Code, step.Actor));
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(await engine.PlanAsync(plan.Id)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_ThatTakesTooLong_IsCancelledAndTriedAgain()
    {
        var tries = 0;
        await using var engine = await StartAsync(new TestStep("a")
        {
            Timeout = TimeSpan.FromMinutes(2),
            Run = async (_, token) =>
            {
                if (++tries == 1)
                {
                    await Task.Delay(Timeout.Infinite, token);
                }

                return StepResult.Done;
            },
        });

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await Eventually.TrueAsync(() => tries == 1, "runs");
        time.Advance(TimeSpan.FromMinutes(2));
        var step = (await engine.UntilAsync(plan.Id, p => p.Steps[0].State is StepState.Retrying)).Steps[0];

        Assert.Equal(("step.timed-out", "00:02:00"), (step.Reason!.Code, step.Reason.Arguments["after"]));
        await engine.UntilAsync(plan.Id, PlanState.Done, clockRuns: true);
    }

    [Fact]
    public async Task StepThatNeedsSomeone_IsShownAtOnce_WhileOtherBranchesGoOn()
    {
        var go = new TaskCompletionSource();
        await using var engine = await StartAsync(
            new TestStep("stuck") { Run = (_, _) => throw new StepFailedException(Reason.Of("image.missing"), Actor.Platform) },
            new TestStep("other") { Run = async (_, token) => { await go.Task.WaitAsync(token); return StepResult.Done; } },
            new TestStep("after", "other"),
            new TestStep("never", "stuck"));

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var stuck = await engine.UntilAsync(plan.Id, PlanState.NeedsSomeone);
        await engine.UntilAsync(plan.Id, p => p.Steps[1].State is StepState.Running);
        go.SetResult();
        stuck = await engine.UntilAsync(plan.Id, p => p.Steps.Single(s => s.Id == "after").State is StepState.Done);

        Assert.Equal(PlanState.NeedsSomeone, stuck.State);
        Assert.Equal(StepState.Waiting, stuck.Steps.Single(s => s.Id == "never").State);
    }

    [Fact]
    public async Task StepThatFailsForGood_FailsThePlan_FreesTheSubject_AndMayBeRetried()
    {
        var fail = true;
        await using var engine = await StartAsync(
            new TestStep("a") { Run = (_, _) => fail ? throw new StepFailedException(Reason.Of("gone"), Actor.Project, final: true) : Task.FromResult(StepResult.Done) },
            new TestStep("b", "a"));

        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var failed = await engine.UntilAsync(plan.Id, PlanState.Failed);
        Assert.Equal("a:Failed b:Waiting", failed.States());
        await Eventually.TrueAsync(async () => await engine.Plans.FindRunningAsync(TestEngine.Member, "cluster/1", default) is null, "free");

        fail = false;
        await engine.Plans.RetryAsync(TestEngine.Member, plan.Id, "a", default);
        Assert.Equal("a:Done b:Done", (await engine.UntilAsync(plan.Id, PlanState.Done)).States());
    }

    [Fact]
    public async Task RetryOfAFailedPlan_WhileAnotherHasTheSubject_IsRefused()
    {
        await using var engine = await StartAsync(new TestStep("a")
        {
            Run = (x, _) => throw new StepFailedException(Reason.Of("x"), Actor.Project, final: x.Plan.Inputs.TryGetProperty("final", out var _)),
        });

        var first = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: """{"final":1}"""), default);
        await engine.UntilAsync(first.Id, PlanState.Failed);
        var second = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        await engine.UntilAsync(second.Id, PlanState.NeedsSomeone);

        var e = await Assert.ThrowsAsync<SubjectLockedException>(() => engine.Plans.RetryAsync(TestEngine.Member, first.Id, "a", default));
        Assert.Equal(second.Id, e.Holder.Id);
        Assert.Equal(PlanState.Failed, (await engine.PlanAsync(first.Id)).State);
    }

    private Task<TestEngine> StartAsync(params IProvisioningStep[] steps) => TestEngine.StartAsync(home, time, steps);
}
