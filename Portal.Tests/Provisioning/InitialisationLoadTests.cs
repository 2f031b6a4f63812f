using System.Collections.Concurrent;
using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.OpenStack;
using Portal.Tests.Addons;
using Portal.Tests.Support;
using Xunit.Abstractions;

namespace Portal.Tests.Provisioning;

/// <summary>
/// Many clusters are initialised at once: nothing is lost, none is starved, memory stays bounded. Twenty in CI;
/// PORTAL_LOAD_CLUSTERS says how many, PORTAL_LOAD_PROFILE of which profile.
/// </summary>
[Trait("lane", "real")]
public sealed class InitialisationLoadTests(ITestOutputHelper output)
{
    private const int Projects = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);
    private readonly ConcurrentDictionary<string, int> begun = new();
    private long mostMemory;

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("PORTAL_LOAD_CLUSTERS"), CultureInfo.InvariantCulture, out var count) ? count : 20;

    private static string Profile => Environment.GetEnvironmentVariable("PORTAL_LOAD_PROFILE") ?? "bare";

    [Fact]
    public async Task InitialisationsAtOnce_AllEnd_EverythingIsThereOnce_NoneIsStarved_WithinTheMemory()
    {
        await using var host = await PortalHost.StartAsync(InitialisationTests.FastOptions, new SandboxOptions { Pace = 2000, Scale = 2 }, builder => StepDecorator.Decorate(builder.Services, step => new CountedStep(step, begun)));
        var scopes = await Task.WhenAll(Enumerable.Range(0, Projects).Select(n => InitialisationTests.ScopeAsync(host, Teams[n])));
        foreach (var project in scopes.Select(s => s.ProjectId))
        {
            foreach (var quota in new[] { "instances", "cores", "ram", "router", "floatingip", "server_groups", "security_group", "network", "subnet", "port", "volumes", "gigabytes" })
            {
                Cloud.Of(host.Sandbox.Context).Quotas.Change(project, quota, -1);
            }
        }

        var clusters = await CreateAsync(host, scopes);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var plans = host.Get<IPlanService>();
        await Task.WhenAll(clusters.Select(c => plans.StartAsync(
            c.Scope, ClusterPlans.Request(ClusterPlans.Initialisation, c.Id, c.Name, new InitialisationInputs(c.Id, c.Name, Profile)), default)));
        var atHalf = await EndAsync(host, clusters.Count);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        var seconds = watch.Elapsed.TotalSeconds;

        output.WriteLine(FormattableString.Invariant(
            $"{clusters.Count} of profile {Profile}: {seconds:0} s; steps begun when half were done: {string.Join(' ', atHalf.Order())}; MB before {before >> 20}, most {mostMemory >> 20}, after {after >> 20}"));
        var ended = (await host.Get<IDocumentStore>().ListAsync(PlanDocuments.Plans, null, default)).Select(p => p.Value).Where(p => p.Kind == ClusterPlans.Initialisation).ToList();
        Assert.All(ended, p => Assert.True(p.State is PlanState.Done, InitialisationTests.Explain(p)));
        Assert.Equal(clusters.Select(c => c.Id).Order(), ended.Select(p => p.Inputs.GetProperty("clusterId").GetString()!).Order());

        // Every object once: each cluster has what the first has.
        IReadOnlyList<string>? first = null;
        foreach (var cluster in clusters)
        {
            var found = await new KillWorld(host.Sandbox, host.Services, cluster.Scope, cluster.Id).NamesAsync(default);
            Assert.Equal(found.Count, found.Distinct().Count());
            Assert.Equal(first ??= found, found);
        }

        // By work, not by the clock: when half of the plans were done, the slowest had begun at least half of its steps.
        var steps = ended[0].Steps.Length;
        Assert.All(atHalf, n => Assert.True(n * 2 >= steps, $"A plan had begun {n} of {steps} steps when half of the plans were done."));
        Assert.True(mostMemory - before < (64 + (clusters.Count * 8L)) << 20, $"{(mostMemory - before) >> 20} MB more for {clusters.Count} plans.");
    }

    private static readonly string[] Teams = ["team-shop", "team-data", "team-atlas", "team-birch", "team-cobalt", "team-delta", "team-ember", "team-fjord", "team-garnet", "team-harbor"];

    private static async Task<IReadOnlyList<(Scope Scope, string Id, string Name)>> CreateAsync(PortalHost host, Scope[] scopes)
    {
        var magnum = host.Get<IMagnumClient>();
        var template = (await magnum.ListTemplatesAsync(scopes[0], default)).OrderBy(t => t.Name, StringComparer.Ordinal).First(t => t.Name.EndsWith("small", StringComparison.Ordinal));
        var made = new List<(Scope Scope, string Id, string Name)>();
        for (var n = 0; n < Count; n++)
        {
            var (scope, name) = (scopes[n % scopes.Length], $"load-{n}");
            made.Add((scope, await magnum.CreateClusterAsync(scope, new ClusterSpec { Name = name, TemplateId = template.Id, NodeCount = 1 }, default), name));
        }

        foreach (var (scope, id, name) in made)
        {
            Cluster? cluster = null;
            await Eventually.TrueAsync(async () => (cluster = await magnum.FindClusterAsync(scope, id, default))?.Status is ClusterStatus.CreateComplete or ClusterStatus.CreateFailed, $"{name} is complete", within: Patience);
            Assert.True(cluster!.Status is ClusterStatus.CreateComplete, $"{name}: {cluster.StatusReason}");
        }

        return made;
    }

    /// <summary>Waits for all; gives how many steps each plan had begun when half of them were done.</summary>
    private async Task<IReadOnlyList<int>> EndAsync(PortalHost host, int count)
    {
        var store = host.Get<IDocumentStore>();
        IReadOnlyList<int> atHalf = [];
        var looks = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var plans = (await store.ListAsync(PlanDocuments.Plans, null, default)).Select(p => p.Value).Where(p => p.Kind == ClusterPlans.Initialisation).ToList();
                var done = plans.Count(p => p.State is PlanState.Done);
                Assert.All(plans, p => Assert.True(p.State is PlanState.Running or PlanState.Done, InitialisationTests.Explain(p)));
                if (atHalf.Count == 0 && done * 2 >= count)
                {
                    atHalf = [.. plans.Select(p => begun.GetValueOrDefault(p.Id))];
                }

                // What lives, not what waits for the collector; a whole collection is not for every look.
                mostMemory = looks++ % 10 == 0 ? Math.Max(mostMemory, GC.GetTotalMemory(forceFullCollection: true)) : mostMemory;
                return done == count;
            },
            "every initialisation is done",
            within: Patience);
        return atHalf;
    }
}
