using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Platform;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>A Keystone with a person in one project and not in another.</summary>
internal sealed record TokenSite(ProviderSite Provider, string Keystone, string Member, string Project, string ForeignProject);

/// <summary>Rescoping, revocation, and the service user. One suite for the sandbox and for real servers.</summary>
public abstract class KeystoneTokenContract
{
    private protected abstract TokenSite Site { get; }

    private IKeystoneClient Keystone => KeystoneWith(null);

    [Fact]
    public async Task Rescope_OwnProject_GivesRolesAndCatalogAndTheSameEnd()
    {
        var (unscoped, project) = await SignedInAsync();

        var token = await Keystone.RescopeAsync(CoreIdentity.Region, unscoped.Value, project.Id, CancellationToken.None);

        Assert.Equal(project.Id, token.Project?.Id);
        Assert.Superset(new HashSet<string> { "member", "reader" }, token.Roles.ToHashSet());
        Assert.Contains(token.Catalog, e => e is { ServiceType: "identity", Interface: "public", Region: "RegionOne" });
        Assert.Contains(token.Catalog, e => e is { ServiceType: "container-infra", Interface: "public", Region: "RegionOne" });
        Assert.Equal(unscoped.ExpiresAt, token.ExpiresAt);
        Assert.DoesNotContain(token.Value, token.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rescope_ForeignProject_SaysForbidden()
    {
        var (unscoped, _) = await SignedInAsync();
        var foreign = (await AllProjectsAsync()).First(p => p.Name == Site.ForeignProject);

        var e = await Assert.ThrowsAsync<BackendException>(() => Keystone.RescopeAsync(CoreIdentity.Region, unscoped.Value, foreign.Id, CancellationToken.None));

        Assert.Equal(BackendFailure.Forbidden, e.Failure);
    }

    [Fact]
    public async Task Rescope_RevokedToken_SaysSignInAgain()
    {
        var (unscoped, project) = await SignedInAsync();
        await Keystone.RevokeAsync(CoreIdentity.Region, unscoped.Value, CancellationToken.None);

        var e = await Assert.ThrowsAsync<BackendException>(() => Keystone.RescopeAsync(CoreIdentity.Region, unscoped.Value, project.Id, CancellationToken.None));

        Assert.Equal(BackendFailure.SignInAgain, e.Failure);
        Assert.Null(await Keystone.FindTokenAsync(CoreIdentity.Region, unscoped.Value, CancellationToken.None));
        await Keystone.RevokeAsync(CoreIdentity.Region, unscoped.Value, CancellationToken.None);
    }

    [Fact]
    public async Task Revoke_TheUnscopedToken_LeavesTheScopedOne()
    {
        var (unscoped, project) = await SignedInAsync();
        var scoped = await Keystone.RescopeAsync(CoreIdentity.Region, unscoped.Value, project.Id, CancellationToken.None);

        await Keystone.RevokeAsync(CoreIdentity.Region, unscoped.Value, CancellationToken.None);

        Assert.NotNull(await Keystone.FindTokenAsync(CoreIdentity.Region, scoped.Value, CancellationToken.None));
        await Keystone.RevokeAsync(CoreIdentity.Region, scoped.Value, CancellationToken.None);
        Assert.Null(await Keystone.FindTokenAsync(CoreIdentity.Region, scoped.Value, CancellationToken.None));
    }

    [Fact]
    public async Task ServiceUser_TenantsProject_EntersAsAdmin()
    {
        var project = (await AllProjectsAsync()).First(p => p.Name == Site.Project);

        var token = await Keystone.SignInServiceUserAsync(CoreIdentity.Region, project.Id, CancellationToken.None);

        Assert.Contains("admin", token.Roles);
        Assert.Equal(project.Id, token.Project?.Id);
    }

    [Fact]
    public async Task ServiceUser_WrongPassword_SaysForbidden()
    {
        var keystone = KeystoneWith(cloud => cloud.ServiceUser.Password = "CANARY-wrong");

        var e = await Assert.ThrowsAsync<BackendException>(() => keystone.SignInServiceUserAsync(CoreIdentity.Region, null, CancellationToken.None));

        Assert.Equal(BackendFailure.Forbidden, e.Failure);
        Assert.DoesNotContain("CANARY", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialCheck_OfAServiceUserWithItsRoles_FindsNoProblem()
    {
        await using var services = CoreIdentity.Services(Site.Keystone, TimeProvider.System);

        await services.GetRequiredService<IPlatformCredentialCheck>().CheckAsync(CancellationToken.None);

        var state = Assert.Single(services.GetRequiredService<IPlatformCredentialCheck>().States);
        Assert.Empty(state.Problems);
        Assert.True(state.Projects >= 4);
    }

    private IKeystoneClient KeystoneWith(Action<CloudOptions>? change) =>
        CoreIdentity.Services(Site.Keystone, TimeProvider.System, change).GetRequiredService<IKeystoneClient>();

    private async Task<(KeystoneToken Unscoped, Project Project)> SignedInAsync()
    {
        var unscoped = await Keystone.ExchangeAsync(CoreIdentity.Region, await ProviderSignIn.AccessTokenAsync(Site.Provider, Site.Member), CancellationToken.None);
        var projects = await Keystone.ListProjectsAsync(CoreIdentity.Region, unscoped.Value, CancellationToken.None);
        return (unscoped, projects.First(p => p.Name == Site.Project));
    }

    private async Task<IReadOnlyList<Project>> AllProjectsAsync()
    {
        var admin = await Keystone.SignInServiceUserAsync(CoreIdentity.Region, null, CancellationToken.None);
        return await Keystone.ListAllProjectsAsync(CoreIdentity.Region, admin.Value, CancellationToken.None);
    }
}
