using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Addons;
using Portal.Core.Addons.Life;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Development;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>What the portal is killed in.</summary>
public enum KillScenario
{
    /// <summary>A whole initialisation with the default profile.</summary>
    Initialisation,

    /// <summary>The upgrade of an add-on whose volume template changed.</summary>
    Upgrade,

    /// <summary>The removal of an add-on.</summary>
    Removal,

    /// <summary>The rotation of a cluster's certificate authority.</summary>
    Rotation,

    /// <summary>The deletion of a cluster.</summary>
    Deletion,
}

/// <summary>How a run ended.</summary>
/// <param name="Writes">How many writes reached the backends since the kill, or in all.</param>
/// <param name="KilledAt">The write at which the portal was killed, or null.</param>
/// <param name="Objects">What is there at the end.</param>
internal sealed record KillRun(int Writes, string? KilledAt, IReadOnlyList<string> Objects);

/// <summary>One sandbox and one data folder a run; the portal is a process of its own that can be killed at a write.</summary>
internal sealed class KillRig : IAsyncDisposable
{
    private static readonly CloudRegion Region = new("sandbox", "RegionOne");
    private const string Addon = "alertmanager";
    private const string Name = "shop-kill";
    private readonly SandboxHost sandbox;
    private readonly KillScenario scenario;
    private readonly TemporaryFolder data = new();

    private KillRig(SandboxHost sandbox, KillScenario scenario) => (this.sandbox, this.scenario) = (sandbox, scenario);

    private string PlanKind => scenario switch
    {
        KillScenario.Initialisation => ClusterPlans.Initialisation,
        KillScenario.Upgrade => AddonChangeInputs.PlanKind(AddonChangeKind.Upgrade),
        KillScenario.Rotation => ClusterPlans.RotateAuthority,
        KillScenario.Removal => AddonChangeInputs.PlanKind(AddonChangeKind.Remove),
        _ => ClusterPlans.Delete,
    };

