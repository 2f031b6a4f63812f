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
    public async Task List_ThatKeystoneCutShort_IsAFailure_NotDeletedProjects()
    {
        await using var keystone = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 200, """{"projects":[],"truncated":true,"links":{}}"""));
        await using var services = CoreIdentity.Services(keystone.Url, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<BackendException>(
            () => services.GetRequiredService<IKeystoneClient>().ListProjectsOfCloudAsync(CoreIdentity.Region, "token", CancellationToken.None));

        Assert.Equal(BackendFailure.Unexpected, failure.Failure);
    }
}
