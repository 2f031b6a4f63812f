using Portal.Core.Registry.Verification;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Verification;

/// <summary>What a site's own proxy in front of Harbor can spoil.</summary>
public sealed class FrontProxyTests(VerifiedHarbor harbor) : IClassFixture<VerifiedHarbor>
{
    [Fact]
    public async Task HandsAllOn_PassesButForItsOtherHost()
    {
        await using var proxy = await FrontProxy.StartAsync(harbor.Url);

        var report = await harbor.RunAsync(url: proxy.Url);

        Assert.True(report.Passed);
        Assert.Equal(["slashes.ok", "cookies.ok", "request-id.ok", "challenge.other-host"], Codes(report, "slashes", "cookies", "request-id", "challenge"));
    }

    [Theory]
    [InlineData("%252F", "%2F", "slashes.decoded")]
    [InlineData("%252F", "%25252F", "slashes.encoded")]
    [InlineData("web%252F", "", "slashes.other")]
    public async Task ChangesThePath_IsFound(string from, string to, string code)
    {
        await using var proxy = await FrontProxy.StartAsync(harbor.Url);
        proxy.Path = path => path.Replace(from, to, StringComparison.Ordinal);

        Assert.Equal([code], Codes(await harbor.RunAsync(url: proxy.Url, readOnly: true), "slashes"));
    }

    [Fact]
    public async Task AddsACookie_IsFoundByTheWriteThatIsRefused()
    {
        await using var proxy = await FrontProxy.StartAsync(harbor.Url);
        proxy.Request = request =>
        {
            // A gateway that keeps sessions: it sends the cookie from the second write on.
            if (request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/api/v2.0/robots")
            {
                request.Headers.Add("Cookie", "sid=of-the-gateway");
            }
        };

        var report = await harbor.RunAsync(url: proxy.Url);

        Assert.Equal(["call.csrf", "call.csrf", "not-checked.no-robot", "cleanup.ok"], Codes(report, "cookies", "robot", "robot-login", "cleanup"));
        Assert.Empty(await harbor.LeftAsync());
    }

    [Fact]
    public async Task TakesHeadersAway_IsFound()
    {
        await using var proxy = await FrontProxy.StartAsync(harbor.Url);
        proxy.Answer = headers =>
        {
            headers.Remove("X-Total-Count");
            headers.Remove("X-Request-Id");
            headers.Remove("WWW-Authenticate");
        };

        var report = await harbor.RunAsync(url: proxy.Url, readOnly: true);

        Assert.Equal(["paging.no-total", "request-id.missing", "challenge.missing", "not-checked.no-challenge"], Codes(report, "paging", "request-id", "challenge", "token-service"));
    }

    [Fact]
    public async Task ShowsThePrivateProjectToEverybody_Fails()
    {
        await using var proxy = await FrontProxy.StartAsync(harbor.Url);
        var admin = Convert.ToBase64String("admin:labpass"u8);
        proxy.Request = request =>
        {
            if (request.Method == HttpMethod.Get && request.RequestUri!.AbsolutePath.StartsWith("/api/v2.0/projects/portal-verify-", StringComparison.Ordinal) && request.Headers.Authorization is not null)
            {
                request.Headers.Authorization = new("Basic", admin);
            }
        };

        var report = await harbor.RunAsync(url: proxy.Url);

        Assert.Equal(["isolation.stranger"], Codes(report, "isolation"));
        Assert.False(report.Passed);
    }

    [Fact]
    public async Task CertificateThatNobodyBelieves_IsToldWithItsIssuer_AndPassesWithItsBundle()
    {
        using var certificate = FrontProxy.NewCertificate();
        await using var proxy = await FrontProxy.StartAsync(harbor.Url, certificate);
        using var folder = new TemporaryFolder();
        var bundle = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(bundle, certificate.ExportCertificatePem());

        var refused = await harbor.RunAsync(url: proxy.Url, readOnly: true);
        var believed = await harbor.RunAsync(url: proxy.Url, readOnly: true, caBundle: bundle);

        Assert.Equal(["reachable.tls", "tls.untrusted"], Codes(refused, "reachable", "tls"));
        Assert.Equal("CN=harbor.example.test", refused.Checks.Single(c => c.Check == "tls").Arguments["issuer"]);
        Assert.Equal(["reachable.ok", "tls.ok", "challenge.plain"], Codes(believed, "reachable", "tls", "challenge").Select(c => c.Replace("reachable.slow", "reachable.ok", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("other.example.test", 90, "tls.other-name")]
    [InlineData(null, -1, "tls.ended")]
    public async Task CertificateThatIsWrong_SaysHow(string? name, int days, string code)
    {
        using var certificate = FrontProxy.NewCertificate(name, days);
        await using var proxy = await FrontProxy.StartAsync(harbor.Url, certificate);

        Assert.Equal([code], Codes(await harbor.RunAsync(url: proxy.Url, readOnly: true), "tls"));
    }

    [Fact]
    public async Task CertificateThatEndsSoon_IsAWarning()
    {
        using var certificate = FrontProxy.NewCertificate(days: 3);
        await using var proxy = await FrontProxy.StartAsync(harbor.Url, certificate);
        using var folder = new TemporaryFolder();
        var bundle = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(bundle, certificate.ExportCertificatePem());

        Assert.Equal(["tls.ends-soon"], Codes(await harbor.RunAsync(url: proxy.Url, readOnly: true, caBundle: bundle), "tls"));
    }

    private static IEnumerable<string> Codes(VerificationReport report, params string[] checks) => checks.Select(c => report.Checks.Single(r => r.Check == c).Code);
}
