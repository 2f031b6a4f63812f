using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Apps;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Monitoring;
using Portal.Security;
using Portal.Shared.Ranges;
using Portal.Tests.Support;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Tests.Apps;

/// <summary>Codes, addresses, limits, and what is changed on the way, each by itself.</summary>
public sealed class AppPartsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Label_IsOneForEachProgramOfEachCluster_AndSaysNothingOfIt()
    {
        var labels = new[] { ("c1", ClusterApp.Kibana), ("c1", ClusterApp.Prometheus), ("c2", ClusterApp.Kibana) }.Select(x => AppLabel.Of(TestScopes.Region, x.Item1, x.Item2)).ToList();

        Assert.Equal(3, labels.Select(l => l.Split('-')[1]).Distinct().Count());
        Assert.All(labels, l => Assert.True(AppLabel.IsOne(l) && l.Length <= 63, l));
        Assert.False(AppLabel.IsOne("kibana-aaaaaaaaaaaaaaaa\n"));
    }

    [Fact]
    public void Address_IsThePortalsWay_ElseTheConfiguredOne_ElseNone()
    {
        var (apps, logs) = (new AppsOptions(), new LogsOptions());
        var find = new ClusterApps(Options.Create(apps), Options.Create(logs));
        var scope = TestScopes.Fake(new Dictionary<string, string>());
        var reader = TestScopes.Fake(new Dictionary<string, string>(), capabilities: [Capability.Read]);
        Assert.All(Enum.GetValues<ClusterApp>(), a => Assert.Null(find.Find(scope, "c1", "shop", a)));

        (apps.Prometheus, apps.Jenkins, logs.Kibana.Address) = ("https://prom.{name}.example/", "https://ci.example/{cluster}", "https://kibana.example/s/shop");
        Assert.Equal("https://prom.shop.example/graph?g0.expr=up", find.Find(scope, "c1", "shop", ClusterApp.Prometheus)!.To("/graph?g0.expr=up"));
        Assert.Equal("https://kibana.example/s/shop/app/discover#/?_g=()", find.Find(reader, "c1", "shop", ClusterApp.Kibana)!.To("/app/discover#/?_g=()"));
        Assert.Null(find.Find(reader, "c1", "shop", ClusterApp.Jenkins));

        apps.Domain = "apps.example";
        Assert.Equal("/p/p1/clusters/c1/apps/kibana?path=%2Fapp%2Fdiscover%3Fx%3D1#/?_g=()", find.Find(scope, "c1", "shop", ClusterApp.Kibana)!.To("/app/discover?x=1#/?_g=()"));
        Assert.Throws<ForbiddenException>(() => find.Find(scope with { Capabilities = [] }, "c1", "shop", ClusterApp.Kibana));
    }

    [Theory]
    [InlineData("apps.portal.example.org", true)]
    [InlineData("apps.localhost", true)]
    [InlineData("https://apps.example", false)]
    [InlineData("*.apps.example", false)]
    [InlineData("apps.example:443", false)]
    [InlineData("apps", false)]
    public void Domain_IsAHostName(string domain, bool good) => Assert.Equal(good, !AppsOptions.Failures(new AppsOptions { Domain = domain, PortalAddress = "https://portal.example" }).Any());

    [Theory]
    [InlineData("apps.example", null, false)]
    [InlineData("apps.localhost", null, true)]
    [InlineData(null, null, true)]
    [InlineData("apps.example", "https://portal.example", true)]
    [InlineData("apps.example", "https://portal.example/", true)]
    [InlineData("apps.example", "https://portal.example/portal", false)]
    [InlineData("apps.example", "https://me@portal.example", false)]
    [InlineData("apps.example", "portal.example", false)]
    [InlineData("apps.example", "javascript:alert(1)", false)]
    [InlineData("apps.example", "https://apps.example", false)]
    [InlineData("apps.example", "https://portal.APPS.example", false)]
    public void PortalAddress_IsConfigured_WhereADomainIs(string? domain, string? address, bool good) =>
        Assert.Equal(good, !AppsOptions.Failures(new AppsOptions { Domain = domain, PortalAddress = address }).Any());

    [Theory]
    [InlineData(null, "localhost:5200", "http://localhost:5200/")]
    [InlineData(null, "127.0.0.1:5200", "http://127.0.0.1:5200/")]
    [InlineData(null, "evil.example", null)]
    [InlineData(null, "localhost.evil.example", null)]
    [InlineData("https://portal.example", "evil.example", "https://portal.example/")]
    public void PortalsOrigin_IsTheConfiguredOne_AndNeverWhatARequestSays(string? configured, string host, string? origin)
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host) = ("http", new HostString(host));

        Assert.Equal(origin, new AppHosts(Options.Create(new AppsOptions { Domain = "apps.localhost", PortalAddress = configured })).Portal(request)?.AbsoluteUri);
    }

    [Fact]
    public void PrometheusLink_HasExpressionRangeAndEnd()
    {
        var now = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal("/graph?g0.expr=rate%28x%5B5m%5D%29&g0.tab=0&g0.range_input=3600s", PrometheusLink.Of("rate(x[5m])", TimeRange.Default, now));
        Assert.Equal("/graph?g0.expr=up&g0.tab=1&g0.range_input=60s&g0.end_input=2026-11-30%2012%3A00%3A00&g0.moment_input=2026-11-30%2012%3A00%3A00", PrometheusLink.Of("up", TimeRange.Between(now.AddMinutes(-1), now), now, isTable: true));
    }

    [Fact]
    public async Task Limit_OfOnePerson_IsNotAnothers()
    {
        using var limits = new AppLimits(Options.Create(new AppsOptions()), Options.Create(new SecurityOptions { RequestsPerMinute = 2 }));
        using var first = await limits.EnterAsync("luca", None);
        using var second = await limits.EnterAsync("luca", None);

        using var third = await limits.EnterAsync("luca", None);
        using var other = await limits.EnterAsync("dana", None);

        Assert.Equal((true, true, false, true), (first.IsAcquired, second.IsAcquired, third.IsAcquired, other.IsAcquired));
    }

    [Fact]
    public async Task Request_OnItsWay_LosesThePortalsSecrets_AndTheAnswerWhatReachesBeyondItsHost()
    {
        IHeaderDictionary? seen = null;
        string? target = null;
        await using var program = await SmallServer.StartAsync(http =>
        {
            seen = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value));
            target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            var headers = http.Response.Headers;
            headers.Append("Set-Cookie", "JSESSIONID.x=1; Path=/; Domain=.apps.localhost; HttpOnly");
            headers.Append("Set-Cookie", "__Host-portal-app=stolen; Path=/");
            headers.Append("Set-Cookie", "portal-app=stolen; domain=apps.localhost");
            (headers.StrictTransportSecurity, headers["Service-Worker-Allowed"], headers["Clear-Site-Data"], headers.AccessControlAllowOrigin) = ("max-age=1; includeSubDomains", "/", "*", "*");
            headers.ContentSecurityPolicy = "default-src 'self'";
            return http.Response.WriteAsync("answer");
        });
        await using var proxy = await ProxyAsync(program.Url);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.Urls.First() + "/job/a%252Fb/%2Fx?q=%7B1%7D", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in new[] { ("Host", "jenkins-x.apps.localhost:5001"), ("Cookie", "a=1; portal-app=secret; __Host-portal=secret; b=2"), ("Authorization", "Bearer secret"), ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "for=6.6.6.6"), ("X-Forwarded-User", "admin"), ("kbn-xsrf", "true"), ("Jenkins-Crumb", "c") })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request);

        Assert.Equal("/job/a%252Fb/%2Fx?q=%7B1%7D", target);
        Assert.Equal(("a=1; b=2", "Basic bG9ncw==", "true", "c"), (seen!.Cookie.ToString(), seen.Authorization.ToString(), seen["kbn-xsrf"].ToString(), seen["Jenkins-Crumb"].ToString()));
        Assert.Equal(("jenkins-x.apps.localhost:5001", "jenkins-x.apps.localhost:5001", "http", "127.0.0.1"), (seen.Host.ToString(), seen["X-Forwarded-Host"].ToString(), seen["X-Forwarded-Proto"].ToString(), seen["X-Forwarded-For"].ToString()));
        Assert.DoesNotContain(seen, h => h.Value.ToString().Contains("secret", StringComparison.Ordinal) || h.Key is "Forwarded" or "X-Forwarded-User");
        Assert.Equal("JSESSIONID.x=1; Path=/; HttpOnly", Assert.Single(answer.Headers.GetValues("Set-Cookie")));
        Assert.Equal(["default-src 'self'", "frame-ancestors 'self'"], answer.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain(answer.Headers, h => h.Key is "Strict-Transport-Security" or "Service-Worker-Allowed" or "Clear-Site-Data" or "Access-Control-Allow-Origin");
    }

    private static async Task<WebApplication> ProxyAsync(string to)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var way = new AppWay(new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }), new AuthenticationHeaderValue("Basic", "bG9ncw=="));
        app.Run(async http => await http.RequestServices.GetRequiredService<IHttpForwarder>().SendAsync(http, to, way.Http, ForwarderRequestConfig.Empty, new AppTransformer(way, () => { })));
        await app.StartAsync();
        return app;
    }
}
