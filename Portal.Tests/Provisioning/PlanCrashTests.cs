using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>
/// The process dies at the n-th write of a whole plan, for every n, before the write is applied and after; another process goes on over the same store.
/// At the end all is as if nothing had happened.
/// </summary>
public sealed class PlanCrashTests
{
    private const int MostWrites = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_AtEveryWriteForward_EndsAsUninterrupted(bool applied)
    {
        var (whole, writes) = await RunAsync(undo: false, int.MaxValue, applied);
        Assert.Equal("intent:Done wait:Done flaky:Done report:Done join:Done|State Done|lock 0|world intent join report wait flaky", whole);
        Assert.InRange(writes, 15, MostWrites);
        for (var n = 1; n <= writes; n++)
        {
            Assert.Equal((n, whole), (n, (await RunAsync(undo: false, n, applied)).End));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_AtEveryWriteOfAnUndo_EndsAsUninterrupted(bool applied)
    {
        var (whole, writes) = await RunAsync(undo: true, int.MaxValue, applied);
        Assert.Equal("intent:Undone wait:Undone flaky:Undone report:Undone join:Undone|State Undone|lock 0|world ", whole);
        for (var n = 1; n <= writes; n++)
        {
            Assert.Equal((n, whole), (n, (await RunAsync(undo: true, n, applied)).End));
        }
    }

    private static async Task<(string End, int Writes)> RunAsync(bool undo, int dieAt, bool applied)
    {
        var home = new MemoryHome();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        var world = new CrashWorld();
        var first = new DyingHome(home, dieAt, applied);
        await LiveAsync(first, time, world, undo);
        if (first.IsDead)
        {
            await LiveAsync(new DyingHome(home, int.MaxValue, false), time, world, undo);
        }

        return (await EndAsync(new DocumentStore(home), world), first.Writes);
    }

    // What the people and the process do, from the beginning or wherever it stands.
    private static async Task LiveAsync(DyingHome home, FakeTimeProvider time, CrashWorld world, bool undo)
    {
        await using var engine = new TestEngine(home, time, world.Steps(home));
        try
        {
            await engine.StartAsync();
            var plan = await engine.Plans.ListAsync(TestEngine.Member, null, default) is [var begun, ..] ? begun
                : await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(inputs: undo ? """{"stuck":1}""" : "{}"), default);
            await engine.UntilAsync(plan.Id, p => p.IsEnded || p.State is PlanState.NeedsSomeone || p.CancelRequested, clockRuns: true);
            if (undo && !(await engine.PlanAsync(plan.Id)).CancelRequested)
            {
                await engine.Plans.CancelAsync(TestEngine.Member, plan.Id, undo: true, default);
            }

            await engine.UntilAsync(plan.Id, p => p.IsEnded, clockRuns: true);
            await Eventually.TrueAsync(async () => (await engine.Store.ListAsync(PlanDocuments.Locks, null, default)).Count == 0, "the lock is freed", () => time.Advance(TimeSpan.FromSeconds(10)));
        }
        catch (ProcessDiedException)
        {
            // The next one goes on.
        }
    }

    private static async Task<string> EndAsync(DocumentStore store, CrashWorld world)
    {
        var plan = Assert.Single(await store.ListAsync(PlanDocuments.Plans, null, default)).Value;
        var locks = await store.ListAsync(PlanDocuments.Locks, null, default);
        return $"{plan.States()}|State {plan.State}|lock {locks.Count}|world {world}";
    }

    /// <summary>What the steps act on. Creating twice is seen: a name that is there already is a fault of the step.</summary>
    private sealed class CrashWorld
    {
        private readonly ConcurrentDictionary<string, int> things = new();
        private int looks;
        private int failures;

        public IProvisioningStep[] Steps(DyingHome life) =>
        [
            Step(life, "intent", [], async (x, token) =>
            {
                // What was made is found again by the intent that was kept before.
                if (x.Output("intent", "name") is not { } name)
                {
                    await x.KeepAsync("name", name = "intent", token);
                }

                Make(life, name);
                return StepResult.Done;
            }),
            Step(life, "wait", ["intent"], (_, _) =>
            {
                Make(life, "wait");
                return Task.FromResult(Interlocked.Increment(ref looks) < 3 ? StepResult.NotYet(Reason.Of("creating"), TimeSpan.FromSeconds(5)) : StepResult.Done);
            }),
            Step(life, "flaky", ["intent"], (_, _) =>
            {
                Make(life, "z-flaky");
                return Interlocked.Increment(ref failures) == 1 ? throw new BackendException("k", "o", BackendFailure.Broken) : Task.FromResult(StepResult.Done);
            }),
            Step(life, "report", ["wait"], async (x, token) =>
            {
                await x.ReportAsync(Reason.Of("making"), [new MadeObject("Thing", "report", false)], token);
                Make(life, "report");
                await x.ReportAsync(Reason.Of("making"), [new MadeObject("Thing", "report", true)], token);
                return StepResult.Done;
            }),
            Step(life, "join", ["report", "flaky"], (x, _) =>
            {
                Make(life, "join");
                return x.Plan.Inputs.TryGetProperty("stuck", out var _) ? throw new StepFailedException(Reason.Of("stuck"), Actor.Project) : Task.FromResult(StepResult.Done);
            }),
        ];

        public override string ToString() => string.Join(' ', things.Keys.Order().Select(k => k.Replace("z-", "", StringComparison.Ordinal)));

        private TestStep Step(DyingHome life, string id, string[] dependsOn, Func<StepContext, CancellationToken, Task<StepResult>> run) => new(id, dependsOn)
        {
            Run = run,
            Undo = (_, _) =>
            {
                life.ThrowIfDead();
                things.TryRemove(id == "flaky" ? "z-flaky" : id, out _);
                return Task.CompletedTask;
            },
        };

        private void Make(DyingHome life, string name)
        {
            life.ThrowIfDead();
            things[name] = 1;
        }
    }
}
