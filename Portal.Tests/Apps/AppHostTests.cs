using System.Net;
using System.Web;
using Portal.Apps;
using Portal.Core.Audit;
using Portal.Core.Delivery.Apps;
using Portal.Core.Identity.Sessions;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Apps;

/// <summary>Programs' hosts over HTTP: the real portal, port-forwards into a cluster of the sandbox, browsers' cookies.</summary>
public sealed class AppHostTests(PlatformCluster cluster) : IClassFixture<PlatformCluster>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Kibana_OpenedFromThePortal_IsReadAsTheReaderOfLogs_AndChangesNothing()
    {
        using var browser = await SignedInAsync("luca");
        using var opened = await browser.OpenAsync(await WayAsync("kibana", "/app/discover"));
        var way = opened.Headers.Location!;
        Assert.Matches("^http://kibana-[a-z2-7]{16}\\.apps\\.localhost:[0-9]+/\\.portal/enter\\?code=", way.AbsoluteUri);
        Assert.Equal("no-store", opened.Headers.CacheControl!.ToString());

        using var entered = await browser.GetAsync(way.AbsoluteUri);

        Assert.Equal("/app/discover", entered.Headers.Location!.OriginalString);
        Assert.Single(entered.Headers.GetValues("Set-Cookie"), c => c.StartsWith("portal-way-", StringComparison.Ordinal) && c.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal));
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"), c => c.StartsWith("portal-app=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        var host = way.GetLeftPart(UriPartial.Authority);
        using var page = await browser.GetAsync(host + "/app/discover");
        Assert.Contains("<h1>Discover</h1>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(["script-src 'unsafe-inline'; frame-ancestors 'self'", "frame-ancestors 'self'"], page.Headers.GetValues("Content-Security-Policy"));
        using var views = await browser.GetAsync(host + "/api/data_views");
        Assert.Contains("kubernetes-logs", await views.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var written = await browser.SendAsync(HttpMethod.Post, host + "/api/data_views/data_view", ("kbn-xsrf", "true"));
        Assert.Equal(HttpStatusCode.Forbidden, written.StatusCode);
        Assert.Contains("\"statusCode\":403", await written.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var scope = await cluster.ScopeAsync();
        Assert.Contains(await cluster.Get<IAuditLog>().ListAsync(scope, 50, null, None), e => e is { Action: "app.open", UserName: "luca" } && e.Details["app"] == "kibana");
    }

    [Fact]
    public async Task Code_IsOfOneUse_AndOfOneHost()
    {
        using var browser = await SignedInAsync("luca");
        using var other = new AppBrowser(cluster.Url);
        using var opened = await browser.OpenAsync(await WayAsync("kibana"));
        var way = opened.Headers.Location!.AbsoluteUri;
        using var entered = await browser.GetAsync(way);
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);

        using var again = await browser.GetAsync(way);

        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.False(again.Headers.Contains("Set-Cookie"));
        using var fresh = await browser.OpenAsync(await WayAsync("kibana"));
        var prometheus = await browser.EnterAsync(await WayAsync("prometheus"));
        using var elsewhere = await other.GetAsync(prometheus + fresh.Headers.Location!.PathAndQuery);
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.StatusCode);
        using var spent = await browser.GetAsync(fresh.Headers.Location.AbsoluteUri);
        Assert.Equal(HttpStatusCode.BadRequest, spent.StatusCode);
        using var guessed = await other.GetAsync(prometheus + "/.portal/enter?code=guess");
        Assert.Equal(HttpStatusCode.BadRequest, guessed.StatusCode);
    }

    [Fact]
    public async Task Cookie_OfOneProgram_IsNothingOnAnothersHost()
    {
        using var browser = await SignedInAsync("luca");
        using var opened = await browser.OpenAsync(await WayAsync("kibana"));
        using var entered = await browser.GetAsync(opened.Headers.Location!.AbsoluteUri);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("portal-app=", StringComparison.Ordinal)).Split(';')[0];
        using var stranger = new AppBrowser(cluster.Url);
        var scope = await cluster.ScopeAsync();
        var other = $"http://{AppLabel.Of(scope.Region, cluster.ClusterId, ClusterApp.Prometheus)}.apps.localhost:{opened.Headers.Location.Port}";

        using var answer = await stranger.GetAsync(other + "/query", ("Cookie", cookie));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using var bare = await stranger.GetAsync(opened.Headers.Location.GetLeftPart(UriPartial.Authority) + "/app/discover");
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        using var portals = await stranger.GetAsync("/projects", ("Cookie", cookie));
        Assert.Equal(HttpStatusCode.Redirect, portals.StatusCode);
    }

    [Fact]
    public async Task Stranger_ByEitherProjectsName_IsRefused()
    {
        using var mei = await SignedInAsync("mei");
        var theirs = (await cluster.ScopeAsync("team-data")).ProjectId;

        using var foreign = await mei.GetAsync(await WayAsync("kibana"));
        using var renamed = await mei.GetAsync(AppRoutes.Open(theirs, cluster.ClusterId, ClusterApp.Kibana, "/"));
        using var nobody = await new AppBrowser(cluster.Url).GetAsync(await WayAsync("kibana"));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotFound), (foreign.StatusCode, renamed.StatusCode));
        Assert.Contains("/sign-in", nobody.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignOut_AtThePortal_EndsIt_AndThePageLeadsBack()
    {
        using var browser = await SignedInAsync("luca");
        var host = await browser.EnterAsync(await WayAsync("kibana"));
        using var before = await browser.GetAsync(host + "/app/discover");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await browser.SignOutAsync();

        using var after = await browser.GetAsync(host + "/app/discover?a=1&b=2");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        var page = await after.Content.ReadAsStringAsync();
        Assert.Contains(AppsText.SignedOut, page, StringComparison.Ordinal);
        Assert.Contains(HttpUtility.HtmlEncode(cluster.Url + AppRoutes.Open((await cluster.ScopeAsync()).ProjectId, cluster.ClusterId, ClusterApp.Kibana, "/app/discover?a=1&b=2")), page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", after.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var text = await browser.GetAsync(host + "/api/status", ("Accept", "application/json"));
        Assert.Equal((HttpStatusCode.Unauthorized, "text/plain"), (text.StatusCode, text.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Session_ThatEndsWhileAnAnswerIsUnderWay_EndsTheAnswer()
    {
        using var browser = new AppBrowser(cluster.Url);
        var before = await SessionsAsync();
        await browser.SignInAsync("dana");
        var session = (await SessionsAsync()).Except(before).Single();
        var scope = await cluster.ScopeAsync();
        var visit = new AppVisit { SessionId = session, UserId = scope.UserId, ProjectId = scope.ProjectId, ClusterId = cluster.ClusterId, App = ClusterApp.Kibana, Label = "l", Portal = "p" };
        var guard = cluster.Get<AppGuard>();
        var entered = (await guard.EnterAsync(visit, None))!;
        var begun = new TaskCompletionSource();
        var running = guard.WhileAsync(visit, entered, async stop =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }, None);
        await begun.Task;
        Assert.False(running.IsCompleted);

        await cluster.Get<ISessions>().EndAsync(session, None);

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(await guard.EnterAsync(visit, None));
    }

    [Theory]
    [InlineData("/projects")]
    [InlineData("/_blazor/negotiate")]
    [InlineData("/health/live")]
    [InlineData("/sign-in")]
    [InlineData("/api/alertmanager/webhook")]
    [InlineData("/.portal/other")]
    public async Task Portal_IsNotServedOnProgramsHosts(string path)
    {
        using var browser = await SignedInAsync("luca");
        var host = await browser.EnterAsync(await WayAsync("kibana"));

        using var answer = await browser.GetAsync(host + path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.True(path.StartsWith("/.portal", StringComparison.Ordinal) || answer.Headers.Contains("kbn-name"), "it is Kibana's answer");
        using var nobody = await new AppBrowser(cluster.Url).GetAsync(host + path);
        Assert.Equal(path.StartsWith("/.portal", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Theory]
    [InlineData("apps.localhost")]
    [InlineData("portal.apps.localhost")]
    [InlineData("kibana-short.apps.localhost")]
    [InlineData("a.kibana-aaaaaaaaaaaaaaaa.apps.localhost")]
    [InlineData("APPS.localhost.")]
    public async Task Host_OfNoProgram_IsNotThePortalEither(string host)
    {
        using var browser = await SignedInAsync("luca");

        using var answer = await browser.GetAsync("/health/live", ("Host", host));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using var own = await browser.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using var programs = await browser.GetAsync("/app/discover");
        Assert.DoesNotContain("Kibana of the sandbox", await programs.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/.portal/enter?code=x")]
    public async Task Path_ThatLeadsElsewhere_IsNotFollowed(string path)
    {
        using var browser = await SignedInAsync("luca");
        using var opened = await browser.OpenAsync(await WayAsync("kibana", path));
        var address = opened.Headers.Location!;
        var changed = $"{address.GetLeftPart(UriPartial.Path)}?code={HttpUtility.ParseQueryString(address.Query)["code"]}&path={Uri.EscapeDataString(path)}";

        using var entered = await browser.GetAsync(changed);

        Assert.EndsWith("&path=%2F", address.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("/", entered.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Prometheus_IsForReading()
    {
        using var browser = await SignedInAsync("noor");
        var host = await browser.EnterAsync(await WayAsync("prometheus"));

        using var graph = await browser.GetAsync(host + "/graph?g0.expr=up&g0.range_input=3600s");
        Assert.Equal("/query?g0.expr=up&g0.range_input=3600s", graph.Headers.Location!.OriginalString);
        using var page = await browser.GetAsync(host + graph.Headers.Location.OriginalString);
        Assert.Contains("<dd id=\"expr\">up</dd>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var query = await browser.GetAsync(host + "/api/v1/query?query=up");
        Assert.Equal(HttpStatusCode.OK, query.StatusCode);
        using var posted = await browser.SendAsync(HttpMethod.Post, host + "/api/v1/admin/tsdb/delete_series");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        foreach (var path in (string[])["/-/quit", "/-/healthy", "//-/reload", "/%2D/quit", "/%252D/quit", "/x/../-/quit", "/api/v1/admin/tsdb/snapshot", "/api//v1/ADMIN/tsdb", "/debug/pprof/heap"])
        {
            using var refused = await browser.GetAsync(host + path);
            Assert.True(refused.StatusCode is HttpStatusCode.Forbidden, $"{path}: {refused.StatusCode}");
        }
    }

    [Fact]
    public async Task Jenkins_IsForMembers_AsksWhoTheyAre_AndIsNotThereWhenItIsRemoved()
    {
        using var noor = await SignedInAsync("noor");
        using var refused = await noor.GetAsync(await WayAsync("jenkins"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var luca = await SignedInAsync("luca");
        var host = await luca.EnterAsync(await WayAsync("jenkins"));
        using var login = await luca.GetAsync(host + "/login");
        Assert.Contains("Sign in [Jenkins]", await login.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var who = await luca.GetAsync(host + "/whoAmI/api/json");
        Assert.Contains("\"anonymous\"", await who.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await cluster.Api.DeleteAsync(KubernetesResource.Of("apps/v1", "StatefulSet"), "cicd", "jenkins", None);
        await Eventually.TrueAsync(async () => (await cluster.Api.ListAsync(KubernetesResource.Of("v1", "Pod"), "cicd", None)).Count == 0, "its pod is gone");

        // A connection from before may still be there; a program that is not ready is Jenkins' own word then.
        using var gone = await luca.GetAsync(host + "/login");
        Assert.True(gone.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable, gone.StatusCode.ToString());
        using var again = await luca.GetAsync(await WayAsync("jenkins"));
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Contains("href=\"/p/", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherSites_MayLeadHere_AndDoNothingElse()
    {
        using var browser = await SignedInAsync("luca");
        var host = await browser.EnterAsync(await WayAsync("kibana"));
        async Task<int> AskAsync(HttpMethod method, params (string, string)[] headers)
        {
            using var answer = await browser.SendAsync(method, host + "/app/discover", headers);
            return (int)answer.StatusCode;
        }

        Assert.Equal(200, await AskAsync(HttpMethod.Get, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")));
        Assert.Equal(200, await AskAsync(HttpMethod.Get, ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")));
        Assert.Equal(403, await AskAsync(HttpMethod.Get, ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")));
        Assert.Equal(403, await AskAsync(HttpMethod.Post, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")));
        Assert.Equal(403, await AskAsync(HttpMethod.Post, ("Origin", "http://evil.example")));
        Assert.Equal(403, await AskAsync(HttpMethod.Get, ("Service-Worker", "script")));
        Assert.Equal(501, await AskAsync(HttpMethod.Get, ("Connection", "Upgrade"), ("Upgrade", "websocket")));
        using var picture = await browser.GetAsync(await WayAsync("kibana"), ("Sec-Fetch-Dest", "image"));
        Assert.Equal(HttpStatusCode.Forbidden, picture.StatusCode);
    }

    [Fact]
    public async Task Cluster_WhoseApiHangs_IsSaidOnTheWayIn()
    {
        using var browser = await SignedInAsync("luca");
        var options = cluster.Get<Microsoft.Extensions.Options.IOptions<KubernetesOptions>>().Value;
        var (patience, fault) = (options.Timeout, new Portal.Sandbox.Faults.Fault { Service = "kubernetes", Kind = "hang", Path = "/statefulsets|/deployments" });
        options.Timeout = TimeSpan.FromSeconds(1);
        cluster.Faults.Add(fault);
        try
        {
            using var answer = await browser.GetAsync(await WayAsync("kibana"));

            Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
            Assert.Contains("Kibana says nothing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            cluster.Faults.Remove(fault.Id);
            options.Timeout = patience;
        }
    }

    private async Task<AppBrowser> SignedInAsync(string user)
    {
        var browser = new AppBrowser(cluster.Url);
        await browser.SignInAsync(user);
        return browser;
    }

    private async Task<string> WayAsync(string app, string path = "/") =>
        AppRoutes.Open((await cluster.ScopeAsync()).ProjectId, cluster.ClusterId, Enum.Parse<ClusterApp>(app, ignoreCase: true), path);

    private async Task<IReadOnlyList<string>> SessionsAsync() =>
        [.. (await cluster.Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, None)).Select(s => s.Id)];
}
