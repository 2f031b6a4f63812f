using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Sandbox.Hosting;
using Portal.Tests.Addons;
using Portal.Tests.Support;
using Xunit.Abstractions;

namespace Portal.Tests.Provisioning;

/// <summary>
/// Every backend fails for thirty seconds at each step of a whole initialisation and of the project's mapping; the plans go
/// on by themselves and make everything once. One run has each step once and each way of failing at least twice;
/// PORTAL_OUTAGE_ALL=1 runs every step with every way, all backends at once and each alone.
/// </summary>
[Trait("lane", "real")]
public sealed class OutageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly string[] Services = ["*", "kubernetes", "keystone", "magnum", "harbor"];

    private static bool All => Environment.GetEnvironmentVariable("PORTAL_OUTAGE_ALL") == "1";

    [Fact]
    public async Task Initialisation_WhoseBackendsFailAtEachStep_GoesOnByItself_AndMakesEverythingOnce()
    {
        var wanted = await RunAsync(null);
        foreach (var (service, turn) in Runs())
        {
            var outages = new Outages(service, turn);
            var found = await RunAsync(outages);
            Assert.Equal(wanted, found);
            Assert.All(outages.Begun.GroupBy(b => b.Value), g => Assert.True(g.Count() >= 2, $"{g.Key} came once."));
            Assert.Equal(Outages.Kinds.Count, outages.Begun.Values.Distinct().Count());
        }
    }

    private static IEnumerable<(string Service, int Turn)> Runs() => All
        ? from service in Services from turn in Enumerable.Range(0, Outages.Kinds.Count) select (service, turn)
        : [("*", 0)];

    private async Task<IReadOnlyList<string>> RunAsync(Outages? outages)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        string[] options = outages is null ? InitialisationTests.FastOptions : [.. InitialisationTests.FastOptions.Where(o => !o.Contains("RetryBase", StringComparison.Ordinal))];
        await using var host = await PortalHost.StartAsync(options, new SandboxOptions { Pace = 2000 }, builder => Watch(builder, outages));
        using var stop = new CancellationTokenSource();
        var time = outages?.Clock.RunAsync(host.Sandbox, () => outages.Rate, outages.Beat, stop.Token) ?? Task.CompletedTask;
        outages?.Begin(host.Sandbox);
        var scope = await InitialisationTests.ScopeAsync(host);
        var template = (await host.Get<IClusterOffer>().ListTemplatesAsync(scope, default))[0];
        var created = await host.Get<IClusterService>().CreateAsync(
            scope, new ClusterSpec { Name = "shop-out", TemplateId = template.Id, NodeCount = 2, MasterCount = 1 }, Guid.NewGuid().ToString(), default);
        var plans = await EndAsync(host);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s, {host.Sandbox.Context.Faults.AllMet} requests spoilt");
        foreach (var step in outages?.Begun ?? new Dictionary<string, string>())
        {
            var seen = plans.SelectMany(p => p.Steps).First(s => s.Id == step.Key);
            output.WriteLine($"{step.Key}: {step.Value}: {string.Join(' ', seen.AttemptReasons())}");
        }

        var found = await new KillWorld(host.Sandbox, host.Services, scope, created.ClusterId).DescribeAsync(default);
        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.True(outages is null || host.Sandbox.Context.Faults.AllMet > outages.Begun.Count / 2, "The faults were not met.");
        await stop.CancelAsync();
        await time;
        return found;
    }

    private static void Watch(WebApplicationBuilder builder, Outages? outages)
    {
        if (outages is null)
        {
            return;
        }

        builder.Services.AddSingleton<TimeProvider>(outages.Clock).AddSingleton(new NetworkTime(outages.Clock));
        StepDecorator.Decorate(builder.Services, step => new OutageStep(step, outages));
    }

    // The project's mapping is a plan of its own; a plan that waits for a person has not gone on by itself.
    private static async Task<IReadOnlyList<Plan>> EndAsync(PortalHost host)
    {
        var store = host.Get<IDocumentStore>();
        IReadOnlyList<Plan> plans = [];
        await Eventually.TrueAsync(
            async () =>
            {
                plans = [.. (await store.ListAsync(PlanDocuments.Plans, null, default)).Select(p => p.Value)];
                Assert.All(plans, p => Assert.True(p.State is PlanState.Running or PlanState.Done, InitialisationTests.Explain(p)));
                return plans.Count >= 2 && plans.All(p => p.State is PlanState.Done);
            },
            "every plan is done",
            within: Patience);
        return plans;
    }
}
