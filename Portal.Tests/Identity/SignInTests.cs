using System.Net;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Sessions;
using Portal.Core.Storage;
using Portal.Sandbox.Faults;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Sign-in and log-out over HTTP: the real portal, the sandbox's provider and Keystone, a browser's cookies.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private PortalHost host = null!;

    public async Task InitializeAsync() => host = await PortalHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task DeepLink_NotSignedIn_SurvivesSignIn()
    {
        using var browser = host.NewBrowser();

        using var page = await browser.SignInAsync("dana", "/p/some-project/clusters?sort=name");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("/p/some-project/clusters?sort=name", PortalBrowser.PathOf(page));
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    public async Task ReturnUrl_ElsewhereThanThePortal_IsIgnored(string returnUrl)
    {
        using var browser = host.NewBrowser();

        using var page = await browser.SignInAsync("dana", $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.Equal(new Uri(host.Url).Authority, page.RequestMessage!.RequestUri!.Authority);
        Assert.Equal("/", PortalBrowser.PathOf(page));
    }

    [Fact]
    public async Task ForeignProject_Entered_IsForbiddenAndOwnIsNot()
    {
        var dana = await SessionAsync("dana");
        var mei = await SessionAsync("mei");
        var scopes = host.Get<ISessionScopes>();
        var data = (await scopes.ListProjectsAsync(mei, CancellationToken.None)).Single();

        var refused = await Assert.ThrowsAsync<BackendException>(() => scopes.EnterAsync(dana, data.Id, CancellationToken.None));

        Assert.Equal(BackendFailure.Forbidden, refused.Failure);
        var scope = await scopes.EnterAsync(mei, data.Id, CancellationToken.None);
        Assert.Equal("team-data", scope.ProjectName);
        Assert.True(scope.Can(Capability.Write));
        Assert.False(scope.Can(Capability.Administer));
    }

    [Fact]
    public async Task SecondMember_SameProject_HasOwnSessionAndTokens()
    {
        var scopes = host.Get<ISessionScopes>();
        var (dana, luca) = (await SessionAsync("dana"), await SessionAsync("luca"));
        var shop = (await scopes.ListProjectsAsync(luca, CancellationToken.None)).Single();

        var first = await scopes.EnterAsync(dana, shop.Id, CancellationToken.None);
        var second = await scopes.EnterAsync(luca, shop.Id, CancellationToken.None);

        Assert.NotEqual(first.UserId, second.UserId);
        Assert.NotEqual((await first.Tokens.GetTokenAsync(CancellationToken.None)).Value, (await second.Tokens.GetTokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task Reader_EntersProject_MayReadOnly()
    {
        var noor = await SessionAsync("noor");
        var scopes = host.Get<ISessionScopes>();
        var project = (await scopes.ListProjectsAsync(noor, CancellationToken.None))[0];

        var scope = await scopes.EnterAsync(noor, project.Id, CancellationToken.None);

        Assert.Equal([Capability.Read], scope.Capabilities);
        Assert.Throws<ForbiddenException>(() => scope.Demand(Capability.Write));
    }

    [Fact]
    public async Task SignOut_AfterWork_DeletesEveryTokenAndEndsTheProvidersSession()
    {
        using var browser = host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        var session = await OnlySessionAsync();
        var scopes = host.Get<ISessionScopes>();
        foreach (var project in await scopes.ListProjectsAsync(session, CancellationToken.None))
        {
            await scopes.EnterAsync(session, project.Id, CancellationToken.None);
        }

        var tokens = await TokensAsync(session);
        Assert.Equal(3, tokens.Count);

        using var signedOut = await browser.SignOutAsync();

        Assert.Equal("/signed-out", PortalBrowser.PathOf(signedOut).Split('?')[0]);
        foreach (var token in tokens)
        {
            Assert.Null(await host.Get<IKeystoneClient>().FindTokenAsync(host.Get<ICloudDirectory>().Regions[0], token, CancellationToken.None));
        }

        var ended = await Assert.ThrowsAsync<BackendException>(() => scopes.ListProjectsAsync(session, CancellationToken.None));
        Assert.Equal(BackendFailure.SignInAgain, ended.Failure);
        using var again = await browser.GetAsync("/projects");
        Assert.EndsWith("/signin", again.RequestMessage!.RequestUri!.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignOut_WithoutAntiforgeryToken_IsRefusedAndTheSessionLives()
    {
        using var browser = host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-out");

        using var refused = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var page = await browser.GetAsync("/projects");
        Assert.Equal("/projects", PortalBrowser.PathOf(page));
    }

    [Fact]
    public async Task Restart_OfThePortal_KeepsTheSession()
    {
        using var browser = host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        var session = await OnlySessionAsync();

        await host.RestartAsync();

        using var page = await browser.GetAsync("/projects");
        Assert.Equal("/projects", PortalBrowser.PathOf(page));
        Assert.Equal(2, (await host.Get<ISessionScopes>().ListProjectsAsync(session, CancellationToken.None)).Count);
    }

    [Theory]
    [InlineData("oidc", "/.well-known", "ProviderDown")]
    [InlineData("keystone", "/OS-FEDERATION", "KeystoneDown")]
    public async Task SignIn_SomethingDown_EndsOnAPageThatSaysWhat(string service, string path, string reason)
    {
        host.Sandbox.Context.Faults.Add(new Fault { Service = service, Path = path, Kind = "html" });
        using var browser = host.NewBrowser();

        using var page = await browser.SignInAsync("dana");

        Assert.StartsWith($"/sign-in/problem?reason={reason}", PortalBrowser.PathOf(page), StringComparison.Ordinal);
        Assert.Contains("Sign in again", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        host.Sandbox.Context.Faults.Remove(null);
        using var healed = await browser.SignInAsync("dana");
        Assert.Equal("/projects", PortalBrowser.PathOf(healed));
    }

    [Fact]
    public async Task Secrets_OfASession_AreNotReadableInTheDataFile()
    {
        using var browser = host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        var session = await OnlySessionAsync();
        var secrets = await TokensAsync(session);
        Assert.NotEmpty(secrets);

        var text = "";
        foreach (var name in new[] { "portal.sqlite", "portal.sqlite-wal" })
        {
            await using var file = new FileStream(Path.Combine(host.DataFolder, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            text += await reader.ReadToEndAsync();
        }

        Assert.Contains(session, text, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    private async Task<string> SessionAsync(string user)
    {
        var before = await SessionIdsAsync();
        using var browser = host.NewBrowser();
        (await browser.SignInAsync(user)).Dispose();
        return (await SessionIdsAsync()).Except(before).Single();
    }

    private async Task<string> OnlySessionAsync() => (await SessionIdsAsync()).Single();

    private async Task<IReadOnlyList<string>> SessionIdsAsync() =>
        [.. (await host.Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, CancellationToken.None)).Select(s => s.Id)];

    private async Task<IReadOnlyList<string>> TokensAsync(string session)
    {
        var store = host.Get<SessionStore>();
        return [.. store.Secrets((await store.FindAsync(session, CancellationToken.None))!).Tokens.Select(t => t.Value)];
    }
}
