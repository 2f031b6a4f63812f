using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>Plans as pages follow them.</summary>
public sealed class PlanWatchTests
{
    private static readonly Scope Reader = TestEngine.ScopeOf("p1", Capability.Read);
    private static readonly Scope Stranger = TestEngine.ScopeOf("p2", Capability.Read, Capability.Write);
    private readonly MemoryHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Watch_GivesEachStateOfTheJournal()
    {
        var turns = new SemaphoreSlim(0);
        await using var engine = await TestEngine.StartAsync(home, time, [
            new TestStep("a") { Run = async (_, token) => { await turns.WaitAsync(token); return StepResult.Done; } },
            new TestStep("b", "a") { Run = async (_, token) => { await turns.WaitAsync(token); return StepResult.Done; } },
        ]);
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request(), default);
        var seen = new List<string>();
        await foreach (var now in engine.Plans.WatchAsync(TestEngine.Member, plan.Id, cancel.Token))
        {
            if (seen.LastOrDefault() != now.States())
            {
                seen.Add(now.States());
            }

            if (now.Steps.Any(s => s.State is StepState.Running) && turns.CurrentCount == 0)
            {
                turns.Release();
            }

            if (now.IsEnded)
            {
                break;
            }
        }

        string[] all = ["a:Waiting b:Waiting", "a:Running b:Waiting", "a:Done b:Waiting", "a:Done b:Running", "a:Done b:Done"];
        Assert.Equal(seen, all.Where(seen.Contains));
        Assert.Contains("a:Running b:Waiting", seen);
        Assert.Contains("a:Done b:Running", seen);
        Assert.Equal("a:Done b:Done", seen[^1]);
    }

    [Fact]
    public async Task WatchAll_FollowsEveryPlanOfTheProject()
    {
        await using var engine = await TestEngine.StartAsync(home, time, [new TestStep("a")]);
        using var cancel = new CancellationTokenSource();
        await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request("c/0"), default);
        var list = new LiveList<string, Plan>(p => p.Id);
        var following = list.RunAsync(await engine.Plans.WatchAllAsync(Reader, cancel.Token), () => Task.CompletedTask, cancel.Token);

        for (var n = 1; n < 6; n++)
        {
            await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request($"c/{n}"), default);
        }

        await engine.Plans.StartAsync(Stranger, TestEngine.Request("c/x"), default);
        await Eventually.TrueAsync(() => list.Items.Count == 6 && list.Items.Values.All(p => p.State is PlanState.Done), "all seen done");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }
}
