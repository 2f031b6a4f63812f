using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Addons;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Provisioning;
using Portal.Sandbox.Hosting;
using Portal.Tests.Addons;
using Portal.Tests.Support;
using Xunit.Abstractions;

namespace Portal.Tests.Provisioning;

/// <summary>
/// An initialisation is cancelled and undone at each of its steps, again and again on one cluster: nothing of the portal
/// stays but volume claims, the generated secrets they were written with, and the namespaces that hold them; and after each undo it can be begun anew. CI takes five steps
/// from the first to the last; PORTAL_UNDO_ALL=1 takes every one.
/// </summary>
[Trait("lane", "real")]
public sealed class InitialisationUndoTests(ITestOutputHelper output)
{
    private string? stopAt;

    private static bool All => Environment.GetEnvironmentVariable("PORTAL_UNDO_ALL") == "1";

    [Fact]
    public async Task Initialisation_CancelledAndUndoneAtEachStep_LeavesOnlyWhatHoldsData()
    {
        PortalHost? portal = null;
        await using var host = await PortalHost.StartAsync(
            InitialisationTests.FastOptions, new SandboxOptions { Pace = 2000 }, builder => StepDecorator.Decorate(builder.Services, step => new HookedStep(step, (inner, context) => StopAsync(portal!, inner, context))));
        portal = host;
        var scope = await InitialisationTests.ScopeAsync(host);
        var magnum = host.Get<IMagnumClient>();
        var template = (await magnum.ListTemplatesAsync(scope, default)).OrderBy(t => t.Name, StringComparer.Ordinal).First(t => t.Name.EndsWith("small", StringComparison.Ordinal));
        var id = await magnum.CreateClusterAsync(scope, new ClusterSpec { Name = "shop-undo", TemplateId = template.Id, NodeCount = 2 }, default);
        await Eventually.TrueAsync(async () => (await magnum.FindClusterAsync(scope, id, default))?.Status is ClusterStatus.CreateComplete, "the cluster is complete");
        var request = ClusterPlans.Request(ClusterPlans.Initialisation, id, "shop-undo", new InitialisationInputs(id, "shop-undo", "default"));
        var plans = host.Get<IPlanService>();
        var steps = host.Services.GetRequiredService<StepCatalog>().Make(ClusterPlans.Initialisation, request.Inputs).Select(s => s.Id).ToList();
        var failures = new List<string>();
        foreach (var step in All ? steps : Sampled(steps))
        {
            stopAt = step;
            var plan = await plans.StartAsync(scope, request, default);
            var ended = await InitialisationTests.EndAsync(host, scope, id);
            if (ended.Id != plan.Id || ended.State is not PlanState.Undone)
            {
                failures.Add($"{step}: {InitialisationTests.Explain(ended)}");
            }

            // What is deleted with its dependents goes a moment later.
            var left = new List<string>();
            try
            {
                await Eventually.TrueAsync(() => Task.FromResult((left = LeftIn(host, id)).Count == 0), () => string.Join("\n", left));
            }
            catch (Xunit.Sdk.XunitException)
            {
                failures.Add($"{step} left {string.Join(", ", left)}");
            }

            output.WriteLine($"{step}: {ended.State}, {string.Join(' ', ended.Steps.Select(s => s.State).GroupBy(s => s).Select(g => $"{g.Count()} {g.Key}"))}");
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));

        stopAt = null;
        await plans.StartAsync(scope, request, default);
        var done = await InitialisationTests.EndAsync(host, scope, id);
        Assert.True(done.State is PlanState.Done, InitialisationTests.Explain(done));
    }

    private static IEnumerable<string> Sampled(List<string> steps) =>
        Enumerable.Range(0, 5).Select(n => n * (steps.Count - 1) / 4).Append(steps.IndexOf("cluster.bootstrap")).Distinct().Order().Select(n => steps[n]);

    // When the step has done its work but its end is not written yet.
    private async Task StopAsync(PortalHost host, IProvisioningStep step, StepContext context)
    {
        if (step.PlanKind == ClusterPlans.Initialisation && step.Id == stopAt)
        {
            var scope = await InitialisationTests.ScopeAsync(host);
            await host.Get<IPlanService>().CancelAsync(scope, context.Plan.Id, undo: true, default);
        }
    }

    /// <summary>Gives what bears the portal's mark, and whatever else lives in its namespaces; read past the API, because an undone portal has no right left.</summary>
    private static List<string> LeftIn(PortalHost host, string id)
    {
        var cluster = ((Portal.Sandbox.Kubernetes.KubernetesService)host.Sandbox.Context.Get<Portal.Sandbox.World.IKubernetesFleet>()).Find(id);
        string[] kept = ["persistentvolumeclaims", "persistentvolumes", "namespaces", "events", "nodes"];
        string[] own = ["", "default", "kube-system", "kube-public", "kube-node-lease"];

        // Volumes may have been written with them.
        var generated = host.Services.GetRequiredService<AddonCatalog>().Addons.Values.SelectMany(a => a.Secrets.Select(s => (a.Namespace, s.Name))).ToHashSet();
        return
        [
            .. from storage in cluster?.Store.Storages().Except(kept) ?? []
               from o in cluster!.Store.List(storage)
               where storage != "secrets" || !generated.Contains((o.Namespace, o.Name))
               where o.Body.ToJsonString().Contains("container-platform", StringComparison.Ordinal) || !(own.Contains(o.Namespace) || o.Name is "default" or "kube-root-ca.crt")
               select $"{storage} {o.Namespace}/{o.Name}",
        ];
    }
}
