using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Provisioning;
using Portal.Development;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

/// <summary>How a run ended.</summary>
/// <param name="Writes">How many writes reached the backends since the kill, or in all.</param>
/// <param name="KilledAt">The write at which the portal was killed, or null.</param>
/// <param name="Objects">What is there at the end.</param>
internal sealed record KillRun(int Writes, string? KilledAt, IReadOnlyList<string> Objects);

/// <summary>One sandbox and one data folder a run; the portal is a process of its own that can be killed at a write.</summary>
internal sealed class KillRig : IAsyncDisposable
{
    private static readonly CloudRegion Region = new("sandbox", "RegionOne");
    private readonly SandboxHost sandbox;
    private readonly TemporaryFolder data = new();

    private KillRig(SandboxHost sandbox) => this.sandbox = sandbox;

    /// <summary>Runs one initialisation in a fresh world, killed at the n-th write (0: never); gives how many writes it made and what is there at the end.</summary>
    public static async Task<KillRun> RunAsync(int killAt, bool afterApplied)
    {
        var sandbox = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 3000 }, CancellationToken.None);
        await using var rig = new KillRig(sandbox);
        return await rig.RunHereAsync(killAt, afterApplied);
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
        var gate = sandbox.Context.Writes;
        gate.Arm(killAt, afterApplied);
        string? killed = null;
        if (killAt > 0)
        {
            using var victim = ChildProcess.Start(["portal-until-done", .. Options()]);
            victim.Process.BeginOutputReadLine();
            victim.Process.BeginErrorReadLine();
            await Task.WhenAny(gate.WaitAsync(patience.Token), victim.Process.WaitForExitAsync(patience.Token));
            killed = gate.Stopped;
            Assert.True(killed is not null, $"The portal ended before its write {killAt}.");
            victim.Process.Kill();
            await victim.Process.WaitForExitAsync(patience.Token);
            gate.Arm(0, false);
        }

        using var survivor = ChildProcess.Start(["portal-until-done", .. Options()]);
        var (said, failed) = (survivor.Process.StandardOutput.ReadToEndAsync(patience.Token), survivor.Process.StandardError.ReadToEndAsync(patience.Token));
        await survivor.Process.WaitForExitAsync(patience.Token);
        Assert.True(survivor.Process.ExitCode == 0, $"Killed at {killed}:\n{await said}{await failed}");
        var writes = gate.Count;
        await using var portal = await ClosedPortal.OpenAsync(Options(), patience.Token);
        return new(writes, killed, await new KillWorld(sandbox, portal.Services, await ScopeAsync(portal.Services, patience.Token), clusterId).DescribeAsync(patience.Token));
    }

    /// <summary>A cluster that Magnum has completed, and the plan of its initialisation in the store; nothing runs it yet.</summary>
    private async Task<string> PrepareAsync(CancellationToken cancellationToken)
    {
        await using var portal = await ClosedPortal.OpenAsync(Options(), cancellationToken);
        var scope = await ScopeAsync(portal.Services, cancellationToken);
        var magnum = portal.Services.GetRequiredService<IMagnumClient>();
        var template = (await magnum.ListTemplatesAsync(scope, cancellationToken)).OrderBy(t => t.Name, StringComparer.Ordinal).First(t => t.Name.EndsWith("small", StringComparison.Ordinal));
        var id = await magnum.CreateClusterAsync(scope, new ClusterSpec { Name = "shop-kill", TemplateId = template.Id, NodeCount = 2 }, cancellationToken);
        await Eventually.TrueAsync(async () => (await magnum.FindClusterAsync(scope, id, cancellationToken))?.Status is ClusterStatus.CreateComplete, "the cluster is complete");

        // Nothing runs here: the plan is only written down.
        portal.Services.GetRequiredService<IWorkRunner>().Handle("plan/", (_, _) => Task.CompletedTask);
        await portal.Services.GetRequiredService<IPlanService>().StartAsync(
            scope, ClusterPlans.Request(ClusterPlans.Initialisation, id, "shop-kill", new InitialisationInputs(id, "shop-kill", "default")), cancellationToken);
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
        $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=Warning", "--Portal:Clusters:PollMoving=00:00:00.200",
        "--Portal:Clusters:LookAgain=00:00:00.200", "--Portal:Clusters:Settle=00:00:02", "--Portal:Provisioning:RetryBase=00:00:00.200",
        .. SandboxConfiguration.Of(sandbox.Context.Addresses, sandbox.Context.Options.Password).Select(o => $"--{o.Key}={o.Value}"),
    ];
}
