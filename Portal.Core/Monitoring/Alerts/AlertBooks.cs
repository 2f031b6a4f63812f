using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>A cluster's alerts.</summary>
internal sealed record ToldAlerts(ImmutableArray<ClusterAlert> Alerts);

/// <summary>How a cluster's alerts come, and when it is asked next.</summary>
internal sealed record AlertLook(ClusterKey Cluster, AlertSource Source)
{
    /// <summary>Gets how these documents are kept.</summary>
    public static DocumentType<AlertLook> Type { get; } = new("cluster_alert_looks", 1, l => [AlertBooks.ProjectKey(l.Cluster.Region, l.Cluster.ProjectId)]);

    /// <summary>Gets when the next look is due (UTC); who begins one holds the cluster by it. Null: now.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Gets how many looks in a row failed.</summary>
    public int Failures { get; init; }
}

/// <summary>Where alerts are kept, whichever way they come; each change is by compare-and-set.</summary>
internal sealed class AlertBooks(IDocumentStore store, IChangeBus bus)
{
    private static readonly DocumentType<ToldAlerts> Told = new("cluster_alerts", 1, _ => []);
    private readonly ConcurrentDictionary<string, long> changes = new(StringComparer.Ordinal);

    /// <summary>Gives how often this process has changed a project's alerts.</summary>
    public long ChangesOf(string projectKey) => changes.GetValueOrDefault(projectKey);

    /// <summary>Gives a cluster's alerts.</summary>
    public async Task<ImmutableArray<ClusterAlert>> AlertsAsync(ClusterKey cluster, CancellationToken cancellationToken) =>
        (await store.FindAsync(Told, Id(cluster), cancellationToken).ConfigureAwait(false))?.Value.Alerts ?? [];

    /// <summary>Gives the looks of a project's clusters (null: of all).</summary>
    public async Task<IReadOnlyList<Stored<AlertLook>>> LooksAsync(string? key, CancellationToken cancellationToken)
    {
        const int Page = 500;
        var all = new List<Stored<AlertLook>>();
        string? after = null;
        while (await store.ListAsync(AlertLook.Type, key, cancellationToken, Page, after).ConfigureAwait(false) is { Count: > 0 } page)
        {
            all.AddRange(page);
            after = page[^1].Id;
        }

        return all;
    }

    /// <summary>Changes a cluster's alerts; what changes nothing is not written.</summary>
    public async Task ChangeAlertsAsync(ClusterKey cluster, Func<ImmutableArray<ClusterAlert>, ImmutableArray<ClusterAlert>> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await store.FindAsync(Told, Id(cluster), cancellationToken).ConfigureAwait(false);
            var known = found?.Value.Alerts ?? [];
            var changed = change(known);
            if (AlertMerge.AreSame(known, changed))
            {
                return;
            }

            try
            {
                await store.PutAsync(Told, Id(cluster), new ToldAlerts(changed), found?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                await TellAsync(cluster, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreConflictException)
            {
                // A message or another look came in between; this one is merged into what it left.
            }
        }
    }

    /// <summary>Begins a look: gives false when another replica was first.</summary>
    public async Task<bool> ClaimAsync(ClusterKey cluster, Stored<AlertLook>? stored, DateTimeOffset until, CancellationToken cancellationToken)
    {
        try
        {
            var claimed = (stored?.Value ?? new AlertLook(cluster, new AlertSource())) with { NextAt = until };
            await store.PutAsync(AlertLook.Type, Id(cluster), claimed, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    /// <summary>Changes what is known of a cluster's Alertmanager; null leaves it. A look that is not there is made when <paramref name="make"/> says so.</summary>
    public async Task ChangeLookAsync(ClusterKey cluster, bool make, Func<AlertLook, AlertLook?> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await store.FindAsync(AlertLook.Type, Id(cluster), cancellationToken).ConfigureAwait(false);
            if ((found is null && !make) || change(found?.Value ?? new AlertLook(cluster, new AlertSource())) is not { } changed)
            {
                return;
            }

            try
            {
                await store.PutAsync(AlertLook.Type, Id(cluster), changed, found?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                if (found is null || IsNews(found.Value.Source, changed.Source))
                {
                    await TellAsync(cluster, cancellationToken).ConfigureAwait(false);
                }

                return;
            }
            catch (StoreConflictException)
            {
                // Somebody else was first; the change is made to what they left.
            }
        }
    }

    /// <summary>Forgets a cluster.</summary>
    public async Task ForgetAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(AlertLook.Type, Id(cluster), null, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(Told, Id(cluster), null, cancellationToken).ConfigureAwait(false);
        await TellAsync(cluster, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the topic of a project's alerts.</summary>
    public static string Topic(CloudRegion region, string projectId) => $"project/{region.Cloud}/{region.Region}/{projectId}/alerts";

    /// <summary>Gives the key by which a project's looks are listed.</summary>
    public static string ProjectKey(CloudRegion region, string projectId) => $"project:{region.Cloud}/{region.Region}/{projectId}";

    /// <summary>Gives a cluster's document id. The project is part of it: who asks in another one finds nothing.</summary>
    public static string Id(ClusterKey cluster) => $"{cluster.Region.Cloud}/{cluster.Region.Region}/{cluster.ProjectId}/{cluster.ClusterId}";

    // That it was asked once more is no news: pages read that every half minute anyway.
    private static bool IsNews(AlertSource old, AlertSource now) => old with { AskedAt = now.AskedAt, ToldAt = now.ToldAt } != now;

    private Task TellAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        changes.AddOrUpdate(ProjectKey(cluster.Region, cluster.ProjectId), 1, (_, count) => count + 1);
        return bus.PublishAsync(Topic(cluster.Region, cluster.ProjectId), cancellationToken);
    }
}
