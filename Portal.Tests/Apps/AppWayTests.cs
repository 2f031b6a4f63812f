using System.Net;
using System.Web;
using Microsoft.AspNetCore.Http;
using Portal.Apps;
using Portal.Core.Kubernetes;
using Portal.Tests.Support;

namespace Portal.Tests.Apps;

/// <summary>The way in belongs to the browser that asked: other browsers', old, forged and foreign ones lead nowhere.</summary>
public sealed class AppWayTests(AppsPortal portal) : IClassFixture<AppsPortal>
{
    [Fact]
    public async Task Code_OfAnotherBrowser_IsRefused_AndSpent()
    {
        using var attacker = await portal.SignedInAsync("luca");
        using var fresh = new AppBrowser(portal.Host.Url);
        using var other = await portal.SignedInAsync("dana");
        using var begun = await other.GetAsync(await other.BeginAsync(portal.Way(ClusterApp.Kibana)));
        foreach (var victim in (AppBrowser[])[fresh, other])
        {
            using var opened = await attacker.OpenAsync(portal.Way(ClusterApp.Kibana));
            var link = opened.Headers.Location!.OriginalString;

            using var lured = await victim.GetAsync(link);

            Assert.Equal(HttpStatusCode.Forbidden, lured.StatusCode);
            Assert.False(lured.Headers.Contains("Set-Cookie"));
            Assert.Contains(AppsText.OtherBrowser, await lured.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var spent = await attacker.GetAsync(link);
            Assert.Equal(HttpStatusCode.BadRequest, spent.StatusCode);
        }
    }

    [Fact]
    public async Task Tabs_OpenedAtOnce_AllLeadIn_AndLeaveNothingBehind()
    {
        await using var program = await SmallServer.StartAsync(http => http.Response.WriteAsync("cookies: " + http.Request.Headers.Cookie));
        portal.Gateway.To = new Uri(program.Url);
        using var browser = await portal.SignedInAsync("luca");
        var begins = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => browser.BeginAsync(portal.Way(ClusterApp.Kibana, $"/app/{n}"))));
        var codes = await Task.WhenAll(begins.Select(browser.CodeAsync));

        var entered = await Task.WhenAll(codes.Reverse().Select(c => browser.GetAsync(c.Headers.Location!.OriginalString)));

