using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>The whole initialisation of a cluster, by the real portal over the sandbox.</summary>
public sealed class InitialisationTests
{
    [Fact]
    public async Task Initialisation_OfANewCluster_EndsWithEveryStepDoneAndAKubeconfigThatWorks()
    {
        await using var host = await PortalHost.StartAsync(FastOptions, new SandboxOptions { Pace = 2000 });
        var scope = await ScopeAsync(host);
        var template = (await host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None))[0];

        var created = await host.Get<IClusterService>().CreateAsync(
            scope, new ClusterSpec { Name = "shop-new", TemplateId = template.Id, NodeCount = 2, MasterCount = 1 }, Guid.NewGuid().ToString(), CancellationToken.None);
        var plan = await EndAsync(host, scope, created.ClusterId);

        Assert.True(plan.State == PlanState.Done, Explain(plan));
        Assert.All(plan.Steps, s => Assert.Contains(s.State, new[] { StepState.Done, StepState.Skipped }));
        var key = new ClusterKey(scope.Region, scope.ProjectId, created.ClusterId);
        var kubeconfig = await host.Get<IKubeconfigService>().CreateAsync(scope, key, "shop-new", TimeSpan.FromHours(8), CancellationToken.None);
        Assert.Contains("\"token\"", kubeconfig.Text, StringComparison.Ordinal);
    }

    internal static string[] FastOptions { get; } =
    [
        "--Portal:Clusters:PollMoving=00:00:00.200", "--Portal:Clusters:LookAgain=00:00:00.200", "--Portal:Clusters:Settle=00:00:02",
        "--Portal:Provisioning:RetryBase=00:00:00.200",
    ];

    internal static async Task<Scope> ScopeAsync(PortalHost host, string project = "team-shop")
    {
        var (id, _, _) = host.Sandbox.Context.Get<ITokenAuthority>().FindProject(project)!.Value;
        return await host.Services.GetRequiredService<IPlatformScope>().ForProjectAsync(
            new CloudRegion("sandbox", "RegionOne"), id, "test", "test", CancellationToken.None);
    }

    internal static async Task<Plan> EndAsync(PortalHost host, Scope scope, string clusterId)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var plans = host.Get<IPlanService>();
        Plan? last = null;
        try
        {
            var plan = (await plans.ListAsync(scope, ClusterPlans.Subject(clusterId), patience.Token))[0];
            await foreach (var now in plans.WatchAsync(scope, plan.Id, patience.Token))
            {
                last = now;
                if (now.State is not (PlanState.Running or PlanState.BeingUndone))
                {
                    return now;
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail("Not at its end within two minutes: " + (last is null ? "no plan" : Explain(last)));
        }

        throw new InvalidOperationException("The watch ended.");
    }

    internal static string Explain(Plan plan) => plan.State + "\n" + string.Join(
        "\n", plan.Steps.Select(s => $"{s.Id}: {s.State} {s.Reason?.Code} {string.Join(", ", s.Reason?.Arguments.Select(a => $"{a.Key}={a.Value}") ?? [])}"));
}
