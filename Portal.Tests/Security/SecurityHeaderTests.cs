using System.Net;
using Portal.Tests.Support;

namespace Portal.Tests.Security;

/// <summary>Headers, cookies, origins and limits of the real portal.</summary>
public sealed class SecurityHeaderTests : IAsyncLifetime
{
    private PortalHost host = null!;

    public async Task InitializeAsync() => host = await PortalHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/sign-in/problem?reason=KeystoneDown")]
    [InlineData("/lib/theme.css")]
    public async Task Answer_OfAnyKind_HasTheSecurityHeaders(string path)
    {
        using var browser = host.NewBrowser();

        using var answer = await browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Matches(@"(?:\A|; )script-src 'self' 'nonce-[A-Za-z0-9+/=_-]{16,}'(?:;|\z)", policy);
        foreach (var part in new[] { "default-src 'self'", "connect-src 'self'", "object-src 'none'", "base-uri 'self'" })
        {
            Assert.Contains(part, policy.Split("; "));
        }

        Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Page_OfASignedInPerson_IsNotCachedAndHasOnePolicy()
    {
        using var browser = host.NewBrowser();

        using var page = await browser.SignInAsync("dana");

        Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("no-store", page.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("/sign-out")]
    public async Task Post_FromAnotherOrigin_IsRefused(string path)
    {
        using var browser = host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Origin", "https://evil.example");

        using var refused = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task Circuit_WithoutSession_IsNotOpened()
    {
        using var browser = host.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");

        using var answer = await browser.SendAsync(request);

        Assert.DoesNotContain("connectionToken", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_OfTheSession_IsOpaqueHttpOnlyAndLax()
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler);

        using var start = await http.GetAsync($"{host.Url}/sign-in");

        Assert.Equal(HttpStatusCode.Redirect, start.StatusCode);
        Assert.All(start.Headers.GetValues("Set-Cookie"), cookie =>
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        });
        Assert.Contains("code_challenge_method=S256", start.Headers.Location!.Query, StringComparison.Ordinal);
        Assert.Contains("audience=urn%3Alab%3Akeystone", start.Headers.Location.Query, StringComparison.Ordinal);
    }
}
