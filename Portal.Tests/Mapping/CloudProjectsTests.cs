using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Mapping.Comparison;
using Portal.Tests.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

public sealed class CloudProjectsTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task List_GivesEveryProject_AlsoTheDisabled_WithItsDomainsName()
    {
        await using var services = CoreIdentity.Services(sandbox.Host);
        var clouds = new CloudProjects(services.GetRequiredService<IKeystoneClient>(), services.GetRequiredService<IPlatformScope>(), services.GetRequiredService<ICloudDirectory>());

        var projects = await clouds.ListAsync(CancellationToken.None);

        var legacy = projects.Single(p => p.Project.Name == "team-legacy");
        Assert.Equal((false, true, "tenants"), (legacy.Project.IsEnabled, legacy.IsDomainEnabled, legacy.Domain));
        Assert.True(projects.Single(p => p.Project.Name == "team-shop").Project.IsEnabled);
        Assert.Equal("Default", projects.Single(p => p.Project.Name == "service").Domain);
    }

    [Fact]
    public async Task Gone_IsOnlyWhatNoKeystoneKnows_AndWhoseCloudIsConfigured()
    {
        await using var services = CoreIdentity.Services(sandbox.Host);
        var clouds = new CloudProjects(services.GetRequiredService<IKeystoneClient>(), services.GetRequiredService<IPlatformScope>(), services.GetRequiredService<ICloudDirectory>());
        var all = await clouds.ListAsync(CancellationToken.None);
        var nobody = Guid.NewGuid().ToString("N");

        Assert.False(await clouds.IsGoneAsync(all.Single(p => p.Project.Name == "team-shop").Project.Id, null, CancellationToken.None));
        Assert.False(await clouds.IsGoneAsync(all.Single(p => p.Project.Name == "team-legacy").Project.Id, null, CancellationToken.None));
        Assert.True(await clouds.IsGoneAsync(nobody, null, CancellationToken.None));
        Assert.True(await clouds.IsGoneAsync(nobody, "lab", CancellationToken.None));
        Assert.False(await clouds.IsGoneAsync(nobody, "a-cloud-of-last-year", CancellationToken.None));

        sandbox.Host.Context.Faults.Add(new Portal.Sandbox.Faults.Fault { Service = "keystone", Kind = "status", Status = 503, Path = "/projects/" });
        await Assert.ThrowsAsync<BackendException>(() => clouds.IsGoneAsync(nobody, null, CancellationToken.None));
        sandbox.Host.Context.Faults.Remove(null);
    }

    [Fact]
    public async Task Found_InNoList_ButByItsId_IsNotGone()
    {
        // A project that Heat made for itself is in no list here.
        var id = Guid.NewGuid().ToString("N");
        await using var keystone = await SmallServer.StartAsync(http => SmallServer.JsonAsync(
            http, 200, $$$"""{"project":{"id":"{{{id}}}","name":"x","domain_id":"d","description":"","enabled":true,"is_domain":false}}"""));
        await using var services = CoreIdentity.Services(keystone.Url, TimeProvider.System);

        Assert.Equal(id, (await services.GetRequiredService<IKeystoneClient>().FindProjectOfCloudAsync(CoreIdentity.Region, id, "token", CancellationToken.None))!.Id);
    }

    [Fact]
    public async Task List_ThatKeystoneCutShort_IsAFailure_NotDeletedProjects()
    {
        await using var keystone = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"projects":[],"truncated":true,"links":{}}"""));
        await using var services = CoreIdentity.Services(keystone.Url, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<BackendException>(
            () => services.GetRequiredService<IKeystoneClient>().ListProjectsOfCloudAsync(CoreIdentity.Region, "token", CancellationToken.None));

        Assert.Equal(BackendFailure.Unexpected, failure.Failure);
    }
}
