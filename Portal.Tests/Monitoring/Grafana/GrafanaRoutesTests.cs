using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using Portal.Core.Live;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Grafana;

/// <summary>What a chart of an imported dashboard fetches: by ids and values, never by an expression.</summary>
public sealed class GrafanaRoutesTests : IAsyncLifetime
{
    private UiHost _host = null!;
    private HttpClient _http = null!;
    private string _id = "";

    public async Task InitializeAsync()
    {
        _host = await UiHost.StartAsync();
        _host.Clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _http = new HttpClient { BaseAddress = new Uri(_host.Url) };
        _id = (await _host.Dashboards.ImportAsync(_host.Scopes.Scope, "Cluster", Samples.Json("cluster"), CancellationToken.None)).Id;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Panel_IsAskedForWithItsVariables()
    {
        var answer = await _http.GetAsync(Url("p1", _id) + "&var-namespace=zone-a.b&var-namespace=zone-c&var-interval=1h");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Contains(_host.Metrics.Asked, e => e.Contains("namespace=~\"(zone-a\\\\.b|zone-c)\"}[1h]", StringComparison.Ordinal));
        var body = await answer.Content.ReadAsByteArrayAsync();
        var head = JsonDocument.Parse(body.AsMemory(4, BinaryPrimitives.ReadInt32LittleEndian(body))).RootElement;
        Assert.Equal(["namespace-1", "namespace-2", "namespace-3"], head.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.Equal(0, head.GetProperty("problems").GetArrayLength());
    }

    [Fact]
    public async Task Value_ThatIsPromQl_IsNotTaken()
    {
        await _http.GetAsync(Url("p1", _id) + "&var-interval=5m])+or+up%5B1h&var-namespace=a%22%7D)+or+up%7Bb%3D~%22");

        var asked = _host.Metrics.Asked.Last();
        Assert.Contains("}[5m]", asked, StringComparison.Ordinal);
        Assert.Contains("namespace=~\"a\\\"\\\\}\\\\) or up\\\\{b=~\\\"\"", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("&panel=4")]
    [InlineData("&panel=99")]
    [InlineData("&cluster=foreign")]
    public async Task Panel_ThatIsNotThereOrNoChart_IsNotFound(string instead) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(Url("p1", _id).Replace(instead.StartsWith("&panel", StringComparison.Ordinal) ? "&panel=3" : "&cluster=c5", instead, StringComparison.Ordinal))).StatusCode);

    [Fact]
    public async Task Dashboard_OfAnotherProject_IsNotFound()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(Url("p2", _id))).StatusCode);
        Assert.Empty(_host.Metrics.Asked);
    }

    [Fact]
    public async Task Person_WithoutTheRight_IsRefused()
    {
        _host.Scopes.Capabilities = [];

        Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(Url("p1", _id))).StatusCode);
        Assert.Empty(_host.Metrics.Asked);
    }

    private static string Url(string project, string id) => $"/api/p/{project}/charts/imported/{id}/points?start=3600&end=7200&cluster=c5&panel=3";
}
