using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Storage;

namespace Portal.Core.Delivery;

/// <summary>
/// Forgets what the portal keeps of clusters that are gone, whoever deleted them: its identity there, and by which token their
/// Alertmanager is known. A listing alone is no proof: a cluster counts as gone when it is missing in the region's list and Magnum,
/// asked for it in its own project, does not know it, at two looks in a row.
/// </summary>
internal sealed class DepartedClusters(
    IDocumentStore store, IClusterAccessStore access, IClusterAlerts alerts, IMagnumClient magnum, IPlatformScope platform, TimeProvider time, ILogger<DepartedClusters> logger)
    : BackgroundService
{
    private const string Purpose = "look for departed clusters";
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    // Missing at the last look.
    private HashSet<ClusterKey> suspects = [];

    /// <summary>Looks once; what cannot be asked for stays.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        // Before the listing: what is made after it is then not missing in it.
        var known = await store.ListAsync(ClusterAccess.Type, null, cancellationToken).ConfigureAwait(false);
        var missing = new HashSet<ClusterKey>();
        foreach (var region in known.Select(ClusterAccess.KeyOf).GroupBy(c => c.Region))
        {
            try
            {
                missing.UnionWith(await MissingAsync(region.Key, [.. region], cancellationToken).ConfigureAwait(false));
            }
            catch (BackendException e)
            {
                logger.DepartedNotAsked(region.Key.Cloud, region.Key.Region, e);
            }
        }

        foreach (var gone in missing.Where(suspects.Contains))
        {
            await alerts.ForgetAsync(gone, cancellationToken).ConfigureAwait(false);
            await access.ForgetAsync(gone, cancellationToken).ConfigureAwait(false);
            logger.ClusterForgotten(gone.ClusterId, gone.ProjectId);
        }

        suspects = missing;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.DepartedLookFailed(e);
            }
        }
    }

    private async Task<List<ClusterKey>> MissingAsync(CloudRegion region, IReadOnlyList<ClusterKey> known, CancellationToken cancellationToken)
    {
        var cloud = await platform.ForCloudAsync(region, Purpose, cancellationToken).ConfigureAwait(false);
        var listed = (await magnum.ListClustersAsync(cloud, detail: false, cancellationToken).ConfigureAwait(false)).Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var missing = new List<ClusterKey>();
        foreach (var cluster in known.Where(c => !listed.Contains(c.ClusterId)))
        {
            try
            {
                var own = await platform.ForProjectAsync(region, cluster.ProjectId, Purpose, null, cancellationToken).ConfigureAwait(false);
                if (await magnum.FindClusterAsync(own, cluster.ClusterId, cancellationToken).ConfigureAwait(false) is null)
                {
                    missing.Add(cluster);
                }
            }
            catch (BackendException e)
            {
                // A project that is gone or disabled cannot be asked about: no proof.
                logger.DepartedNotAsked(region.Cloud, region.Region, e);
            }
        }

        return missing;
    }
}

internal static partial class DeliveryLog
{
    [LoggerMessage(EventId = 2801, Level = LogLevel.Information, Message = "Cluster {ClusterId} of project {ProjectId} is gone; what the portal kept of it is forgotten")]
    public static partial void ClusterForgotten(this ILogger logger, string clusterId, string projectId);

    [LoggerMessage(EventId = 2802, Level = LogLevel.Warning, Message = "Whether clusters of {Cloud}/{Region} are gone could not be asked; what is kept of them stays")]
    public static partial void DepartedNotAsked(this ILogger logger, string cloud, string region, Exception exception);

    [LoggerMessage(EventId = 2803, Level = LogLevel.Warning, Message = "The look for departed clusters failed")]
    public static partial void DepartedLookFailed(this ILogger logger, Exception exception);
}
