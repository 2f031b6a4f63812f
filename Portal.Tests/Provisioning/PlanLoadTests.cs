using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>Many plans at once, and a storage that fails.</summary>
public sealed class PlanLoadTests
{
    private static readonly Scope Stranger = TestEngine.ScopeOf("p2", Capability.Read, Capability.Write);
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task HundredPlansAtOnce_AllEnd_WithinTheBounds_AndASmallProjectIsNotStarved()
    {
        var (all, most) = (0, 0);
        var perProject = new ConcurrentDictionary<string, int>();
        var mostInProject = 0;
        var order = new ConcurrentQueue<string>();
        async Task<StepResult> Work(StepContext x, CancellationToken token)
        {
            var (now, inProject) = (Interlocked.Increment(ref all), perProject.AddOrUpdate(x.Plan.ProjectId, 1, (_, n) => n + 1));
            lock (order)
            {
                (most, mostInProject) = (Math.Max(most, now), Math.Max(mostInProject, inProject));
            }

            await Task.Yield();
            perProject.AddOrUpdate(x.Plan.ProjectId, 0, (_, n) => n - 1);
            Interlocked.Decrement(ref all);
            order.Enqueue(x.Plan.ProjectId);
            return StepResult.Done;
        }

        var steps = Enumerable.Range(0, 6).Select(n => new TestStep($"s{n}", n < 3 ? [] : ["s0", "s1"]) { Run = Work });
        await using var engine = await TestEngine.StartAsync(home, time, steps, new ProvisioningOptions { MaxSteps = 6, MaxStepsPerProject = 4, MaxStepsPerPlan = 2 });
        var big = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request($"c/{n}"), default)));
        var small = await engine.Plans.StartAsync(Stranger, TestEngine.Request("c/small"), default);

        foreach (var plan in big.Append(small))
        {
            await engine.UntilAsync(plan.Id, PlanState.Done);
        }

        Assert.InRange(most, 2, 6);
        Assert.InRange(mostInProject, 1, 4);
        var place = order.Select((project, n) => (project, n)).Last(o => o.project == "p2").n;
        Assert.True(place < 500, $"the small project's last step was number {place} of {order.Count}");
    }

    [Fact]
    public async Task StorageThatFailsForAWhile_LosesNothing()
    {
        var flaky = new FlakyHome(home);
        var runs = 0;
        await using var engine = await TestEngine.StartAsync(flaky, time, [new TestStep("a") { Run = (_, _) => { flaky.Failures = 4; runs++; return Task.FromResult(StepResult.Done); } }, new TestStep("b", "a")]);
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var store = new DocumentStore(home);
        await Eventually.TrueAsync(
            async () => (await store.FindAsync(PlanDocuments.Plans, plan.Id, default))!.Value.State is PlanState.Done, "done", () => time.Advance(TimeSpan.FromMilliseconds(500)));

        Assert.Equal(1, runs);
    }
}
