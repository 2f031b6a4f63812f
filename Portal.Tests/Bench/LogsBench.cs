using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs.Containers;
using Portal.Core.Logs.Elasticsearch;
using Portal.Core.Logs;
using Portal.Logs;
using Portal.Tests.Logs;
using Portal.Tests.Monitoring.Metrics;
using Portal.Tests.Support.Fakes;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>
/// An hour of 1,000 lines a second of one container, as fast as it goes, through the reader of containers' logs into the page's model; and a search of 500 hits
/// beside the same request sent bare.
/// </summary>
internal static class LogsBench
{
    private const int Lines = HourOfLines.Count;
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c1");
    private static readonly Scope Scope = TestScopes.Fake(new Dictionary<string, string>());

    public static async Task RunAsync(int runs)
    {
        Console.WriteLine("\nLogs\n\n| lines | time | memory at a tenth | at the end | ratio | most rows |\n|---|---|---|---|---|---|");
        foreach (var slow in (bool[])[false, true])
        {
            var told = await FollowAsync(slow);
            Console.WriteLine(FormattableString.Invariant($"| {Lines}{(slow ? ", faster than taken" : string.Empty)} | {told.Seconds:0.0} s | {told.Tenth:0.0} MB | {told.End:0.0} MB | {told.End / told.Tenth:0.00} | {told.Rows} |"));
        }

        await LogsPageBench.RunAsync();
        await SearchAsync(Math.Max(5, runs));
    }

    private static async Task<(double Seconds, double Tenth, double End, int Rows)> FollowAsync(bool slow)
    {
        long seen = 0;
        var time = new QuickTime(50);
        var model = new PodLogsModel(HourOfLines.Read(Lines, () => slow ? Lines : seen + 8_000, time), Scope, Cluster, "zone-prod", time);
        var (before, tenth, rows) = (GC.GetTotalMemory(forceFullCollection: true), 0.0, 0);
        var watch = Stopwatch.StartNew();
        await model.RunAsync(
            new PodLogsQuery([new LogTarget("shop-1", "shop")], false, string.Empty),
            () =>
            {
                seen = model.Count + model.Dropped;
                rows = Math.Max(rows, model.Visible.Count);
                if (tenth == 0 && seen >= Lines / 10)
                {
                    tenth = GC.GetTotalMemory(forceFullCollection: true) - before;
                }

                return Task.CompletedTask;
            },
            CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        var end = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(model);
        return model.Failure is null && model.Count + model.Dropped == Lines ? (seconds, tenth / 1e6, end / 1e6, rows)
            : throw new InvalidOperationException($"{model.Count + model.Dropped} of {Lines} lines: {model.Failure}");
    }

    private static async Task SearchAsync(int runs)
    {
        await using var server = await SearchServer.StartAsync("elasticsearch:8.19.2");
        using var http = server.Client("elastic");
        var options = Options.Create(new LogsOptions());
        var logs = new ProjectLogs(new ElasticsearchClient(DirectPrograms.At(http), options, TimeProvider.System), new FakeApps(), options, TimeProvider.System);
        var search = new LogSearch { From = server.Now.AddHours(-1), To = server.Now, Text = "msg" };
        var source = new LogSource("c1", "shop-prod");
        var asked = string.Empty;
        var spy = new ProjectLogs(new ElasticsearchClient(new DirectPrograms(async (request, stop) =>
        {
            asked = request.Body ?? asked;
            return await DirectPrograms.At(http).SendAsync(Cluster, Scope, ClusterProgram.Elasticsearch, request, stop);
        }), options, TimeProvider.System), new FakeApps(), options, TimeProvider.System);
        _ = await spy.SearchAsync(Scope, [source], search, null, 500, CancellationToken.None);
        var table = new BenchTable("Search of 500 hits");
        var bare = await BenchTable.TimesAsync(runs, async () =>
        {
            using var body = new StringContent(asked, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri("/logstash-*/_search", UriKind.Relative), body);
            _ = await answer.Content.ReadAsByteArrayAsync();
        });
        var whole = await BenchTable.TimesAsync(runs, async () =>
        {
            if ((await logs.SearchAsync(Scope, [source], search, null, 500, CancellationToken.None)).Lines.Length != 500)
            {
                throw new InvalidOperationException("These are not 500 hits.");
            }
        });
        table.Add("the request alone", bare);
        table.Add("the portal's search, ready to be shown", whole, FormattableString.Invariant($"{BenchTable.Median(whole) / BenchTable.Median(bare):0.00} × the request"));
        table.Print();
    }
}
