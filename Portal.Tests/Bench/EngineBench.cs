using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Provisioning;
using Portal.Core.Storage.Sqlite;
using Portal.Tests.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>What the plan engine itself costs: plans of 20 steps, each asking a server that answers in about a millisecond, with the journal on disk.</summary>
internal static class EngineBench
{
    private const int Steps = 20;

    public static async Task RunAsync(int runs)
    {
        await using var server = await SmallServer.StartAsync(http => Task.CompletedTask);
        using var client = new HttpClient();
        using var folder = new TemporaryFolder();
        var address = new Uri(server.Url);
        Task AskAsync(CancellationToken token) => client.GetStringAsync(address, token);
        var steps = Enumerable.Range(0, Steps).Select(n => new TestStep($"s{n}", n == 0 ? [] : [$"s{n - 1}"])
        {
            Run = async (_, token) =>
            {
                await AskAsync(token);
                return StepResult.Done;
            },
        });
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var home = new SqliteHome(folder.Path);
        await home.OpenAsync(CancellationToken.None);
        await using var engine = await TestEngine.StartAsync(home, time, steps);

        var table = new BenchTable("Plan engine");
        await AskAsync(CancellationToken.None);
        var bare = await BenchTable.TimesAsync(runs * Steps, () => AskAsync(CancellationToken.None));
        table.Add("one request, bare", bare);
        var plans = 0;
        var one = await BenchTable.TimesAsync(runs, () => PlansAsync(engine, 1, ref plans));
        table.Add($"a plan of {Steps} steps", one, FormattableString.Invariant($"{(BenchTable.Median(one) / Steps) - BenchTable.Median(bare):0.##} ms a step over its request"));
        var many = await BenchTable.TimesAsync(runs, () => PlansAsync(engine, 25, ref plans));
        table.Add($"25 such plans at once", many, FormattableString.Invariant($"{BenchTable.Median(many) / Steps / 25:0.##} ms a step"));
        table.Print();
    }

    private static Task PlansAsync(TestEngine engine, int count, ref int begun)
    {
        var first = begun;
        begun += count;
        return Task.WhenAll(Enumerable.Range(first, count).Select(async n =>
        {
            var plan = await engine.Plans.StartAsync(TestEngine.Member, TestEngine.Request($"cluster/{n}"), CancellationToken.None);
            await foreach (var now in engine.Plans.WatchAsync(TestEngine.Member, plan.Id, CancellationToken.None))
            {
                if (now.IsEnded)
                {
                    return;
                }
            }

            throw new UnreachableException();
        }));
    }
}
