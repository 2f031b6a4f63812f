using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;
using Portal.Core.Storage;
using Portal.Sandbox.Faults;
using Portal.Tests.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>The renewal on the real engine over the sandbox's Harbor; the clusters are a list.</summary>
public sealed class PullRenewalTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private readonly Holders holders = new();

    [Fact]
    public async Task Renewal_WhileClustersGetTheNewOne_BothWork_AndThenOnlyTheNew()
    {
        await using var portal = await StartAsync(new MemoryHome());
        var (scope, old) = await PlaceAsync(portal);
        var accounts = portal.GetRequiredService<IHarborAccounts>();
        holders.Giving = async credential =>
        {
            Assert.True(await accounts.AcceptsAsync(new(old.UserName, old.Password), CancellationToken.None));
            Assert.True(await accounts.AcceptsAsync(new(credential.UserName, credential.Password), CancellationToken.None));
        };

        var plan = await portal.GetRequiredService<IPullRenewal>().RenewAsync(scope, CancellationToken.None);
        var ended = await UntilAsync(portal, scope, plan.Id, p => p.EndedAt is not null);

        Assert.Equal(PlanState.Done, ended.State);
        var now = await portal.GetRequiredService<IMappingService>().GetPullCredentialAsync(scope, "test", CancellationToken.None);
        Assert.NotEqual(old.UserName, now!.UserName);
        Assert.All(holders.Clusters, c => Assert.Equal(now, holders.Held[c.ClusterId]));
        Assert.True(await accounts.AcceptsAsync(new(now.UserName, now.Password), CancellationToken.None));
        Assert.False(await accounts.AcceptsAsync(new(old.UserName, old.Password), CancellationToken.None));
        Assert.Empty((await portal.GetRequiredService<IPullRenewal>().FindAsync(scope, CancellationToken.None))!.Before);
    }

    [Fact]
    public async Task Renewal_WithASilentCluster_WaitsForIt_AndTheOldOneWorks()
    {
        await using var portal = await StartAsync(new MemoryHome());
        var (scope, old) = await PlaceAsync(portal);
        holders.Silent = "c2";

        var plan = await portal.GetRequiredService<IPullRenewal>().RenewAsync(scope, CancellationToken.None);
        var waiting = await UntilAsync(portal, scope, plan.Id, p => p.Steps.Any(s => s is { Id: GiveSecretStep.StepId, State: StepState.Running, Reason.Code: "mapping.clusters-without-secret" }));

        var reason = waiting.Steps.Single(s => s.Id == GiveSecretStep.StepId).Reason!;
        Assert.Equal(("mapping.clusters-without-secret", "shop-c2"), (reason.Code, reason.Arguments["clusters"]));
        Assert.NotEqual(old, holders.Held["c1"]);
        Assert.True(await portal.GetRequiredService<IHarborAccounts>().AcceptsAsync(new(old.UserName, old.Password), CancellationToken.None));
        Assert.Equal(old.UserName, Assert.Single((await portal.GetRequiredService<IPullRenewal>().FindAsync(scope, CancellationToken.None))!.Before));

        holders.Silent = null;
        await portal.GetRequiredService<IPlanService>().RetryAsync(scope, plan.Id, GiveSecretStep.StepId, CancellationToken.None);
        Assert.Equal(PlanState.Done, (await UntilAsync(portal, scope, plan.Id, p => p.EndedAt is not null)).State);
        Assert.Equal(holders.Held["c1"], holders.Held["c2"]);

        // The one that had it was not asked again with the other; the last look is at both.
        Assert.Equal((2, 3), (holders.Asked.Count(c => c == "c1"), holders.Asked.Count(c => c == "c2")));
    }

    [Fact]
    public async Task Renewal_ForAsLongAsTheOverlap_KeepsBothAlive()
    {
        await using var portal = await StartAsync(new MemoryHome(), TimeSpan.FromDays(1));
        var (scope, old) = await PlaceAsync(portal);

        var plan = await portal.GetRequiredService<IPullRenewal>().RenewAsync(scope, CancellationToken.None);
        await UntilAsync(portal, scope, plan.Id, p => p.Steps.Any(s => s is { Reason.Code: "mapping.overlap", State: StepState.Running }));

        Assert.NotEqual(old, holders.Held["c1"]);
        Assert.True(await portal.GetRequiredService<IHarborAccounts>().AcceptsAsync(new(old.UserName, old.Password), CancellationToken.None));
    }

    [Fact]
    public async Task Renewal_StoppedWhileTheRobotIsMade_GoesOnWithTheSameOne()
    {
        var home = new MemoryHome();
        Scope scope;
        string planId;
        await using (var first = await StartAsync(home))
        {
            (scope, _) = await PlaceAsync(first);
            sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "hang", Method = "PATCH", Path = "/robots" });
            planId = (await first.GetRequiredService<IPullRenewal>().RenewAsync(scope, CancellationToken.None)).Id;
            await Eventually.TrueAsync(async () => (await RobotsAsync(first, scope)).Count == 3, "the second pull robot is made");
            await StopAsync(first);
        }

        sandbox.Host.Context.Faults.Remove(null);
        await using var second = await StartAsync(home);

        Assert.Equal(PlanState.Done, (await UntilAsync(second, scope, planId, p => p.EndedAt is not null)).State);
        Assert.Equal(2, (await RobotsAsync(second, scope)).Count);
        var now = await second.GetRequiredService<IMappingService>().GetPullCredentialAsync(scope, "test", CancellationToken.None);
        Assert.All(holders.Clusters, c => Assert.Equal(now, holders.Held[c.ClusterId]));
    }

    [Fact]
    public async Task Repair_AfterARenewal_KeepsTheRenewedRobot()
    {
        await using var portal = await StartAsync(new MemoryHome());
        var (scope, _) = await PlaceAsync(portal);
        var renewal = await portal.GetRequiredService<IPullRenewal>().RenewAsync(scope, CancellationToken.None);
        await UntilAsync(portal, scope, renewal.Id, p => p.EndedAt is not null);
        var before = await RobotsAsync(portal, scope);

        var repair = (await portal.GetRequiredService<IMappingService>().RepairAsync(scope, CancellationToken.None)).Plan!;
        await UntilAsync(portal, scope, repair.Id, p => p.EndedAt is not null);

        Assert.Equal(before, await RobotsAsync(portal, scope));
        Assert.Contains(before, r => r.Contains("+portal-pull-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Renewal_OfAReader_IsRefused_AndWrittenDown()
    {
        await using var portal = await StartAsync(new MemoryHome());
        var (scope, _) = await PlaceAsync(portal);

        await Assert.ThrowsAsync<ForbiddenException>(() => portal.GetRequiredService<IPullRenewal>().RenewAsync(scope with { Capabilities = [Capability.Read] }, CancellationToken.None));

        Assert.Contains(await portal.GetRequiredService<IAuditLog>().ListAsync(scope, 50, null, CancellationToken.None), e => e is { Action: "registry.pull-secret.renew", Result: "forbidden" });
    }

    private static async Task<List<string>> RobotsAsync(ServiceProvider portal, Scope scope)
    {
        var mapping = await portal.GetRequiredService<MappingStore>().FindAsync(scope.ProjectId, CancellationToken.None);
        return [.. (await portal.GetRequiredService<IHarborAccounts>().ListRobotsAsync(mapping!.HarborProjectId!.Value, CancellationToken.None)).Select(r => r.FullName).Order(StringComparer.Ordinal)];
    }

    private static async Task<(Scope Scope, RegistryCredential Old)> PlaceAsync(ServiceProvider portal)
    {
        var scope = TestScopes.Fake(new Dictionary<string, string>(), MappingRoom.NewProject().ProjectId);
        var service = portal.GetRequiredService<IMappingService>();
        await service.EnsureAsync(scope, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await service.FindAsync(scope, CancellationToken.None))?.ReadyAt is not null, "the project has its place");
        await Eventually.TrueAsync(async () => await portal.GetRequiredService<IPlanService>().FindRunningAsync(scope, MappingPlans.Subject(scope.ProjectId), CancellationToken.None) is null, "the mapping's plan has ended");
        return (scope, (await service.GetPullCredentialAsync(scope, "test", CancellationToken.None))!);
    }

    private static async Task<Plan> UntilAsync(ServiceProvider portal, Scope scope, string planId, Func<Plan, bool> holds)
    {
        var plans = portal.GetRequiredService<IPlanService>();
        Plan? plan = null;
        await Eventually.TrueAsync(async () => holds((plan = await plans.FindAsync(scope, planId, CancellationToken.None))!), "the plan stands as expected");
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

    private async Task<ServiceProvider> StartAsync(MemoryHome home, TimeSpan overlap = default)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddBackends();
        services.AddRegistry();
        services.AddAudit();
        services.AddProvisioning(new ProvisioningOptions());
        services.AddMapping().AddPullRenewal();
        services.AddSingleton<IPullSecretHolders>(holders);
        services.AddSingleton<IDocumentStore>(new DocumentStore(home));
        services.AddSingleton<ISecretProtector>(new SecretProtector(SecretProtectorTests.Keys("a")));
        services.Configure<HarborOptions>(o => (o.Url, o.Password) = (sandbox.Address("harbor"), "labpass"));
        services.Configure<MappingOptions>(o => o.PullOverlap = overlap);
        var portal = services.BuildServiceProvider();
        foreach (var hosted in portal.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return portal;
    }

    private sealed class Holders : IPullSecretHolders
    {
        public IReadOnlyList<ClusterKey> Clusters { get; } = [new(TestScopes.Region, "p1", "c1"), new(TestScopes.Region, "p1", "c2")];

        public ConcurrentDictionary<string, RegistryCredential> Held { get; } = [];

        public ConcurrentQueue<string> Asked { get; } = [];

        public string? Silent { get; set; }

        public Func<RegistryCredential, Task>? Giving { get; set; }

        public Task<IReadOnlyList<ClusterKey>> ListAsync(string projectId, CancellationToken cancellationToken) => Task.FromResult(Clusters);

        public Task<string> NameAsync(ClusterKey cluster, CancellationToken cancellationToken) => Task.FromResult("shop-" + cluster.ClusterId);

        public async Task<int> RenewAsync(ClusterKey cluster, RegistryCredential credential, CancellationToken cancellationToken)
        {
            Asked.Enqueue(cluster.ClusterId);
            if (cluster.ClusterId == Silent)
            {
                throw new BackendException("kubernetes", "list", BackendFailure.Timeout);
            }

            if (Giving is not null)
            {
                await Giving(credential);
            }

            Held[cluster.ClusterId] = credential;
            return 1;
        }
    }
}
