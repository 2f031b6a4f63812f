using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Portal.Apps;
using Portal.Core.Kubernetes;
using Portal.Monitoring;
using Portal.Shared.Ranges;
using Portal.Tests.Monitoring.Metrics;

namespace Portal.Tests.Apps;

/// <summary>Debian's Prometheus seen through the portal's host: its own (classic) pages, what they load, and its API.</summary>
[Trait("lane", "real")]
public sealed partial class RealPrometheusPagesTests(AppsPortal portal, RealPrometheus prometheus) : IClassFixture<AppsPortal>, IClassFixture<RealPrometheus>
{
    [SkippableFact]
    public async Task Page_WithEverythingItLoads_ComesThrough()
    {
        using var browser = await EnteredAsync();
        var page = await FollowAsync(browser, "/");
        Assert.Equal("/classic/graph", page.Path);
        Assert.Contains("Prometheus Time Series Collection", page.Text, StringComparison.Ordinal);

        var loaded = Loaded().Matches(page.Text).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Where(a => a.Contains("/static/", StringComparison.Ordinal)).Distinct().ToList();

        Assert.True(loaded.Count > 10, string.Join(' ', loaded));
        foreach (var address in loaded)
        {
            Assert.StartsWith("/classic/static/", address, StringComparison.Ordinal);
            using var asset = await browser.GetAsync(Host + address);
            Assert.True(asset.StatusCode is HttpStatusCode.OK && asset.Content.Headers.ContentType is not null, $"{address}: {asset.StatusCode}");
            Assert.Equal(await DirectAsync(address), await asset.Content.ReadAsByteArrayAsync());
        }
    }

    [SkippableFact]
    public async Task Redirects_StayOnThePortalsHost()
    {
        using var browser = await EnteredAsync();
        foreach (var path in (string[])["/", "/graph", PrometheusLink.Of("up", TimeRange.Default, DateTimeOffset.UtcNow)])
        {
            using var answer = await browser.GetAsync(Host + path);
            Assert.True((int)answer.StatusCode is 301 or 302, $"{path}: {answer.StatusCode}");
            var to = new Uri(new Uri(Host + path), answer.Headers.Location!);
            Assert.Equal(Host, to.GetLeftPart(UriPartial.Authority));
        }

        var linked = await FollowAsync(browser, PrometheusLink.Of("up", TimeRange.Default, DateTimeOffset.UtcNow));
        Assert.StartsWith("/classic/graph?g0.expr=up&", linked.Path, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Api_AnswersQueries_ByAddressAndByForm()
    {
        using var browser = await EnteredAsync();
        using var asked = await browser.GetAsync(Host + "/api/v1/query?query=vector(7)", ("Accept", "application/json"));
        using var form = new FormUrlEncodedContent([new("query", "vector(8)")]);
        using var posted = await browser.SendAsync(HttpMethod.Post, Host + "/api/v1/query", form, ("Origin", Host), ("Sec-Fetch-Site", "same-origin"));
        using var names = await browser.GetAsync(Host + "/api/v1/label/__name__/values", ("Accept", "application/json"));

        Assert.Contains("\"7\"", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"8\"", await posted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"up\"", await names.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("same-origin", names.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.False(names.Headers.Contains("Access-Control-Allow-Origin"));
        using var wrong = await browser.GetAsync(Host + "/api/v1/query?query=(", ("Accept", "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("bad_data", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Gzip_ComesThroughAsItIs()
    {
        using var browser = await EnteredAsync();

        using var answer = await browser.GetAsync(Host + "/api/v1/label/__name__/values", ("Accept-Encoding", "gzip"));

        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        using var unpacked = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var text = new StreamReader(unpacked);
        Assert.Contains("\"status\":\"success\"", await text.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Quit_AndWhatChanges_AreRefused_AndItLives()
    {
        using var browser = await EnteredAsync();
        foreach (var (method, path) in ((HttpMethod, string)[])
            [(HttpMethod.Post, "/-/quit"), (HttpMethod.Put, "/-/quit"), (HttpMethod.Get, "/-/quit"), (HttpMethod.Post, "/-/reload"), (HttpMethod.Get, "/-/healthy"), (HttpMethod.Post, "/api/v1/admin/tsdb/snapshot"), (HttpMethod.Put, "/api/v1/admin/tsdb/delete_series?match[]=up"), (HttpMethod.Get, "/api/v1/admin/tsdb/snapshot"), (HttpMethod.Get, "/debug/pprof/heap"), (HttpMethod.Post, "/api/v1/admin/../query"), (HttpMethod.Post, "/api/v1/write"), (HttpMethod.Delete, "/api/v1/series?match[]=up")])
        {
            using var answer = await browser.SendAsync(method, Host + path);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed, $"{method} {path}: {answer.StatusCode}");
            Assert.Contains(AppsText.ToCluster, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var lives = await browser.GetAsync(Host + "/version");
        Assert.Equal(HttpStatusCode.OK, lives.StatusCode);
    }

    private string Host { get; set; } = "";

    private async Task<AppBrowser> EnteredAsync()
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);
        portal.Gateway.To = prometheus.Address;
        var browser = await portal.SignedInAsync("noor");
        Host = await browser.EnterAsync(portal.Way(ClusterApp.Prometheus));
        return browser;
    }

    private async Task<(string Path, string Text)> FollowAsync(AppBrowser browser, string path)
    {
        for (var turn = 0; ; turn++)
        {
            using var answer = await browser.GetAsync(Host + path);
            if (answer.Headers.Location is not { } to)
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                return (path, await answer.Content.ReadAsStringAsync());
            }

            Assert.True(turn < 5, path);
            path = new Uri(new Uri(Host + path), to).PathAndQuery;
        }
    }

    private async Task<byte[]> DirectAsync(string path)
    {
        using var http = new HttpClient();
        return await http.GetByteArrayAsync(new Uri(prometheus.Address, path));
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Loaded();
}
