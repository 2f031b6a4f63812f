using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Apps;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Sandbox.Faults;
using Portal.Sandbox.World;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Tests.Apps;

/// <summary>What people see on programs' hosts when something is wrong, and what is never written.</summary>
public sealed class AppTroubleTests(AppsPortal portal) : IClassFixture<AppsPortal>
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData("Content-Length: 1048577", "", 0)]
    [InlineData("Transfer-Encoding: chunked", "100001\r\n", Megabyte + 1)]
    public async Task Body_LargerThanTheLimit_IsRefused_WhetherItsLengthIsSaidOrNot(string header, string before, int sent)
    {
        long read = 0;
        await using var program = await SmallServer.StartAsync(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            read = body.Length;
            await http.Response.WriteAsync("taken");
        });
        portal.Gateway.To = new Uri(program.Url);
        using var browser = await portal.SignedInAsync("luca");
        var host = await browser.EnterAsync(portal.Way(ClusterApp.Kibana));

        // What says how long chunks are counts as well.
        using var fits = Body(Megabyte - 4096, isChunked: sent > 0);

        var refused = await browser.PostRawAsync(host + "/api/saved_objects/_import", header, [.. Encoding.ASCII.GetBytes(before), .. new byte[sent]]);

        Assert.StartsWith("HTTP/1.1 413 ", refused, StringComparison.Ordinal);
        Assert.Contains("Portal:Apps:LargestBody", refused, StringComparison.Ordinal);
        Assert.Equal(0, read);
        using var taken = await browser.SendAsync(HttpMethod.Post, host + "/api/saved_objects/_import", fits);
        Assert.Equal(("taken", Megabyte - 4096), (await taken.Content.ReadAsStringAsync(), read));
    }

    [Theory]
    [InlineData(BackendFailure.Timeout, HttpStatusCode.GatewayTimeout)]
    [InlineData(BackendFailure.Unreachable, HttpStatusCode.BadGateway)]
    [InlineData(BackendFailure.Broken, HttpStatusCode.BadGateway)]
    public async Task Cluster_ThatIsSilentOrAway_IsASmallPage_WithWhatToDo(BackendFailure failure, HttpStatusCode status)
    {
        using var browser = await portal.SignedInAsync("luca");
        var host = await browser.EnterAsync(portal.Way(ClusterApp.Kibana));
        portal.Gateway.Trouble = new BackendException("kubernetes", "forward port 5601 of kibana-0", failure);

        using var answer = await browser.GetAsync(host + "/app/discover");

        portal.Gateway.Trouble = null;
        Assert.Equal(status, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains(failure is BackendFailure.Timeout ? "Kibana says nothing" : "Kibana does not answer", page, StringComparison.Ordinal);
        Assert.Contains(AppsText.OpenAgain, page, StringComparison.Ordinal);
        Assert.Contains(AppsText.ToCluster, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_ThatTakesTheRequestAndSaysNothing_IsGivenUp()
    {
        var ended = new TaskCompletionSource();
        await using var program = await SmallServer.StartAsync(async http =>
        {
            http.RequestAborted.Register(() => ended.TrySetResult());
            await ended.Task;
        });
        using var gateway = new DirectGateway { To = new Uri(program.Url) };
        await using var services = new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider();
        var forwarder = new AppForwarder(services.GetRequiredService<IHttpForwarder>(), gateway, Options.Create(new AppsOptions { Patience = TimeSpan.FromMilliseconds(200) }), NullLogger<AppForwarder>.Instance);
        await using var front = await SmallServer.StartAsync(http => forwarder.ForwardAsync(http, TestScopes.Fake(new Dictionary<string, string>()), Visit, http.RequestAborted));
        using var http = new HttpClient();

        using var answer = await http.GetAsync(front.Url);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("Kibana says nothing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("hang")]
    public async Task Keystone_ThatIsDownOrSlow_LetsThoseGoOnWhoWereIn_AndIsAskedOnceInTenSeconds(string kind)
    {
        await using var program = await SmallServer.StartAsync(http => http.Response.WriteAsync("page"));
        portal.Gateway.To = new Uri(program.Url);
        using var browser = await portal.SignedInAsync("luca");
        var host = await browser.EnterAsync(portal.Way(ClusterApp.Kibana));
        portal.Sandbox.Context.Clock.Advance(TimeSpan.FromSeconds(11));
        var fault = new Fault { Service = "keystone", Path = "^/v3/auth/tokens", Kind = kind, Status = 503 };
        portal.Sandbox.Context.Faults.Add(fault);
        try
        {
            using var first = await browser.GetAsync(host + "/app/discover");
            var met = portal.Sandbox.Context.Faults.Met(fault.Id);
            using var second = await browser.GetAsync(host + "/app/discover");

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
            Assert.True(met > 0);
            Assert.Equal(met, portal.Sandbox.Context.Faults.Met(fault.Id));
        }
        finally
        {
            portal.Sandbox.Context.Faults.Remove(fault.Id);
        }
    }

    [Fact]
    public async Task Keystone_ThatIsDownWhenANewTokenIsNeeded_IsSaid_AndNothingIsSent()
    {
        await using var program = await SmallServer.StartAsync(http => http.Response.WriteAsync("page"));
        portal.Gateway.To = new Uri(program.Url);
        using var browser = await portal.SignedInAsync("luca");
        var host = await browser.EnterAsync(portal.Way(ClusterApp.Kibana));
        portal.Sandbox.Context.Clock.Advance(TimeSpan.FromMinutes(61));
        var fault = new Fault { Service = "keystone", Kind = "status", Status = 503 };
        portal.Sandbox.Context.Faults.Add(fault);

        using var away = await browser.GetAsync(host + "/app/discover");

        portal.Sandbox.Context.Faults.Remove(fault.Id);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Contains("Keystone", await away.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(program.Asked);
    }

    [Fact]
    public async Task Role_TakenAwayWhileSomebodyLooks_EndsIt()
    {
        await using var program = await SmallServer.StartAsync(http => http.Response.WriteAsync("page"));
        portal.Gateway.To = new Uri(program.Url);
        using var browser = await portal.SignedInAsync("mei");
        var host = await browser.EnterAsync(portal.Way(ClusterApp.Kibana, project: "team-data"));
        using var before = await browser.GetAsync(host + "/app/discover");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        using var keystone = new KeystoneCaller(portal.Sandbox);
        await keystone.PasswordAsync("admin", "admin");
        var admin = keystone.LastToken;
        var project = portal.Sandbox.Context.Get<ITokenAuthority>().FindProject("team-data")!.Value.Id;
        var grant = new Uri((await keystone.GetAsync($"/v3/role_assignments?scope.project.id={project}", admin))["role_assignments"]!.AsArray()
            .Single(a => a!["group"] is not null)!["links"]!["assignment"]!.GetValue<string>()).PathAndQuery;
        await keystone.SendAsync(HttpMethod.Delete, grant, admin);
        portal.Sandbox.Context.Clock.Advance(TimeSpan.FromSeconds(11));

        using var after = await browser.GetAsync(host + "/app/discover");
        using var again = await browser.GetAsync(portal.Way(ClusterApp.Kibana, project: "team-data"));

        await keystone.SendAsync(HttpMethod.Put, grant, admin);
        Assert.True(after.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, after.StatusCode.ToString());
        Assert.True(again.StatusCode is HttpStatusCode.Forbidden, again.StatusCode.ToString());
        Assert.Single(program.Asked);
    }

    [Fact]
    public async Task Logs_AndTraces_HaveNeitherCodeNorCookieNorPath()
    {
        await using var program = await SmallServer.StartAsync(http => http.Response.WriteAsync("page"));
        portal.Gateway.To = new Uri(program.Url);
        using var browser = await portal.SignedInAsync("luca");
        var begin = await browser.BeginAsync(portal.Way(ClusterApp.Kibana, "/app/CANARY-PATH?q=CANARY-QUERY"));
        using var opened = await browser.CodeAsync(begin);
        var enter = opened.Headers.Location!;
        using var entered = await browser.GetAsync(enter.OriginalString);
        var host = enter.GetLeftPart(UriPartial.Authority);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("portal-app=", StringComparison.Ordinal)).Split(';')[0].Split('=')[1];
        using var page = await browser.GetAsync(host + "/app/CANARY-PATH?q=CANARY-QUERY");
        Assert.Equal("page", await page.Content.ReadAsStringAsync());
        using var replayed = await browser.GetAsync(enter.OriginalString);
        using var stranger = await new AppBrowser(portal.Host.Url).GetAsync(host + "/app/CANARY-PATH?q=CANARY-QUERY");
        using var refused = await browser.GetAsync(host + "/app/CANARY-PATH", ("Upgrade", "websocket"), ("Connection", "Upgrade"));
        portal.Gateway.Trouble = new BackendException("kubernetes", "forward a port", BackendFailure.Unreachable);
        using var away = await browser.GetAsync(host + "/app/CANARY-PATH?q=CANARY-QUERY");
        portal.Gateway.Trouble = null;
        await browser.PostRawAsync(host + "/app/CANARY-PATH?q=CANARY-QUERY", "Content-Length: 1048577", []);

        var written = portal.Log.Lines;

        Assert.Contains(written, l => l.Contains("A request for Kibana of cluster", StringComparison.Ordinal));
        Assert.Contains(written, l => l.StartsWith("trace Microsoft.AspNetCore", StringComparison.Ordinal));
        var query = System.Web.HttpUtility.ParseQueryString(enter.Query);
        foreach (var secret in (string[])[query["code"]!, cookie, System.Web.HttpUtility.ParseQueryString(new Uri(begin).Query)["way"]!])
        {
            Assert.DoesNotContain(written, l => l.Contains(secret, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(written, l => l.Contains("CANARY", StringComparison.Ordinal) && !l.StartsWith("trace ", StringComparison.Ordinal));
        Assert.DoesNotContain(written, l => l.Contains("CANARY-QUERY", StringComparison.Ordinal));
    }

    private static AppVisit Visit { get; } = new() { SessionId = "s", UserId = "u1", ProjectId = "p1", ClusterId = "c1", App = ClusterApp.Kibana, Label = "kibana-aaaaaaaaaaaaaaaa", Portal = "https://portal.example" };

    private static StreamContent Body(int bytes, bool isChunked)
    {
        StreamContent content = isChunked ? new Chunked(new MemoryStream(new byte[bytes])) : new StreamContent(new MemoryStream(new byte[bytes]));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    private sealed class Chunked(Stream body) : StreamContent(body)
    {
        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
