using System.Security.Cryptography;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>Which cluster a token is of; the document's id is the token's hash.</summary>
internal sealed record AlertSender(ClusterKey Cluster);

/// <inheritdoc />
internal sealed class ClusterAlerts(IDocumentStore store, AlertBooks books, TimeProvider time) : IClusterAlerts
{
    private static readonly DocumentType<AlertSender> Senders = new("alert_sender", 1, s => [Key(s.Cluster)]);

    // A message a second is not a write a second.
    private static readonly TimeSpan ToldStep = TimeSpan.FromMinutes(1);

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

        // It was installed, upgraded or repaired: whether it tells the portal by itself is to be seen anew.
        await books.ChangeLookAsync(cluster, make: false, l => l with { Source = l.Source with { ToldAt = null }, NextAt = null }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> IsKnownAsync(string token, CancellationToken cancellationToken) =>
        await store.FindAsync(Senders, Hash(token), cancellationToken).ConfigureAwait(false) is not null;

    public async Task ForgetAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        foreach (var sender in await store.ListAsync(Senders, Key(cluster), cancellationToken).ConfigureAwait(false))
        {
            await store.DeleteAsync(Senders, sender.Id, null, cancellationToken).ConfigureAwait(false);
        }

        await books.ForgetAsync(cluster, cancellationToken).ConfigureAwait(false);
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

        await books.ChangeAlertsAsync(cluster, known => AlertMerge.Told(known, alerts), cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        await books.ChangeLookAsync(cluster, make: true, l => l.Source.ToldAt + ToldStep > now ? null : l with { Source = l.Source with { HasAlertmanager = true, ToldAt = now } }, cancellationToken).ConfigureAwait(false);
        return AlertReceipt.Kept;
    }

    public async Task<IReadOnlyList<ClusterAlert>> ListAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return await books.AlertsAsync(new ClusterKey(scope.Region, scope.ProjectId, clusterId), cancellationToken).ConfigureAwait(false);
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Key(ClusterKey cluster) => "cluster:" + AlertBooks.Id(cluster);
}
