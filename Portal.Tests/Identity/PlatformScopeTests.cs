using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Audit;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Platform;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>The portal's own credential.</summary>
public sealed class PlatformScopeTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task ForProject_TenantsProject_GivesAdminTokenAndIsAudited()
    {
        await using var services = CoreIdentity.Services(sandbox.Host);
        var shop = await ProjectAsync(services, "team-shop");

        var scope = await services.GetRequiredService<IPlatformScope>().ForProjectAsync(CoreIdentity.Region, shop, "plan/p1 cluster.bootstrap", "dana", CancellationToken.None);

        Assert.Equal(shop, scope.ProjectId);
        var token = await scope.Tokens.GetTokenAsync(CancellationToken.None);
        Assert.Contains("identity", token.Endpoints.Keys);
        var entry = Assert.Single(await services.GetRequiredService<IAuditLog>().ListAsync(scope, 10, null, CancellationToken.None));
        Assert.Equal(("platform-credential.use", "plan/p1 cluster.bootstrap", "dana"), (entry.Action, entry.Subject, entry.Details["askedBy"]));
    }

    [Fact]
    public async Task ForProject_AskedAgain_SignsInOnceAndAuditsEachPurposeOnce()
    {
        await using var services = CoreIdentity.Services(sandbox.Host);
        var shop = await ProjectAsync(services, "team-shop");
        var platform = services.GetRequiredService<IPlatformScope>();

        var scopes = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => platform.ForProjectAsync(CoreIdentity.Region, shop, "purpose " + (n % 2), null, CancellationToken.None)));

        var tokens = await Task.WhenAll(scopes.Select(s => s.Tokens.GetTokenAsync(CancellationToken.None)));
        Assert.Single(tokens.Select(t => t.Value).Distinct());
        Assert.Equal(2, (await services.GetRequiredService<IAuditLog>().ListAsync(scopes[0], 10, null, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task ForProject_TokenRefused_GetsAnother()
    {
        await using var services = CoreIdentity.Services(sandbox.Host);
        var scope = await services.GetRequiredService<IPlatformScope>().ForCloudAsync(CoreIdentity.Region, "poll", CancellationToken.None);
        var first = await scope.Tokens.GetTokenAsync(CancellationToken.None);

        await scope.Tokens.RefuseAsync(first, CancellationToken.None);

        Assert.NotEqual(first.Value, (await scope.Tokens.GetTokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task Check_CompleteCredential_FindsNoProblem()
    {
        await using var services = CoreIdentity.Services(sandbox.Host);

        await services.GetRequiredService<IPlatformCredentialCheck>().CheckAsync(CancellationToken.None);

        var state = Assert.Single(services.GetRequiredService<IPlatformCredentialCheck>().States);
        Assert.Empty(state.Problems);
        Assert.Equal(4, state.Projects);
    }

    [Theory]
    [InlineData("Heat stack user project", 0)]
    [InlineData("Web shop", 1)]
    public async Task Check_ProjectInADomainWithoutTheRole_IsMissedUnlessItIsHeats(string description, int problems)
    {
        using var keystone = new KeystoneCaller(sandbox.Host);
        await keystone.PasswordAsync("admin", "admin");
        var domain = (string)(await keystone.PostAsync("/v3/domains", new JsonObject { ["domain"] = new JsonObject { ["name"] = "of " + description } }, keystone.LastToken))["domain"]!["id"]!;
        var made = await keystone.PostAsync("/v3/projects", new JsonObject { ["project"] = new JsonObject { ["name"] = "p-" + problems, ["domain_id"] = domain, ["description"] = description } }, keystone.LastToken);
        await using var services = CoreIdentity.Services(sandbox.Host);

        await services.GetRequiredService<IPlatformCredentialCheck>().CheckAsync(CancellationToken.None);

        // The sandbox is the other tests', too.
        await keystone.SendAsync(HttpMethod.Delete, $"/v3/projects/{made["project"]!["id"]}", keystone.LastToken);
        Assert.Equal(problems, Assert.Single(services.GetRequiredService<IPlatformCredentialCheck>().States).Problems.Length);
    }

    [Fact]
    public async Task Check_WrongPassword_SaysWhatIsWrongWithoutIt()
    {
        await using var services = CoreIdentity.Services(sandbox.Host, cloud => cloud.ServiceUser.Password = "CANARY-password");

        await services.GetRequiredService<IPlatformCredentialCheck>().CheckAsync(CancellationToken.None);

        var problem = Assert.Single(Assert.Single(services.GetRequiredService<IPlatformCredentialCheck>().States).Problems);
        Assert.Contains("user portal", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", problem, StringComparison.Ordinal);
    }

    private static async Task<string> ProjectAsync(IServiceProvider services, string name)
    {
        var keystone = services.GetRequiredService<IKeystoneClient>();
        var token = await keystone.SignInServiceUserAsync(CoreIdentity.Region, null, CancellationToken.None);
        return (await keystone.ListAllProjectsAsync(CoreIdentity.Region, token.Value, CancellationToken.None)).First(p => p.Name == name).Id;
    }
}
