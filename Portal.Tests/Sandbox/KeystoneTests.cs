using System.Net;
using System.Net.Sockets;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

public sealed class KeystoneTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task ServiceUser_WithTheInheritedRole_EntersEveryTenantProjectAsAdministrator()
    {
        using var keystone = new KeystoneCaller(sandbox.Host);

        var (answer, body) = await keystone.PasswordAsync("portal", "team-shop");

        Assert.Equal(HttpStatusCode.Created, answer);
        Assert.Contains(body["token"]!["roles"]!.AsArray(), r => r!["name"]!.GetValue<string>() == "admin");
        Assert.All(body["token"]!["catalog"]!.AsArray().SelectMany(s => s!["endpoints"]!.AsArray()), e =>
            Assert.DoesNotContain("invalid", e!["url"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Member_WhoseRoleIsTaken_HasADeadTokenAndNoProject()
    {
        using var keystone = new KeystoneCaller(sandbox.Host);
        var unscoped = await keystone.ExchangeAsync("mei");
        var (scoped, token) = await keystone.ScopeAsync(unscoped, "team-data");
        await keystone.PasswordAsync("admin", "admin");
        var admin = keystone.LastToken;
        var project = (await keystone.GetAsync("/v3/projects?name=team-data", admin))["projects"]![0]!["id"]!.GetValue<string>();
        var grant = (await keystone.GetAsync($"/v3/role_assignments?scope.project.id={project}", admin))["role_assignments"]!.AsArray()
            .Single(a => a!["group"] is not null)!["links"]!["assignment"]!.GetValue<string>();

        await keystone.SendAsync(HttpMethod.Delete, new Uri(grant).PathAndQuery, admin);

        Assert.Equal(HttpStatusCode.Created, scoped);
        Assert.Equal(HttpStatusCode.Unauthorized, await keystone.SendAsync(HttpMethod.Get, "/v3/auth/projects", token));
        Assert.Empty((await keystone.GetAsync("/v3/auth/projects", unscoped))["projects"]!.AsArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await keystone.ScopeAsync(unscoped, "team-data")).Status);
        await keystone.SendAsync(HttpMethod.Put, new Uri(grant).PathAndQuery, admin);
    }

    [Fact]
    public async Task RoleAssignments_AskedAsEffective_UnfoldGroupsAndInheritance()
    {
        using var keystone = new KeystoneCaller(sandbox.Host);
        await keystone.ExchangeAsync("luca");
        await keystone.PasswordAsync("admin", "admin");
        var project = (await keystone.GetAsync("/v3/projects?name=team-shop", keystone.LastToken))["projects"]![0]!["id"]!.GetValue<string>();

        var rows = (await keystone.GetAsync($"/v3/role_assignments?scope.project.id={project}&effective&include_names", keystone.LastToken))["role_assignments"]!.AsArray();

        Assert.Contains(rows, r => r!["user"]?["name"]?.GetValue<string>() == "luca" && r["role"]!["name"]!.GetValue<string>() == "reader");
        Assert.Contains(rows, r => r!["user"]?["name"]?.GetValue<string>() == "portal" && r["role"]!["name"]!.GetValue<string>() == "admin");
    }

    [Fact]
    public async Task Exchange_WithAnotherAudienceThanRequired_IsRefusedByApache()
    {
        await using var host = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, RequiredAudience = "urn:keystone" }, CancellationToken.None);
        using var keystone = new KeystoneCaller(host);

        var wrong = await keystone.TryExchangeAsync("dana", null);
        var right = await keystone.TryExchangeAsync("dana", "urn:keystone");

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Empty(wrong.Headers.WwwAuthenticate);
        Assert.Equal("text/html", wrong.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
    }

    [Fact]
    public async Task World_AfterARestart_KnowsItsTokensItsUsersAndTheirRefreshTokens()
    {
        var data = Directory.CreateTempSubdirectory("sandbox-").FullName;
        var options = new SandboxOptions { AnyPorts = true, Data = data };
        string token, refresh;
        await using (var first = await SandboxHost.StartAsync(options, CancellationToken.None))
        {
            foreach (var (name, url) in first.Context.Addresses.Where(a => new Uri(a.Value).Host == "127.0.0.1"))
            {
                options.Ports[name] = new Uri(url).Port;
            }

            using var keystone = new KeystoneCaller(first);
            token = await keystone.ExchangeAsync("dana");
            refresh = keystone.LastRefreshToken!;
        }

        await using var second = await SandboxHost.StartAsync(options, CancellationToken.None);
        using var caller = new KeystoneCaller(second);
        using var person = new OpenIdPerson(second.Context.Address("oidc"));

        Assert.Equal(2, (await caller.GetAsync("/v3/auth/projects", token))["projects"]!.AsArray().Count);
        Assert.NotNull((await person.RefreshAsync(refresh))["access_token"]);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task World_AfterARestartOnOtherPorts_NamesTheNewAddresses()
    {
        using var data = new TemporaryFolder();
        await using (var first = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Data = data.Path }, CancellationToken.None))
        {
            await first.SaveAsync(CancellationToken.None);
        }

        await using var second = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Data = data.Path }, CancellationToken.None);
        using var keystone = new KeystoneCaller(second);
        var (_, body) = await keystone.PasswordAsync("portal", "team-shop");

        var catalog = body["token"]!["catalog"]!.AsArray().SelectMany(s => s!["endpoints"]!.AsArray().Select(e => e!["url"]!.GetValue<string>())).ToList();
        Assert.NotEmpty(catalog);
        Assert.All(catalog, url => Assert.Contains(second.Context.Addresses.Values, a => url.StartsWith(a, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task World_AfterAStartThatFailed_IsYesterdaysStill()
    {
        using var data = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string token;
        await using (var first = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Data = data.Path }, CancellationToken.None))
        {
            using var keystone = new KeystoneCaller(first);
            token = await keystone.ExchangeAsync("dana");
        }

        var blocked = new SandboxOptions { AnyPorts = true, Data = data.Path };
        blocked.Ports["nova"] = ((IPEndPoint)taken.LocalEndpoint).Port;
        await Assert.ThrowsAsync<IOException>(() => SandboxHost.StartAsync(blocked, CancellationToken.None));

        await using var second = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Data = data.Path }, CancellationToken.None);
        using var caller = new KeystoneCaller(second);
        Assert.Equal(2, (await caller.GetAsync("/v3/auth/projects", token))["projects"]!.AsArray().Count);
    }

    [Fact]
    public async Task Token_PastItsTime_IsDead()
    {
        await using var host = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true }, CancellationToken.None);
        using var keystone = new KeystoneCaller(host);
        var token = await keystone.ExchangeAsync("dana");

        await host.AdvanceAsync(TimeSpan.FromSeconds(3500), CancellationToken.None);
        var before = await keystone.SendAsync(HttpMethod.Get, "/v3/auth/projects", token);
        await host.AdvanceAsync(TimeSpan.FromSeconds(200), CancellationToken.None);

        Assert.Equal(HttpStatusCode.OK, before);
        Assert.Equal(HttpStatusCode.Unauthorized, await keystone.SendAsync(HttpMethod.Get, "/v3/auth/projects", token));
        Assert.Equal(HttpStatusCode.NotFound, (await keystone.ScopeAsync(token, "team-shop")).Status);
    }
}
