using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Logs;
using Portal.Tests.Support;
using static Portal.Tests.Logs.LogWorld;

namespace Portal.Tests.Logs;

/// <summary>Searching clusters' logs, over the sandbox's engine.</summary>
public sealed class ProjectLogsTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly LogWorld _world = new();

    [Fact]
    public async Task Search_BeyondTenThousand_OverTwoClusters_GivesEveryLineOnceInOrder()
    {
        _world.Write("c1", 9000, n => Now.AddMilliseconds(-n * 500));
        _world.Write("c2", 5000, n => Now.AddMilliseconds(-n * 900));
        var seen = new List<LogLine>();
        LogPosition? next = null;
        do
        {
            var page = await _world.Logs.SearchAsync(_world.Scope, [Prod, Test], All, next, 1000, None);
            seen.AddRange(page.Lines);
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(14_000, seen.Select(l => l.Key).Distinct().Count());
        Assert.Equal(14_000, seen.Count);
        Assert.Equal(seen.Select(l => l.At).OrderDescending(), seen.Select(l => l.At));
    }

    [Fact]
    public async Task Search_ManyLinesOfOneMillisecond_LosesNone()
    {
        _world.Write("c1", 3000, n => Now.AddSeconds(-(n / 1500)));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        LogPosition? next = null;
        do
        {
            var page = await _world.Logs.SearchAsync(_world.Scope, [Prod], All, next, 200, None);
            Assert.All(page.Lines, l => Assert.True(seen.Add(l.Key)));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(3000, seen.Count);
    }

    [Fact]
    public async Task Search_FirstPage_HasCountsOverTimeBySeverity_AndAtMostTenThousand()
    {
        _world.Write("c1", 12_000, n => Now.AddMilliseconds(-n * 500), n => n % 10 == 0 ? "level=error msg=\"no\"" : n % 4 == 1 ? "WARN slow" : "level=info msg=\"error budget is fine\"");

        var answer = await _world.Logs.SearchAsync(_world.Scope, [Prod], All, null, 10, None);

        Assert.Equal((10_000L, true), (answer.Total, answer.IsTotalLower));
        Assert.InRange(answer.Histogram!.Buckets.Length, 50, 100);
        Assert.Equal((1200L, 12_000L), (answer.Histogram.Buckets.Sum(b => b.Errors), answer.Histogram.Buckets.Sum(b => b.Total)));
        Assert.Equal(_world.Lines["c1"].Count(l => l.Log.StartsWith("WARN", StringComparison.Ordinal)), answer.Histogram.Buckets.Sum(b => b.Warnings));
        Assert.Null((await _world.Logs.SearchAsync(_world.Scope, [Prod], All, answer.Next, 10, None)).Histogram);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Filters_FindByKeywordAndByTextWithKeyword(bool isKeyword)
    {
        _world.Mappings = isKeyword ? Keywords() : Texts();
        _world.Lines["c1"].AddRange(
        [
            Line(1, Now.AddMinutes(-1), "level=error a", "checkout-7d9f6b5c4d-x2k8q"),
            Line(2, Now.AddMinutes(-2), "level=info b", "checkout-worker-0"),
            Line(3, Now.AddMinutes(-3), "level=warn c", "checkout-0"),
            Line(4, Now.AddMinutes(-4), "level=error d", "checkout-7d9f6b5c4d-x2k8q", "zone-test"),
        ]);

        Assert.Equal(["d1", "d3", "d4"], await IdsAsync(All with { Workload = "checkout" }));
        Assert.Equal(["d2"], await IdsAsync(All with { Workload = "checkout-worker" }));
        Assert.Equal(["d1", "d3"], await IdsAsync(All with { Namespace = "zone-prod", AtLeast = LogSeverity.Warning }));
        Assert.Equal(["d4"], await IdsAsync(All with { Namespace = "zone-test", Pod = "checkout-7d9f6b5c4d-x2k8q", Container = "api", Node = "worker-1", AtLeast = LogSeverity.Error }));
        Assert.Empty(await IdsAsync(All with { Pod = "checkout" }));
    }

    [Theory]
    [InlineData("payment AND timeout", "d1")]
    [InlineData("payment timeout", "d1")]
    [InlineData("payment OR cart", "d1 d2 d3")]
    [InlineData("payment AND NOT timeout", "d2")]
    [InlineData("\"gateway timeout\"", "d1")]
    [InlineData("kubernetes.container_name:api AND pay*", "d1 d2")]
    [InlineData("(cart OR payment) AND -timeout", "d2 d3")]
    [InlineData("_exists_:nothing", "")]
    public async Task Text_IsLucenes(string text, string found)
    {
        _world.Lines["c1"].AddRange([Line(1, Now.AddMinutes(-1), "payment gateway timeout"), Line(2, Now.AddMinutes(-2), "payment done"), Line(3, Now.AddMinutes(-3), "cart is full")]);

        Assert.Equal(found, string.Join(' ', await IdsAsync(All with { Text = text })));
    }

    [Fact]
    public async Task Found_IsMarked_AndTheLinesOwnControlCharactersAreNot()
    {
        _world.Lines["c1"].Add(Line(1, Now.AddMinutes(-1), "\u0001<b>payment</b>\u0002 and timeout"));

        var line = Assert.Single((await _world.Logs.SearchAsync(_world.Scope, [Prod], All with { Text = "payment timeout", Namespace = "zone-prod" }, null, 10, None)).Lines);

        Assert.Equal("<b>payment</b> and timeout", line.Message);
        Assert.Equal(["payment", "timeout"], line.Marks.Select(m => line.Message.Substring(m.Start, m.Length)).Where(m => m.Length < 12));
    }

    [Theory]
    [InlineData("payment AND")]
    [InlineData("(payment")]
    [InlineData("\"payment")]
    [InlineData("field:")]
    public async Task Text_ThatCannotBeRead_IsAnErrorOfTheField(string text)
    {
        _world.Write("c1", 3, n => Now.AddMinutes(-n));

        var answer = await _world.Logs.SearchAsync(_world.Scope, [Prod], All with { Text = text }, null, 10, None);

        Assert.StartsWith("Failed to parse query", answer.QueryError, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Sources, s => s.State is LogSourceState.Missing);
    }

    [Fact]
    public async Task Cluster_ThatDoesNotAnswer_IsNamed_AndTheOthersAreComplete()
    {
        _world.Write("c1", 30, n => Now.AddSeconds(-n));
        _world.Instead["c2"] = _ => throw new BackendException("elasticsearch", "search", BackendFailure.Timeout);

        var answer = await _world.Logs.SearchAsync(_world.Scope, [Prod, Test, new LogSource("c9", "new")], All, null, 100, None);

        Assert.Equal(30, answer.Lines.Length);
        Assert.Equal([LogSourceState.Answered, LogSourceState.Missing, LogSourceState.WithoutElasticsearch], answer.Sources.Select(s => s.State));
        Assert.Equal(BackendFailure.Timeout, answer.Sources[1].Failure!.Failure);
        await Assert.ThrowsAsync<BackendException>(async () => await _world.Logs.ExportAsync(_world.Scope, [Prod, Test], All, None).ToListAsync());
    }

    [Fact]
    public async Task Answer_ThatIsPartial_SaysSo()
    {
        _world.Write("c1", 5, n => Now.AddSeconds(-n));
        _world.Instead["c1"] = request =>
        {
            var answer = _world.Answer(request, _world.Lines["c1"]);
            var json = JsonNode.Parse(answer.Content.ReadAsStringAsync(None).Result)!;
            if (request.Path.Contains("_search", StringComparison.Ordinal))
            {
                (json["timed_out"], json["_shards"]!["failed"]) = (true, 2);
            }

            return Json(200, json.ToJsonString());
        };

        var source = Assert.Single((await _world.Logs.SearchAsync(_world.Scope, [Prod], All, null, 10, None)).Sources);

        Assert.Equal((true, true, 2), (source.IsPartial, source.TimedOut, source.FailedShards));
    }

    [Fact]
    public async Task Queue_ThatIsFull_IsAskedAgain()
    {
        var refusals = 2;
        _world.Write("c1", 5, n => Now.AddSeconds(-n));
        _world.Instead["c1"] = request => request.Path.Contains("_search", StringComparison.Ordinal) && refusals-- > 0
            ? Json(429, """{"error":{"root_cause":[{"type":"es_rejected_execution_exception","reason":"rejected execution of task"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":429}""")
            : _world.Answer(request, _world.Lines["c1"]);

        Assert.Equal(5, (await _world.Logs.SearchAsync(_world.Scope, [Prod], All, null, 10, None)).Lines.Length);
    }

    [Fact]
    public async Task Around_ALine_AreThoseOfItsContainer()
    {
        _world.Lines["c1"].AddRange(Enumerable.Range(0, 100).Select(n => Line(n, Now.AddSeconds(-100 + (n / 3)), $"line {n}", n % 10 == 9 ? "other" : "api-7d9f6b5c4d-x2k8q")));
        var line = (await _world.Logs.SearchAsync(_world.Scope, [Prod], All with { Text = "\"line 50\"" }, null, 1, None)).Lines.Single();

        var around = await _world.Logs.AroundAsync(_world.Scope, line, 5, 3, None);

        Assert.Equal(["line 44", "line 45", "line 46", "line 47", "line 48", "line 50", "line 51", "line 52", "line 53"], around.Lines.Select(l => l.Message));
        Assert.Equal((true, true), (around.HasBefore, around.HasAfter));
    }

    [Fact]
    public async Task Tail_GivesEachNewLineOnce_LateOnesToo()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now);
        _world.Time = clock;
        _world.Lines["c1"].Add(Line(1, Now.AddSeconds(-1), "first"));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var tail = _world.Logs.TailAsync(_world.Scope, [Prod], All, stop.Token).GetAsyncEnumerator(stop.Token);

        Assert.True(await tail.MoveNextAsync());
        Assert.Equal(["first"], tail.Current.Lines.Select(l => l.Message));
        _world.Lines["c1"].Add(Line(2, Now.AddSeconds(1), "second"));
        _world.Lines["c1"].Add(Line(3, Now.AddSeconds(-5), "late"));
        var next = tail.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() => { clock.Advance(TimeSpan.FromSeconds(1)); return Task.FromResult(next.IsCompleted); }, "the tail asks again");
        Assert.Equal(["late", "second"], tail.Current.Lines.Select(l => l.Message));
        next = tail.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() => { clock.Advance(TimeSpan.FromSeconds(1)); return Task.FromResult(next.IsCompleted); }, "the tail asks again");
        Assert.Empty(tail.Current.Lines);
    }

    [Fact]
    public async Task Export_EndsAtItsLimit()
    {
        _world.Options.MostExported = 2500;
        _world.Write("c1", 4000, n => Now.AddSeconds(-n));

        Assert.Equal(2500, await _world.Logs.ExportAsync(_world.Scope, [Prod], All, None).CountAsync());
    }

    [Fact]
    public async Task Kibana_IsOfferedOnlyWhereItIsConfigured_AsTheServersVersionReadsIt()
    {
        _world.Write("c1", 3, n => Now.AddSeconds(-n));
        Assert.Null(await _world.Logs.FindKibanaAsync(_world.Scope, Prod, All, null, null, None));
        _world.Options.Kibana.Address = "https://kibana.example/{cluster}/";

        var link = await _world.Logs.FindKibanaAsync(_world.Scope, Prod, All with { Namespace = "zone-prod" }, "now-1h", "now", None);

        Assert.StartsWith("https://kibana.example/c1/app/discover#/?_g=(filters:!(),refreshInterval:(pause:!t,value:0),time:(from:now-1h,to:now))&_a=(columns:!(kubernetes.pod_name,log),dataSource:(dataViewId:kubernetes-logs,type:dataView)", link, StringComparison.Ordinal);
        Assert.Contains("query:(match_phrase:(kubernetes.namespace_name:zone-prod))", link, StringComparison.Ordinal);
        _world.Root = """{"version":{"number":"2.19.0","distribution":"opensearch"}}""";
        Assert.StartsWith("https://kibana.example/c1/app/data-explorer/discover#?_a=", await _world.Logs.FindKibanaAsync(_world.Scope, Prod, All, null, null, None), StringComparison.Ordinal);
        _world.Apps.Domain = "apps.portal.example";
        Assert.StartsWith("/p/p1/clusters/c1/apps/kibana?path=%2Fapp%2Fdata-explorer%2Fdiscover#?_a=", await _world.Logs.FindKibanaAsync(_world.Scope, Prod, All, null, null, None), StringComparison.Ordinal);
        Assert.Null(await _world.Logs.FindKibanaAsync(_world.Scope, new LogSource("c9", "new"), All, null, null, None).ContinueWith(t => t.IsFaulted ? null : t.Result, TaskScheduler.Default));
    }

    [Fact]
    public async Task Person_WithoutTheRight_OrOfAnotherProject_FindsNothing()
    {
        _world.Write("c1", 3, n => Now.AddSeconds(-n));
        await Assert.ThrowsAsync<ForbiddenException>(() => _world.Logs.SearchAsync(_world.Scope with { Capabilities = [] }, [Prod], All, null, 10, None));
        Assert.Throws<ForbiddenException>(() => _world.Logs.TailAsync(_world.Scope with { Capabilities = [] }, [Prod], All, None));
        Assert.Throws<ForbiddenException>(() => _world.Logs.ExportAsync(_world.Scope with { Capabilities = [] }, [Prod], All, None));

        var stranger = await _world.Logs.SearchAsync(_world.Scope with { ProjectId = "p2" }, [Prod], All, null, 10, None);

        Assert.Empty(stranger.Lines);
        Assert.Equal(LogSourceState.WithoutElasticsearch, Assert.Single(stranger.Sources).State);
    }

    private async Task<IReadOnlyList<string>> IdsAsync(LogSearch search) => [.. (await _world.Logs.SearchAsync(_world.Scope, [Prod], search, null, 100, None)).Lines.Select(l => l.Id).Order(StringComparer.Ordinal)];
}
