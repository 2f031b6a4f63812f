using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Logs.Elasticsearch;
using Portal.Core.Logs;
using Portal.Tests.Monitoring.Metrics;
using Portal.Tests.Support.Fakes;
using Portal.Tests.Support;

namespace Portal.Tests.Logs;

/// <summary>The portal's log search over HTTP against Elasticsearch 7, 8, 9 and OpenSearch as the sandbox plays them: each refuses what the others alone know.</summary>
public sealed class SearchVersionsTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly LogSource Source = new("c1", "shop-prod");
    private static readonly Scope Scope = TestScopes.Fake(new Dictionary<string, string>());

    [Theory]
    [InlineData("elasticsearch:7.10.2", "Elasticsearch 7.10")]
    [InlineData("elasticsearch:7.17.14", "Elasticsearch 7.17")]
    [InlineData("elasticsearch:8.19.2", "Elasticsearch 8.19")]
    [InlineData("elasticsearch:9.1.0", "Elasticsearch 9.1")]
    [InlineData("opensearch:1.3.20", "OpenSearch 1.3")]
    [InlineData("opensearch:2.19.1", "OpenSearch 2.19")]
    [InlineData("opensearch:3.1.0", "OpenSearch 3.1")]
    public async Task Search_OfEachServer_FindsMarksCountsAndPages(string image, string name)
    {
        await using var server = await SearchServer.StartAsync(image);
        using var http = server.Client(UserOf(image));
        var logs = Logs(http);
        var search = Hour(server) with { Text = "\"request served\"", Namespace = "default" };

        var first = await logs.SearchAsync(Scope, [Source], search, null, 50, None);

        var source = Assert.Single(first.Sources);
        Assert.Equal((LogSourceState.Answered, name, false), (source.State, source.Server!.Name, source.TimedOut || source.FailedShards > 0));
        Assert.Equal(50, first.Lines.Length);
        Assert.All(first.Lines, l => Assert.True(l is { Namespace: "default", Marks.Count: 2 }, l.Message));
        Assert.Equal(source.Total, first.Histogram!.Buckets.Sum(b => b.Total));
        var all = first.Lines.ToList();
        for (var next = first.Next; next is not null;)
        {
            var page = await logs.SearchAsync(Scope, [Source], search, next, 50, None);
            all.AddRange(page.Lines);
            next = page.Next;
        }

        Assert.Equal(source.Total, all.Select(l => l.Key).Distinct().Count());
        Assert.Equal(all.Count, all.Select(l => l.Key).Distinct().Count());
        Assert.NotNull((await logs.SearchAsync(Scope, [Source], search with { Text = "AND (" }, null, 10, None)).QueryError);
    }

    [Theory]
    [InlineData("elasticsearch:9.1.0")]
    [InlineData("opensearch:2.19.1")]
    public async Task Shards_ThatFail_AreTold_AndARefusalIsTriedAgain(string image)
    {
        await using var server = await SearchServer.StartAsync(image);
        using var http = server.Client(UserOf(image));
        var logs = Logs(http);
        var whole = await logs.SearchAsync(Scope, [Source], Hour(server), null, 10, None);

        server.Context.Switch("search_shards_fail", true);
        server.Context.Switch("search_times_out", true);
        var partial = Assert.Single((await logs.SearchAsync(Scope, [Source], Hour(server), null, 10, None)).Sources);
        server.Context.Switch("search_rejects", true);
        var refused = Assert.Single((await logs.SearchAsync(Scope, [Source], Hour(server), null, 10, None)).Sources);

        Assert.True(partial is { State: LogSourceState.Answered, TimedOut: true, FailedShards: > 0 }, partial.ToString());
        Assert.InRange(partial.Total, 1, whole.Sources[0].Total - 1);
        Assert.Equal((LogSourceState.Missing, BackendFailure.Throttled), (refused.State, refused.Failure!.Failure));
    }

    [Theory]
    [InlineData("elasticsearch:8.19.2", 400)]
    [InlineData("opensearch:2.19.1", 406)]
    public async Task Server_ThatIsAskedInAnotherOnesWay_RefusesAsItDoes(string image, int status)
    {
        await using var server = await SearchServer.StartAsync(image);
        using var http = server.Client(UserOf(image));
        using var strange = new HttpRequestMessage(HttpMethod.Get, "/");
        strange.Headers.TryAddWithoutValidation("Accept", $"application/vnd.elasticsearch+json; compatible-with={(status == 406 ? 8 : 9)}");

        using var root = await http.GetAsync("/", None);
        using var answer = await http.SendAsync(strange, None);
        using var nobody = server.Client("nobody");
        using var unknown = await nobody.GetAsync("/", None);

        Assert.Equal(status == 400, root.Headers.Contains("X-Elastic-Product"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(401, (int)unknown.StatusCode);
    }

    private static string UserOf(string image) => image.StartsWith("opensearch", StringComparison.Ordinal) ? "admin" : "elastic";

    private static LogSearch Hour(SearchServer server) => new() { From = server.Now.AddHours(-1), To = server.Now };

    private static ProjectLogs Logs(HttpClient http)
    {
        var options = Options.Create(new LogsOptions());
        return new(new ElasticsearchClient(DirectPrograms.At(http), options, TimeProvider.System), new FakeApps(), options, TimeProvider.System);
    }
}
