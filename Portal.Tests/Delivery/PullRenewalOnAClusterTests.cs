using System.Text;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Provisioning;
using Portal.Sandbox.Hosting;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Delivery;

/// <summary>The whole way: a cluster that the portal has initialised pulls with the renewed credential afterwards.</summary>
public sealed class PullRenewalOnAClusterTests
{
    [Fact]
    [Trait("lane", "real")]
    public async Task Renewal_OfAProjectWithACluster_EndsWithTheNewCredentialInItsNamespaces()
    {
        await using var host = await PortalHost.StartAsync([.. InitialisationTests.FastOptions, "--Portal:Mapping:PullOverlap=00:00:00"], new SandboxOptions { Pace = 2000 });
        var scope = await InitialisationTests.ScopeAsync(host);
        var template = (await host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None)).First(t => t.Name == "k8s-1.31-small");
        var created = await host.Get<IClusterService>().CreateAsync(
            scope, new ClusterSpec { Name = "shop-new", TemplateId = template.Id, NodeCount = 1, MasterCount = 1, Profile = "bare" }, Guid.NewGuid().ToString(), CancellationToken.None);
        var made = await InitialisationTests.EndAsync(host, scope, created.ClusterId);
        Assert.True(made.State is PlanState.Done, InitialisationTests.Explain(made));
        var before = await host.Get<IPullRenewal>().FindAsync(scope, CancellationToken.None);
        Assert.Equal(1, before!.Clusters);

        var plan = await host.Get<IPullRenewal>().RenewAsync(scope, CancellationToken.None);
        await Eventually.TrueAsync(async () => (plan = (await host.Get<IPlanService>().FindAsync(scope, plan.Id, CancellationToken.None))!).EndedAt is not null, "the renewal has ended");

        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
        var now = (await host.Get<IMappingService>().GetPullCredentialAsync(scope, "test", CancellationToken.None))!;
        Assert.NotEqual(before.Robot, now.UserName);
        var api = await host.Get<IClusterConnector>().AsPortalAsync(new ClusterKey(scope.Region, scope.ProjectId, created.ClusterId), CancellationToken.None);
        foreach (var space in (string[])["monitoring", "zone-test", "zone-prod"])
        {
            var secret = await api.FindAsync(KubernetesResource.Of("v1", "Secret"), space, "registry-pull", CancellationToken.None);
            var text = Encoding.UTF8.GetString(Convert.FromBase64String((string)secret!["data"]![".dockerconfigjson"]!));
            Assert.Contains(now.Password, text, StringComparison.Ordinal);
        }
    }
}
