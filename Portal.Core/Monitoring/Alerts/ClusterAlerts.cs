using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>Which cluster a token is of; the document's id is the token's hash.</summary>
internal sealed record AlertSender(ClusterKey Cluster);

/// <summary>A cluster's alerts.</summary>
internal sealed record ToldAlerts(ImmutableArray<ClusterAlert> Alerts);

/// <inheritdoc />
internal sealed class ClusterAlerts(IDocumentStore store) : IClusterAlerts
{
    /// <summary>How many alerts of a cluster are kept; what fires goes before what is over.</summary>
    internal const int Most = 500;

    private static readonly DocumentType<AlertSender> Senders = new("alert_sender", 1, s => [Key(s.Cluster)]);
    private static readonly DocumentType<ToldAlerts> Told = new("cluster_alerts", 1, _ => []);

    public async Task LearnAsync(ClusterKey cluster, string token, CancellationToken cancellationToken)
    {
        var id = Hash(token);
        var known = await store.ListAsync(Senders, Key(cluster), cancellationToken).ConfigureAwait(false);
        if (!known.Any(k => k.Id == id))
        {
            await store.PutAsync(Senders, id, new AlertSender(cluster), null, cancellationToken).ConfigureAwait(false);
        }

        foreach (var former in known.Where(k => k.Id != id))
        {
            await store.DeleteAsync(Senders, former.Id, null, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<bool> IsKnownAsync(string token, CancellationToken cancellationToken) =>
        await store.FindAsync(Senders, Hash(token), cancellationToken).ConfigureAwait(false) is not null;

    public async Task ForgetAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        foreach (var sender in await store.ListAsync(Senders, Key(cluster), cancellationToken).ConfigureAwait(false))
        {
            await store.DeleteAsync(Senders, sender.Id, null, cancellationToken).ConfigureAwait(false);
        }

        await store.DeleteAsync(Told, Id(cluster), null, cancellationToken).ConfigureAwait(false);
    }

    public async Task<AlertReceipt> ReceiveAsync(string token, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(Senders, Hash(token), cancellationToken).ConfigureAwait(false) is not { Value.Cluster: { } cluster })
        {
            return AlertReceipt.UnknownToken;
        }

        if (AlertmanagerMessage.Read(message) is not { } alerts)
        {
            return AlertReceipt.NotUnderstood;
        }

        while (true)
        {
            var found = await store.FindAsync(Told, Id(cluster), cancellationToken).ConfigureAwait(false);
            var merged = Merge(found?.Value.Alerts ?? [], alerts);
            try
            {
                await store.PutAsync(Told, Id(cluster), new ToldAlerts(merged), found?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                return AlertReceipt.Kept;
            }
            catch (StoreConflictException)
            {
                // Another message came in between; this one is merged into what it left.
            }
        }
    }

    public async Task<IReadOnlyList<ClusterAlert>> ListAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var found = await store.FindAsync(Told, Id(new ClusterKey(scope.Region, scope.ProjectId, clusterId)), cancellationToken).ConfigureAwait(false);
        return found?.Value.Alerts ?? [];
    }

    // Of the same beginning, over is later than firing; a later beginning is later than both.
    private static ImmutableArray<ClusterAlert> Merge(ImmutableArray<ClusterAlert> known, IReadOnlyList<ClusterAlert> told) =>
    [
        .. known.Concat(told).GroupBy(a => a.Fingerprint, StringComparer.Ordinal)
            .Select(same => same.OrderByDescending(a => a.StartsAt).ThenBy(a => a.EndedAt is null).First())
            .OrderBy(a => a.EndedAt is not null).ThenByDescending(a => a.EndedAt ?? a.StartsAt).ThenBy(a => a.Fingerprint, StringComparer.Ordinal).Take(Most),
    ];

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Key(ClusterKey cluster) => "cluster:" + Id(cluster);

    // The project is part of it: who asks in another one finds nothing.
    private static string Id(ClusterKey cluster) => $"{cluster.Region.Cloud}/{cluster.Region.Region}/{cluster.ProjectId}/{cluster.ClusterId}";
}
