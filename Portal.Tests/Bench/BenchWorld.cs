using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Development;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>A sandbox in this process, and the portal as a process of its own, with one cluster that is (or becomes) a platform.</summary>
internal sealed class BenchWorld : IAsyncDisposable
{
    private static readonly CloudRegion Region = new("sandbox", "RegionOne");
    private readonly SandboxHost sandbox;
    private readonly TemporaryFolder data = new();
    private ChildProcess? portal;

    private BenchWorld(SandboxHost sandbox) => this.sandbox = sandbox;

    public string Url { get; private set; } = "";

    public string ProjectId { get; private set; } = "";

    public string ClusterId { get; private set; } = "";

    public string PlanId { get; private set; } = "";

    /// <summary>Makes the world with an initialised cluster; the portal is not started yet.</summary>
    public static async Task<BenchWorld> MakeAsync()
    {
        var world = new BenchWorld(await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 3000 }, CancellationToken.None));
        await using (var closed = await ClosedPortal.OpenAsync(world.Options(), CancellationToken.None))
        {
            await world.PrepareAsync(closed.Services);
        }

        using var first = ChildProcess.Start(["portal-until-done", .. world.Options()]);
        first.Process.BeginOutputReadLine();
        first.Process.BeginErrorReadLine();
        await first.Process.WaitForExitAsync();
        return first.Process.ExitCode == 0 ? world : throw new InvalidOperationException("The cluster's initialisation failed.");
    }

    /// <summary>Gives the portal the same identity in so many more clusters, all at the one API.</summary>
    public async Task CopyAccessAsync(int count)
    {
        await using var closed = await ClosedPortal.OpenAsync(Options(), CancellationToken.None);
        var access = closed.Services.GetRequiredService<IClusterAccessStore>();
        var own = (await access.FindAsync(new ClusterKey(Region, ProjectId, ClusterId), CancellationToken.None))!;
        for (var n = 0; n < count; n++)
        {
            await access.KeepAsync(new ClusterKey(Region, ProjectId, Guid.NewGuid().ToString()), own, CancellationToken.None);
        }
    }

    public async Task StartPortalAsync(params string[] more)
    {
        portal = ChildProcess.Start(["bench-portal", .. Options(), .. more]);
        portal.Process.BeginErrorReadLine();
        Url = await AnswerAsync();
    }

    /// <summary>Asks the portal's process for numbers.</summary>
    public async Task<double[]> AskAsync(string what)
    {
        await portal!.Process.StandardInput.WriteLineAsync(what);
        await portal.Process.StandardInput.FlushAsync();
        return [.. (await AnswerAsync()).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        portal?.Dispose();
        await sandbox.DisposeAsync();
        data.Dispose();
    }

    private async Task<string> AnswerAsync()
    {
        while (await portal!.Process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(MeasuredPortal.Mark, StringComparison.Ordinal))
            {
                return line[MeasuredPortal.Mark.Length..];
            }
        }

        throw new InvalidOperationException("The portal has ended.");
    }

    private async Task PrepareAsync(IServiceProvider services)
    {
        ProjectId = sandbox.Context.Get<ITokenAuthority>().FindProject("team-shop")!.Value.Id;
        var scope = await services.GetRequiredService<IPlatformScope>().ForProjectAsync(Region, ProjectId, "bench", "bench", CancellationToken.None);
        var magnum = services.GetRequiredService<IMagnumClient>();
        var template = (await magnum.ListTemplatesAsync(scope, CancellationToken.None)).OrderBy(t => t.Name, StringComparer.Ordinal).First(t => t.Name.EndsWith("small", StringComparison.Ordinal));
        ClusterId = await magnum.CreateClusterAsync(scope, new ClusterSpec { Name = "a-bench", TemplateId = template.Id, NodeCount = 2 }, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await magnum.FindClusterAsync(scope, ClusterId, CancellationToken.None))?.Status is ClusterStatus.CreateComplete, "the cluster is complete", within: TimeSpan.FromMinutes(2));
        services.GetRequiredService<IWorkRunner>().Handle("plan/", (_, _) => Task.CompletedTask);
        var plan = await services.GetRequiredService<IPlanService>().StartAsync(
            scope, ClusterPlans.Request(ClusterPlans.Initialisation, ClusterId, "a-bench", new InitialisationInputs(ClusterId, "a-bench", "default")), CancellationToken.None);
        PlanId = plan.Id;
    }

    private string[] Options() =>
    [
        "--applicationName=Portal", $"--contentRoot={Path.Combine(RepositoryPaths.Root, "Portal")}", "--environment=Development", "--urls=http://127.0.0.1:0",
        $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=Warning", "--Portal:Clusters:LookAgain=00:00:00.200", "--Portal:Provisioning:RetryBase=00:00:00.200",
        .. SandboxConfiguration.Of(sandbox.Context.Addresses, sandbox.Context.Options.Password).Select(o => $"--{o.Key}={o.Value}"),
    ];
}
