using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Sessions;
using Portal.Core.Storage;
using Portal.Sandbox.Faults;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Tokens that live a minute, and a clock that runs: nobody notices a renewal.</summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private PortalHost host = null!;
    private string session = null!;
    private Scope scope = null!;

    public async Task InitializeAsync()
    {
        var world = WorldFile.Demo(new SandboxOptions());
        world["keystone"]!["token_expiration_seconds"] = 60;
        await File.WriteAllTextAsync(folder.File("world.json"), world.ToJsonString());
        host = await PortalHost.StartAsync(
            ["--Portal:Oidc:ClientId=portal-minute", "--Portal:Session:Idle=2.00:00:00", "--Portal:Session:Absolute=3.00:00:00"],
            new SandboxOptions { World = folder.File("world.json") },
            sharedClock: true);
        using var browser = host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        session = (await host.Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, CancellationToken.None)).Single().Id;
        var projects = await host.Get<ISessionScopes>().ListProjectsAsync(session, CancellationToken.None);
        scope = await host.Get<ISessionScopes>().EnterAsync(session, projects[0].Id, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Day_OfMinuteTokens_NoCallFails()
    {
        // A day in jumps that no token survives, then some minutes in small steps around each renewal.
        var jumps = Enumerable.Repeat(TimeSpan.FromMinutes(10), 144).Concat(Enumerable.Repeat(TimeSpan.FromSeconds(7), 60));
        foreach (var jump in jumps)
        {
            host.Sandbox.Context.Clock.Advance(jump);

            // Several pages at once: one renewal for all, or the provider would take the refresh token for stolen.
            var tokens = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => scope.Tokens.GetTokenAsync(CancellationToken.None)));

            Assert.Single(tokens.Select(t => t.Value).Distinct());
            Assert.NotNull(await FindAsync(tokens[0]));
        }
    }

    [Fact]
    public async Task ProviderAway_TokenStillAlive_IsUsedUntilItIsBack()
    {
        var before = await scope.Tokens.GetTokenAsync(CancellationToken.None);
        host.Sandbox.Context.Faults.Add(new Fault { Service = "oidc", Kind = "html" });
        host.Sandbox.Context.Clock.Advance(TimeSpan.FromSeconds(48));

        var during = await scope.Tokens.GetTokenAsync(CancellationToken.None);

        Assert.Equal(before.Value, during.Value);
        host.Sandbox.Context.Faults.Remove(null);
        Assert.NotEqual(before.Value, (await scope.Tokens.GetTokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task ProviderAway_TokenOver_FailsAsUnavailableNotAsSignedOut()
    {
        host.Sandbox.Context.Faults.Add(new Fault { Service = "oidc", Kind = "cut" });
        host.Sandbox.Context.Clock.Advance(TimeSpan.FromMinutes(2));

        var e = await Assert.ThrowsAsync<BackendException>(() => scope.Tokens.GetTokenAsync(CancellationToken.None));

        Assert.True(e.MayHeal);
        host.Sandbox.Context.Faults.Remove(null);
        await scope.Tokens.GetTokenAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Refused_TokenRevokedByKeystone_IsReplacedAtOnce()
    {
        var token = await scope.Tokens.GetTokenAsync(CancellationToken.None);
        foreach (var known in await KnownTokensAsync())
        {
            await host.Get<IKeystoneClient>().RevokeAsync(scope.Region, known, CancellationToken.None);
        }

        await scope.Tokens.RefuseAsync(token, CancellationToken.None);
        var fresh = await scope.Tokens.GetTokenAsync(CancellationToken.None);

        Assert.NotNull(await FindAsync(fresh));
    }

    [Fact]
    public async Task SessionAtProviderEnded_TokensOver_SaysSignInAgain()
    {
        // The grant's end at the provider: somebody else has used this session's refresh token.
        var kept = host.Get<SessionStore>();
        var refresh = kept.Secrets((await kept.FindAsync(session, CancellationToken.None))!).Provider.RefreshToken!;
        var stolen = await host.Get<IIdentityProvider>().RefreshAsync(refresh, CancellationToken.None);
        Assert.NotNull(stolen.AccessToken);
        host.Sandbox.Context.Clock.Advance(TimeSpan.FromMinutes(2));

        var e = await Assert.ThrowsAsync<BackendException>(() => scope.Tokens.GetTokenAsync(CancellationToken.None));

        Assert.Equal(BackendFailure.SignInAgain, e.Failure);
    }

    [Fact]
    public async Task Session_NotUsedForLongerThanIdle_HasEnded()
    {
        host.Sandbox.Context.Clock.Advance(TimeSpan.FromHours(49));

        var e = await Assert.ThrowsAsync<BackendException>(() => host.Get<ISessionScopes>().EnterAsync(session, scope.ProjectId, CancellationToken.None));

        Assert.Equal(BackendFailure.SignInAgain, e.Failure);
        await host.Get<ISessions>().EndOverAsync(CancellationToken.None);
        Assert.Empty(await host.Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, CancellationToken.None));
    }

    private Task<KeystoneToken?> FindAsync(ScopedToken token) => host.Get<IKeystoneClient>().FindTokenAsync(scope.Region, token.Value, CancellationToken.None);

    private async Task<IReadOnlyList<string>> KnownTokensAsync()
    {
        var store = host.Get<SessionStore>();
        return [.. store.Secrets((await store.FindAsync(session, CancellationToken.None))!).Tokens.Select(t => t.Value)];
    }
}
