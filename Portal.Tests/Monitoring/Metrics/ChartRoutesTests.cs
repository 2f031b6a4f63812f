using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>What a chart fetches.</summary>
public sealed class ChartRoutesTests : IAsyncLifetime
{
    private const string Cpu = "/api/p/p1/charts/points?dashboard=cluster&panel=cpu&cluster=c5&start=3600&end=7200";
    private UiHost _host = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _host = await UiHost.StartAsync();
        _host.Clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _host.Clusters.Rows.Add(ShopWorld.Row("c6", "shop-build", StateKind.Ok, "ready"));
        _http = new HttpClient { BaseAddress = new Uri(_host.Url) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Panel_IsFloatsWithAHead()
    {
        _host.Metrics.Series = (expression, window) => expression.StartsWith("1 -", StringComparison.Ordinal)
            ? [new(MetricLabels.None, [.. Enumerable.Range(0, window.Count).Select(n => n == 1 ? double.NaN : n == 2 ? double.PositiveInfinity : n / 1000.0)])] : [];
        _host.Metrics.Warnings = ["a remark"];

        var (head, values) = await GetAsync(Cpu);

        Assert.Equal((3600, 15, 241), (head.GetProperty("start").GetInt64(), head.GetProperty("step").GetInt32(), head.GetProperty("count").GetInt32()));
        var line = head.GetProperty("lines")[0];
        Assert.Equal(("used", 0, 0.24, true), (line.GetProperty("name").GetString(), line.GetProperty("min").GetDouble(), line.GetProperty("last").GetDouble(), line.GetProperty("hasInfinite").GetBoolean()));
        Assert.Equal((241, 0f, 0.003f), (values.Length, values[0], values[3]));
        Assert.True(float.IsNaN(values[1]));
        Assert.Equal("a remark", head.GetProperty("warnings")[0].GetString());
    }

    [Fact]
    public async Task Clusters_Several_AreNamed_AndOneThatIsSlowIsToldWhileTheOtherIsWhole()
    {
        _host.Metrics.Failing = (cluster, _) => cluster.ClusterId == "c6" ? new BackendException("prometheus", "ask", BackendFailure.Timeout) : null;

        var (head, _) = await GetAsync(Cpu + "&cluster=c6");

        Assert.Equal(["shop-prod-1 · used", "shop-prod-1 · requested"], head.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("name").GetString()).Distinct());
        Assert.Equal("The Prometheus of shop-build did not answer in time.", head.GetProperty("problems")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("prometheus", BackendFailure.NotFound, null, "shop-prod-1 has no Prometheus.")]
    [InlineData("prometheus", BackendFailure.Broken, HttpStatusCode.ServiceUnavailable, "The Prometheus of shop-prod-1 is starting and answers soon.")]
    [InlineData("kubernetes", BackendFailure.Unreachable, null, "shop-prod-1 does not answer.")]
    [InlineData("prometheus", BackendFailure.Unreachable, null, "The Prometheus of shop-prod-1 does not answer.")]
    public async Task Cluster_ThatGivesNothing_IsAStateOfTheChart(string backend, BackendFailure failure, HttpStatusCode? status, string text)
    {
        _host.Metrics.Failing = (_, _) => new BackendException(backend, "ask", failure, null, status);

        var (head, values) = await GetAsync(Cpu);

        Assert.Equal((text, 0), (head.GetProperty("problems")[0].GetProperty("text").GetString(), values.Length));
    }

    [Theory]
    [InlineData("/api/p/p1/charts/points?dashboard=cluster&panel=cpu&cluster=foreign&start=3600&end=7200", HttpStatusCode.NotFound)]
    [InlineData("/api/p/p1/charts/points?dashboard=cluster&panel=cpu&start=3600&end=7200", HttpStatusCode.NotFound)]
    [InlineData("/api/p/p1/charts/points?dashboard=cluster&panel=nothing&cluster=c5&start=3600&end=7200", HttpStatusCode.BadRequest)]
    [InlineData("/api/p/p1/charts/points?dashboard=9&panel=cpu&cluster=c5&start=3600&end=7200", HttpStatusCode.BadRequest)]
    [InlineData("/api/p/p1/charts/points?dashboard=node&panel=cpu&cluster=c5&start=3600&end=7200", HttpStatusCode.BadRequest)]
    [InlineData("/api/p/p1/charts/points?dashboard=cluster&panel=cpu&cluster=c5&start=7200&end=3600", HttpStatusCode.BadRequest)]
    [InlineData("/api/p/p1/charts/points?dashboard=cluster&panel=cpu&cluster=c5&start=0&end=99999999999999", HttpStatusCode.BadRequest)]
    public async Task Question_ThatIsWrong_AsksNobody(string url, HttpStatusCode status)
    {
        Assert.Equal(status, (await _http.GetAsync(url)).StatusCode);
        Assert.Empty(_host.Metrics.Asked);
    }

    [Fact]
    public async Task Person_WithoutTheRight_IsRefused()
    {
        _host.Scopes.Capabilities = [];

        Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(Cpu)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.PostAsJsonAsync("/api/p/p1/charts/explore", new { clusters = new[] { "c5" }, expression = "up", start = 3600, end = 7200 })).StatusCode);
    }

    [Fact]
    public async Task Explore_TakesAPostOfJsonOnly_AndShowsWhatPrometheusSaysIsWrong()
    {
        _host.Metrics.Failing = (_, _) => new BackendException("prometheus", "ask", BackendFailure.Invalid, "1:5: parse error: unclosed left parenthesis", HttpStatusCode.BadRequest);
        using var form = new FormUrlEncodedContent([new("expression", "up")]);

        var answer = await _http.PostAsJsonAsync("/api/p/p1/charts/explore", new { clusters = new[] { "c5" }, expression = "sum(", start = 3600, end = 7200 });

        Assert.False((await _http.PostAsync("/api/p/p1/charts/explore", form)).IsSuccessStatusCode);
        Assert.False((await _http.GetAsync("/api/p/p1/charts/explore?expression=up")).IsSuccessStatusCode);
        Assert.Equal("1:5: parse error: unclosed left parenthesis", Read(await answer.Content.ReadAsByteArrayAsync()).Head.GetProperty("problems")[0].GetProperty("raw").GetString());
    }

    private async Task<(JsonElement Head, float[] Values)> GetAsync(string url)
    {
        var answer = await _http.GetAsync(url);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        return Read(await answer.Content.ReadAsByteArrayAsync());
    }

    private static (JsonElement Head, float[] Values) Read(byte[] body)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(body);
        return (JsonDocument.Parse(body.AsMemory(4, length)).RootElement, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(body.AsSpan(4 + length)).ToArray());
    }
}