    /// <summary>Runs one plan in a fresh world, killed at the n-th write (0: never); gives how many writes it made and what is there at the end.</summary>
    public static async Task<KillRun> RunAsync(int killAt, bool afterApplied, KillScenario scenario = KillScenario.Initialisation)
    {
        var sandbox = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 3000 }, CancellationToken.None);
        await using var rig = new KillRig(sandbox, scenario);
        return await rig.RunHereAsync(killAt, afterApplied);
    }

    /// <summary>
    /// One initialisation in which the portal is killed at every write that it was not yet killed at, again and again, until it ends;
    /// gives where it was killed and what is there at the end.
    /// </summary>
    public static async Task<(IReadOnlyList<string> KilledAt, IReadOnlyList<string> Objects)> RelayAsync(bool afterApplied, Action<string> say)
    {
        var sandbox = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 3000 }, CancellationToken.None);
        await using var rig = new KillRig(sandbox, KillScenario.Initialisation);
        return await rig.RelayHereAsync(afterApplied, say);
    }

    public async ValueTask DisposeAsync()
    {
        await sandbox.DisposeAsync();
        data.Dispose();
    }

    private async Task<KillRun> RunHereAsync(int killAt, bool afterApplied)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var clusterId = await PrepareAsync(patience.Token);
        if (scenario is not KillScenario.Initialisation)
        {
            await SurviveAsync(ClusterPlans.Initialisation, null, patience.Token);
            await PrepareChangeAsync(clusterId, patience.Token);
        }

        var gate = sandbox.Context.Writes;
        gate.Arm(killAt, afterApplied);
        string? killed = null;
        if (killAt > 0)
        {
            using var victim = ChildProcess.Start(["portal-until-done", .. Options(), $"--Until={PlanKind}"]);
            victim.Process.BeginOutputReadLine();
            victim.Process.BeginErrorReadLine();
            await Task.WhenAny(gate.WaitAsync(patience.Token), victim.Process.WaitForExitAsync(patience.Token));
            killed = gate.Stopped;
            Assert.True(killed is not null, $"The portal ended before its write {killAt}.");
            victim.Process.Kill();
            await victim.Process.WaitForExitAsync(patience.Token);
            gate.Arm(0, false);
        }

        await SurviveAsync(PlanKind, killed, patience.Token);
        var writes = gate.Count;
        await using var portal = await ClosedPortal.OpenAsync(Options(), patience.Token);
        return new(writes, killed, await new KillWorld(sandbox, portal.Services, await ScopeAsync(portal.Services, patience.Token), clusterId).DescribeAsync(patience.Token, isGone: scenario is KillScenario.Deletion));
    }

    private async Task<(IReadOnlyList<string> KilledAt, IReadOnlyList<string> Objects)> RelayHereAsync(bool afterApplied, Action<string> say)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromHours(2));
        var clusterId = await PrepareAsync(patience.Token);
        var gate = sandbox.Context.Writes;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            gate.Arm(seen.Add, afterApplied);
            using var runner = ChildProcess.Start(["portal-until-done", .. Options(), $"--Until={PlanKind}", "--PersonRetries=true"]);
            var said = runner.Process.StandardOutput.ReadToEndAsync(patience.Token);
            runner.Process.BeginErrorReadLine();
            await Task.WhenAny(gate.WaitAsync(patience.Token), runner.Process.WaitForExitAsync(patience.Token));
            patience.Token.ThrowIfCancellationRequested();
            if (gate.Stopped is not { } killed)
            {
                await runner.Process.WaitForExitAsync(patience.Token);
                Assert.True(runner.Process.ExitCode == 0, await said);
                break;
            }

            runner.Process.Kill();
            await runner.Process.WaitForExitAsync(patience.Token);
            say(killed);
        }

        gate.Arm(0, false);
        await using var portal = await ClosedPortal.OpenAsync(Options(), patience.Token);
        return ([.. seen], await new KillWorld(sandbox, portal.Services, await ScopeAsync(portal.Services, patience.Token), clusterId).DescribeAsync(patience.Token, isGone: false));
    }

    private async Task SurviveAsync(string kind, string? killed, CancellationToken cancellationToken)
    {
        using var survivor = ChildProcess.Start(["portal-until-done", .. Options(), $"--Until={kind}"]);
        var (said, failed) = (survivor.Process.StandardOutput.ReadToEndAsync(cancellationToken), survivor.Process.StandardError.ReadToEndAsync(cancellationToken));
        await survivor.Process.WaitForExitAsync(cancellationToken);
        Assert.True(survivor.Process.ExitCode == 0, $"Killed at {killed}:\n{await said}{await failed}");
    }

    /// <summary>The plan of the change in the store, over a cluster that is a platform; nothing runs it yet.</summary>
    private async Task PrepareChangeAsync(string clusterId, CancellationToken cancellationToken)
    {
        await using var portal = await ClosedPortal.OpenAsync(Options(), cancellationToken);
        var scope = await ScopeAsync(portal.Services, cancellationToken);
        if (scenario is KillScenario.Upgrade)
        {
            await MakeOlderAsync(portal.Services, new ClusterKey(Region, scope.ProjectId, clusterId), cancellationToken);
        }

        object inputs = scenario switch
        {
            KillScenario.Deletion => new DeleteInputs(clusterId, Name),
            KillScenario.Rotation => new RotateInputs(clusterId, Name),
            _ => new AddonChangeInputs(clusterId, Name, Addon, []),
        };
        portal.Services.GetRequiredService<IWorkRunner>().Handle("plan/", (_, _) => Task.CompletedTask);
        await portal.Services.GetRequiredService<IPlanService>().StartAsync(scope, ClusterPlans.Request(PlanKind, clusterId, Name, inputs), cancellationToken);
    }

    // As an older release would have made it: another volume template, which nobody can change.
    private static async Task MakeOlderAsync(IServiceProvider services, ClusterKey key, CancellationToken cancellationToken)
    {
        var api = await services.GetRequiredService<IClusterConnector>().AsPortalAsync(key, cancellationToken);
        var sets = KubernetesResource.Of("apps/v1", "StatefulSet");
        await api.DeleteAsync(sets, "monitoring", Addon, cancellationToken, orphan: true);
        await Eventually.TrueAsync(async () => await api.FindAsync(sets, "monitoring", Addon, cancellationToken) is null, "it is gone");
        var site = new AddonsOptions { Registry = services.GetRequiredService<Microsoft.Extensions.Options.IOptions<AddonsOptions>>().Value.Registry };
        site.Parameters[Addon] = new() { ["storageSize"] = "2Gi" };
        foreach (var manifest in new AddonCatalog(site).Render(Addon, new AddonParameters { Registry = site.Registry, Cluster = Name, StorageClass = "block" }))
        {
            manifest["metadata"]!["labels"]!["container-platform/version"] = "0.32.0";
            await api.ApplyAsync(manifest, cancellationToken);
        }
    }

    /// <summary>A cluster that Magnum has completed, and the plan of its initialisation in the store; nothing runs it yet.</summary>
    private async Task<string> PrepareAsync(CancellationToken cancellationToken)
    {
        await using var portal = await ClosedPortal.OpenAsync(Options(), cancellationToken);
        var scope = await ScopeAsync(portal.Services, cancellationToken);
        var magnum = portal.Services.GetRequiredService<IMagnumClient>();
        var template = (await magnum.ListTemplatesAsync(scope, cancellationToken)).OrderBy(t => t.Name, StringComparer.Ordinal).First(t => t.Name.EndsWith("small", StringComparison.Ordinal));
        var id = await magnum.CreateClusterAsync(scope, new ClusterSpec { Name = Name, TemplateId = template.Id, NodeCount = 2 }, cancellationToken);
        await Eventually.TrueAsync(async () => (await magnum.FindClusterAsync(scope, id, cancellationToken))?.Status is ClusterStatus.CreateComplete, "the cluster is complete");

        // Nothing runs here: the plan is only written down.
        portal.Services.GetRequiredService<IWorkRunner>().Handle("plan/", (_, _) => Task.CompletedTask);
        await portal.Services.GetRequiredService<IPlanService>().StartAsync(
            scope, ClusterPlans.Request(ClusterPlans.Initialisation, id, Name, new InitialisationInputs(id, Name, scenario is KillScenario.Initialisation ? "default" : "tiny")), cancellationToken);
        return id;
    }

    private async Task<Scope> ScopeAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var (id, _, _) = sandbox.Context.Get<ITokenAuthority>().FindProject("team-shop")!.Value;
        return await services.GetRequiredService<IPlatformScope>().ForProjectAsync(Region, id, "kill test", "test", cancellationToken);
    }

    private string[] Options() =>
    [
        "--applicationName=Portal", $"--contentRoot={Path.Combine(RepositoryPaths.Root, "Portal")}", "--environment=Development", "--urls=http://127.0.0.1:0",
        "--Portal:Mapping:CompareEvery=00:00:00", $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=Warning", "--Portal:Clusters:PollMoving=00:00:00.200",
        "--Portal:Clusters:LookAgain=00:00:00.200", "--Portal:Clusters:Settle=00:00:02", "--Portal:Provisioning:RetryBase=00:00:00.200",
        $"--Portal:Addons:Profiles:tiny=cluster-dns, {Addon}",
        .. SandboxConfiguration.Of(sandbox.Context.Addresses, sandbox.Context.Options.Password).Select(o => $"--{o.Key}={o.Value}"),
    ];
}
