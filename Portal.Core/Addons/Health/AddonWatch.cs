using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Core.Storage;

namespace Portal.Core.Addons.Health;

/// <summary>
/// Looks into every cluster that the portal has an identity in, once in <see cref="AddonsOptions.PollEvery"/>, and remembers
/// what hinders it: a cluster is only ready when its add-ons are, and one that does not answer says so in the list.
/// </summary>
internal sealed class AddonWatch(
    IDocumentStore store, IClusterConnector connector, AddonCatalog catalog, IOptions<AddonsOptions> options, TimeProvider time, ILogger<AddonWatch> logger)
    : BackgroundService, IClusterConditionSource
{
    private const int AtOnce = 4;
    private readonly AddonHealthCheck check = new(catalog, options.Value.Registry);
    private readonly ConcurrentDictionary<string, ImmutableArray<ClusterCondition>> known = new(StringComparer.Ordinal);

    public ImmutableArray<ClusterCondition> Of(string clusterId) => known.GetValueOrDefault(clusterId, []);

    /// <summary>Looks into every cluster once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var clusters = await store.ListAsync(ClusterAccess.Type, null, cancellationToken).ConfigureAwait(false);
        foreach (var gone in known.Keys.Except(clusters.Select(c => c.Value.ClusterId)).ToList())
        {
            known.TryRemove(gone, out _);
        }

        await Parallel.ForEachAsync(clusters, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (stored, ended) =>
        {
            var last = Of(stored.Value.ClusterId);
            var now = await ConditionsAsync(ClusterAccess.KeyOf(stored), ended).ConfigureAwait(false);
            known[stored.Value.ClusterId] = [.. now.Select(c => c with { Since = last.FirstOrDefault(l => l.Kind == c.Kind && l.Reason.Code == c.Reason.Code)?.Since ?? time.GetUtcNow() })];
        }).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.AddonLookFailed(e);
            }
        }
    }

    private async Task<ImmutableArray<ClusterCondition>> ConditionsAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
            var addons = await check.ReadAllAsync(api, cancellationToken).ConfigureAwait(false);
            return [.. addons.Where(a => a.Code is "not-working" or "degraded" or "missing").OrderBy(a => a.Kind).Select(a => new ClusterCondition(StateKind.Warn, a.Reason!, Actor.Project, null))];
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Timeout or BackendFailure.Unreachable)
        {
            return [new ClusterCondition(StateKind.Unknown, Reason.Of(ClusterCondition.ApiSilent), Actor.Nobody, null)];
        }
        catch (BackendException)
        {
            // It answers, but refuses: the tab says why to who looks; the list keeps its word.
            return [];
        }
    }
}
