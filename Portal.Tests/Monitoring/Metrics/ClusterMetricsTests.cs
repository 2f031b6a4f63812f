using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Many viewers are one question, and nobody sees by another's question what is not theirs.</summary>
public sealed class ClusterMetricsTests
{
    private const string One = """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"secret":"mark"},"values":[[0,"1"]]}]}}""";
    private static readonly RangeWindow Window = new(0, 60, 15);
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c1");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly MetricsOptions _options = new();

    [Fact]
    public async Task Viewers_OfTheSame_AreOneQuestion_WhileItRunsAndForTenSeconds()
    {
        var gate = new TaskCompletionSource();
        var programs = new DirectPrograms(async (_, _) => { await gate.Task; return DirectPrograms.Answer(200, One); });
        var metrics = Make(programs);

        var viewers = Enumerable.Range(0, 50).Select(n => metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, CancellationToken.None)).ToList();
        gate.SetResult();
        await Task.WhenAll(viewers);
        _time.Advance(TimeSpan.FromSeconds(9));
        await metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, CancellationToken.None);
        Assert.Single(programs.Asked);

        _time.Advance(TimeSpan.FromSeconds(2));
        await metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, CancellationToken.None);
        await metrics.QueryRangeAsync(Scope("p1"), Cluster, "down", Window, CancellationToken.None);
        await metrics.QueryRangeAsync(Scope("p1"), Cluster with { ClusterId = "c2" }, "up", Window, CancellationToken.None);
        Assert.Equal(4, programs.Asked.Count);
    }

    [Fact]
    public async Task Answer_ThatIsKept_IsNotForStrangersNorForThoseWithoutTheRight()
    {
        var programs = DirectPrograms.Saying(200, One);
        var metrics = Make(programs);
        await metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, CancellationToken.None);

        await Assert.ThrowsAsync<ForbiddenException>(() => metrics.QueryRangeAsync(Scope("p2"), Cluster, "up", Window, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => metrics.QueryRangeAsync(Scope("p1") with { Capabilities = [] }, Cluster, "up", Window, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => metrics.QueryRangeAsync(Scope("p1") with { Region = new("default", "Other") }, Cluster, "up", Window, CancellationToken.None));
        await metrics.QueryRangeAsync(Scope("p2"), Cluster with { ProjectId = "p2" }, "up", Window, CancellationToken.None);
        Assert.Equal(2, programs.Asked.Count);
    }

    [Fact]
    public async Task Question_NobodyWaitsForAnyMore_IsTakenBack()
    {
        var taken = new TaskCompletionSource();
        var programs = new DirectPrograms(async (_, stop) =>
        {
            await using var _1 = stop.Register(taken.SetResult);
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        });
        var metrics = Make(programs);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, first.Token);
        var two = metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, second.Token);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(taken.Task.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Failure_IsNotKept()
    {
        var calls = 0;
        var metrics = Make(new DirectPrograms((_, _) => Task.FromResult<HttpResponseMessage?>(calls++ == 0 ? DirectPrograms.Answer(503, "Service Unavailable") : DirectPrograms.Answer(200, One))));

        var failure = await Assert.ThrowsAsync<BackendException>(() => metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, CancellationToken.None));
        Assert.Equal(MetricTrouble.Starting, MetricTroubles.Of(failure));
        Assert.Single((await metrics.QueryRangeAsync(Scope("p1"), Cluster, "up", Window, CancellationToken.None)).Series);
    }

    [Fact]
    public async Task Answers_Kept_StayWithinTheirMemory()
    {
        _options.KeepMegabytes = 1;
        var shared = new SharedAnswers(Options.Create(_options), _time);
        foreach (var n in Enumerable.Range(0, 50))
        {
            await shared.GetAsync(Cluster, $"q{n}", _ => Task.FromResult("answer"), _ => 100_000L, CancellationToken.None);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal((10, 1_000_000), shared.Held);
    }

    [Fact]
    public async Task Cluster_WithoutPrometheus_IsAStateOfItsOwn()
    {
        var metrics = Make(new DirectPrograms((_, _) => Task.FromResult<HttpResponseMessage?>(null)));

        Assert.Equal(MetricTrouble.NotInstalled, MetricTroubles.Of(await Assert.ThrowsAsync<BackendException>(() => metrics.GetVersionAsync(Scope("p1"), Cluster, CancellationToken.None))));
    }

    [Fact]
    public async Task Expression_IsPostedAsAForm_AndALabelIsNeverAPath()
    {
        var programs = DirectPrograms.Saying(200, One);
        var metrics = Make(programs);

        await metrics.QueryRangeAsync(Scope("p1"), Cluster, "up{a=\"x&step=1\"}", Window, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<BackendException>(() => metrics.ListLabelValuesAsync(Scope("p1"), Cluster, "../../admin", null, null, CancellationToken.None));

        Assert.Equal("query=up%7Ba%3D%22x%26step%3D1%22%7D&start=0&end=60&step=15", Assert.Single(programs.Asked).Body);
        Assert.Equal(BackendFailure.Invalid, failure.Failure);
    }

    private static Scope Scope(string project) => TestScopes.Fake(new Dictionary<string, string>(), project);

    private ClusterMetrics Make(IClusterPrograms programs) => new(new PrometheusClient(programs, Options.Create(_options)), new SharedAnswers(Options.Create(_options), _time));
}
