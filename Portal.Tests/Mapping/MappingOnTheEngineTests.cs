using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;
using Portal.Core.Storage;
using Portal.Sandbox.Faults;
using Portal.Tests.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

public sealed class MappingOnTheEngineTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Ensure_FromTwoSides_EndsWithOneDonePlan()
    {
        await using var portal = await StartAsync(new MemoryHome());
        var scope = TestScopes.Fake(new Dictionary<string, string>(), MappingRoom.NewProject().ProjectId);
        var service = portal.GetRequiredService<IMappingService>();

        var both = await Task.WhenAll(service.EnsureAsync(scope, CancellationToken.None), service.EnsureAsync(scope, CancellationToken.None));

        Assert.Equal(both[0].Plan!.Id, both[1].Plan!.Id);
        await Eventually.TrueAsync(async () => (await service.EnsureAsync(scope, CancellationToken.None)).IsReady, "the mapping is ready");
        Assert.Equal(PlanState.Done, (await UntilEndedAsync(portal, scope, both[0].Plan!.Id)).State);
        Assert.NotNull(await service.GetPullSecretAsync(scope, "test", CancellationToken.None));
    }

    [Fact]
    public async Task TwoPortals_OverOneStoreAndOneHarbor_AskedAtOnce_MakeOnePlace()
    {
        var home = new MemoryHome();
        await using var one = await StartAsync(home);
        await using var two = await StartAsync(home);
        var scope = TestScopes.Fake(new Dictionary<string, string>(), MappingRoom.NewProject().ProjectId);

        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() => (n % 2 == 0 ? one : two).GetRequiredService<IMappingService>().EnsureAsync(scope, CancellationToken.None))));

        await UntilEndedAsync(one, scope, Assert.Single(asked.Select(a => a.Plan!.Id).Distinct()));
        var place = (await one.GetRequiredService<MappingStore>().FindAsync(scope.ProjectId, CancellationToken.None))!;
        Assert.NotNull(place.ReadyAt);
        Assert.True((await two.GetRequiredService<IMappingService>().EnsureAsync(scope, CancellationToken.None)).IsReady);
        Assert.Equal(["portal-pull", "portal-push"], (await one.GetRequiredService<IHarborAccounts>().ListRobotsAsync(place.HarborProjectId!.Value, CancellationToken.None)).Select(r => r.FullName.Split('+')[1]).Order());
        Assert.Single(await one.GetRequiredService<IHarborClient>().ListMembersAsync(place.HarborProject, CancellationToken.None), m => m.UserId == place.UserId);
        var accounts = await one.GetRequiredService<IHarborAccounts>().ListUsersAsync(CancellationToken.None);
        Assert.Single(accounts, u => u.Email.StartsWith(scope.ProjectId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ForeignProject_StopsThePlanForThePlatformTeam_AndRetryGoesOnWhenItIsGone()
    {
        await using var portal = await StartAsync(new MemoryHome());
        var scope = TestScopes.Fake(new Dictionary<string, string>(), MappingRoom.NewProject().ProjectId);
        var harbor = portal.GetRequiredService<IHarborClient>();
        var name = HarborName.Of(scope.ProjectName);
        await harbor.CreateProjectAsync(name, -1, CancellationToken.None);
        var service = portal.GetRequiredService<IMappingService>();
        var plans = portal.GetRequiredService<IPlanService>();

        var plan = (await service.EnsureAsync(scope, CancellationToken.None)).Plan!;
        await Eventually.TrueAsync(async () => (await plans.FindAsync(scope, plan.Id, CancellationToken.None))!.State is PlanState.NeedsSomeone, "the plan needs someone");
        var step = (await plans.FindAsync(scope, plan.Id, CancellationToken.None))!.Steps.Single(s => s.State is StepState.NeedsSomeone);
        Assert.Equal(("mapping.project", "mapping.foreign-project", Actor.Platform), (step.Id, step.Reason!.Code, step.Actor));

        await harbor.DeleteProjectAsync(name, CancellationToken.None);
        await plans.RetryAsync(scope, plan.Id, step.Id, CancellationToken.None);

        Assert.Equal(PlanState.Done, (await UntilEndedAsync(portal, scope, plan.Id)).State);
    }

    [Fact]
    public async Task PortalStoppedInTheMiddle_GoesOnAfterItsStart()
    {
        var home = new MemoryHome();
        var scope = TestScopes.Fake(new Dictionary<string, string>(), MappingRoom.NewProject().ProjectId);
        string planId;
        await using (var first = await StartAsync(home))
        {
            sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "hang", Method = "POST", Path = "/robots" });
            planId = (await first.GetRequiredService<IMappingService>().EnsureAsync(scope, CancellationToken.None)).Plan!.Id;
            var store = first.GetRequiredService<MappingStore>();
            await Eventually.TrueAsync(async () => (await store.FindAsync(scope.ProjectId, CancellationToken.None))?.Pull.Secret is not null, "a robot is made");
            await StopAsync(first);
        }

        sandbox.Host.Context.Faults.Remove(null);
        await using var second = await StartAsync(home);

        Assert.Equal(PlanState.Done, (await UntilEndedAsync(second, scope, planId)).State);
    }

    private static async Task<Plan> UntilEndedAsync(ServiceProvider portal, Scope scope, string planId)
    {
        var plans = portal.GetRequiredService<IPlanService>();
        Plan? plan = null;
        await Eventually.TrueAsync(async () => (plan = await plans.FindAsync(scope, planId, CancellationToken.None))!.EndedAt is not null, "the plan has ended");
        return plan!;
    }

    private static async Task StopAsync(ServiceProvider portal)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        foreach (var hosted in portal.GetServices<IHostedService>().Reverse())
        {
            await hosted.StopAsync(patience.Token);
        }
    }

    private async Task<ServiceProvider> StartAsync(MemoryHome home)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddBackends();
        services.AddRegistry();
        services.AddAudit();
        services.AddProvisioning(new ProvisioningOptions());
        services.AddMapping();
        services.AddSingleton<IDocumentStore>(new DocumentStore(home));
        services.AddSingleton<ISecretProtector>(new SecretProtector(SecretProtectorTests.Keys("a")));
        services.Configure<HarborOptions>(o => (o.Url, o.Password) = (sandbox.Address("harbor"), "labpass"));
        var portal = services.BuildServiceProvider();
        foreach (var hosted in portal.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return portal;
    }
}
