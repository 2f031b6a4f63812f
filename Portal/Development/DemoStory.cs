#if SANDBOX
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Provisioning;

namespace Portal.Development;

/// <summary>
/// Initialises one of the demo's clusters at the first start, so that charts, logs and alerts have something to show. By the portal's own
/// services alone, as somebody would who presses the button. Off with <c>Sandbox:Story=false</c>.
/// </summary>
internal sealed class DemoStory(IPlatformScope platform, IKeystoneClient keystone, IClusterService clusters, ICloudDirectory clouds, IHostApplicationLifetime lifetime) : BackgroundService
{
    private const string Purpose = "initialise the demo's cluster";
    private const string Project = "team-shop";
    private const string Cluster = "shop-prod";

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var on = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        try
        {
            await InitialiseAsync(stoppingToken);
        }
        catch (Exception e) when (e is BackendException or ClusterActionException or SubjectLockedException)
        {
            // It was done at an earlier start, or somebody was quicker. A demo without it is one whose cluster is initialised by hand.
        }
    }

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        var region = clouds.Regions[0];
        var cloud = await platform.ForCloudAsync(region, Purpose, cancellationToken);
        var token = await cloud.Tokens.GetTokenAsync(cancellationToken);
        var projects = await keystone.ListProjectsOfCloudAsync(region, token.Value, cancellationToken);
        if (projects.FirstOrDefault(p => p.Name == Project) is not { } project)
        {
            return;
        }

        var scope = await platform.ForProjectAsync(region, project.Id, Purpose, null, cancellationToken);
        var rows = await clusters.WatchAsync(scope, cancellationToken);
        var found = rows.Items.FirstOrDefault(c => c.Cluster.Name == Cluster);
        if (found is null)
        {
            await foreach (var _ in rows.Changes.WithCancellation(cancellationToken))
            {
                found = (await clusters.WatchAsync(scope, cancellationToken)).Items.FirstOrDefault(c => c.Cluster.Name == Cluster);
                break;
            }
        }

        if (found is not null)
        {
            await clusters.InitialiseAsync(scope, found.Cluster.Id, "default", cancellationToken);
        }
    }
}
#endif