        Assert.Equal(["/app/3", "/app/2", "/app/1", "/app/0"], entered.Select(e => e.Headers.Location?.OriginalString));
        Assert.Equal(4, entered.SelectMany(e => e.Headers.GetValues("Set-Cookie")).Count(c => c.StartsWith("portal-way-", StringComparison.Ordinal) && c.Contains("01 Jan 1970", StringComparison.Ordinal)));
        using var page = await browser.GetAsync(codes[0].Headers.Location!.GetLeftPart(UriPartial.Authority) + "/app/0");
        Assert.Equal("cookies: ", await page.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task BeginLink_OfAnAttacker_LeadsNowhereButThePortal_AndThereNowhere()
    {
        using var attacker = await portal.SignedInAsync("luca");
        var begin = await attacker.BeginAsync(portal.Way(ClusterApp.Kibana));
        using var victim = await portal.SignedInAsync("dana");

        using var lured = await victim.GetAsync(begin.Replace("path=%2F", "path=%2F%2Fevil.example&portal=https%3A%2F%2Fevil.example&seal=x&returnUrl=https%3A%2F%2Fevil.example", StringComparison.Ordinal));

        Assert.StartsWith(portal.Host.Url + portal.Way(ClusterApp.Kibana) + "&seal=", lured.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var back = await victim.GetAsync(lured.Headers.Location.OriginalString);
        Assert.Equal(HttpStatusCode.Forbidden, back.StatusCode);
        Assert.Contains(HttpUtility.HtmlEncode(portal.Way(ClusterApp.Kibana)), await back.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var attackers = await attacker.GetAsync(begin);
        using var fixated = await victim.GetAsync(attackers.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Forbidden, fixated.StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost@evil.example")]
    public async Task PortalsOwnHost_AsARequestClaimsIt_IsLedToByNobody(string host)
    {
        using var attacker = await portal.SignedInAsync("luca");

        using var opened = await attacker.GetAsync(portal.Way(ClusterApp.Kibana), ("Host", host));

        Assert.False(opened.StatusCode is HttpStatusCode.Redirect && opened.Headers.Location!.OriginalString.Contains("/.portal/", StringComparison.Ordinal), opened.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Way_OfAnotherProgram_OrForged_OrOfTheOtherKind_LeadsNowhere()
    {
        using var browser = await portal.SignedInAsync("luca");
        var kibana = await browser.BeginAsync(portal.Way(ClusterApp.Kibana));
        var way = HttpUtility.ParseQueryString(new Uri(kibana).Query)["way"]!;
        using var begun = await browser.GetAsync(kibana);
        var seal = HttpUtility.ParseQueryString(begun.Headers.Location!.Query)["seal"]!;
        var prometheus = new Uri(await browser.BeginAsync(portal.Way(ClusterApp.Prometheus))).GetLeftPart(UriPartial.Path);
        var own = new Uri(kibana).GetLeftPart(UriPartial.Path);
        foreach (var address in (string[])[$"{prometheus}?way={way}", $"{own}?way={seal}", $"{own}?way=forged", own, $"{own}?way={way[..^2]}xx"])
        {
            using var answer = await browser.GetAsync(address);
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest && !answer.Headers.Contains("Set-Cookie"), address);
        }

        foreach (var address in (string[])[$"{portal.Way(ClusterApp.Prometheus)}&seal={seal}", $"{portal.Way(ClusterApp.Kibana)}&seal={way}", $"{portal.Way(ClusterApp.Kibana)}&seal=forged", $"{portal.Way(ClusterApp.Kibana)}&seal="])
        {
            using var answer = await browser.GetAsync(address);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden, address);
        }
    }

    [Fact]
    public async Task Way_ThatIsTooOld_LeadsNowhere_NotInACircle()
    {
        using var browser = await portal.SignedInAsync("luca");
        var begin = await browser.BeginAsync(portal.Way(ClusterApp.Kibana));
        using var begun = await browser.GetAsync(begin);
        portal.Sandbox.Context.Clock.Advance(TimeSpan.FromSeconds(61));

        using var late = await browser.GetAsync(begin);
        using var sealedLate = await browser.GetAsync(begun.Headers.Location!.OriginalString);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Forbidden), (late.StatusCode, sealedLate.StatusCode));
        Assert.Contains(AppsText.OpenAgain, await sealedLate.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Begin_AsAPicture_OrAForm_GivesNoNonce_AndManyDoNotPileUp()
    {
        using var browser = await portal.SignedInAsync("luca");
        var begin = await browser.BeginAsync(portal.Way(ClusterApp.Kibana));
        using var picture = await browser.GetAsync(begin, ("Sec-Fetch-Dest", "image"));
        using var frame = await browser.GetAsync(begin, ("Sec-Fetch-Dest", "iframe"));
        using var form = await browser.SendAsync(HttpMethod.Post, begin);
        Assert.All([picture, frame, form], a => Assert.True(a.StatusCode is HttpStatusCode.Forbidden && !a.Headers.Contains("Set-Cookie")));
        for (var turn = 0; turn < AppNonces.Most; turn++)
        {
            using var one = await browser.GetAsync(begin);
            var cookie = Assert.Single(one.Headers.GetValues("Set-Cookie"));
            Assert.Matches("^portal-way-[0-9a-f]{16}=[A-Za-z0-9_-]{43}; max-age=120; path=/; samesite=lax; httponly$", cookie);
        }

        using var more = await browser.GetAsync(begin);

        Assert.Equal(AppNonces.Most + 1, more.Headers.GetValues("Set-Cookie").Count());
        await browser.EnterAsync(portal.Way(ClusterApp.Kibana));
    }
}
