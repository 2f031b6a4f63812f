using System.Security.Cryptography.X509Certificates;
using Portal.Core.Storage;

namespace Portal.Core.Kubernetes;

/// <summary>Keeps the portal's identities in clusters.</summary>
public interface IClusterAccessStore
{
    /// <summary>Gives the identity in a cluster, or null when there is none yet.</summary>
    Task<ClusterIdentity?> FindAsync(ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Keeps an identity, replacing the one before.</summary>
    Task KeepAsync(ClusterKey cluster, ClusterIdentity identity, CancellationToken cancellationToken);

    /// <summary>Keeps an identity in place of the one at a version; gives false when somebody else has replaced or forgotten that one.</summary>
    Task<bool> ReplaceAsync(ClusterKey cluster, ClusterIdentity identity, long version, CancellationToken cancellationToken);

    /// <summary>Forgets a cluster.</summary>
    Task ForgetAsync(ClusterKey cluster, CancellationToken cancellationToken);
}

internal sealed class ClusterAccessStore(IDocumentStore store, ISecretProtector protector) : IClusterAccessStore
{
    public async Task<ClusterIdentity?> FindAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(ClusterAccess.Type, cluster.DocumentId, cancellationToken).ConfigureAwait(false);
        // A cluster id of another project gives nothing, whoever asks.
        if (stored is null || stored.Value.ProjectId != cluster.ProjectId)
        {
            return null;
        }

        var access = stored.Value;
        var key = protector.Unprotect(ClusterAccess.Purpose(cluster.ClusterId), access.ProtectedKey);
        return new ClusterIdentity(access.ApiAddress, access.AuthorityPem, access.CertificatePem, key);
    }

    public async Task KeepAsync(ClusterKey cluster, ClusterIdentity identity, CancellationToken cancellationToken) =>
        await store.PutAsync(ClusterAccess.Type, cluster.DocumentId, Access(cluster, identity), null, cancellationToken).ConfigureAwait(false);

    public async Task<bool> ReplaceAsync(ClusterKey cluster, ClusterIdentity identity, long version, CancellationToken cancellationToken)
    {
        try
        {
            await store.PutAsync(ClusterAccess.Type, cluster.DocumentId, Access(cluster, identity), version, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    public async Task ForgetAsync(ClusterKey cluster, CancellationToken cancellationToken) =>
        await store.DeleteAsync(ClusterAccess.Type, cluster.DocumentId, null, cancellationToken).ConfigureAwait(false);

    private ClusterAccess Access(ClusterKey cluster, ClusterIdentity identity)
    {
        using var certificate = X509Certificate2.CreateFromPem(identity.CertificatePem);
        return new ClusterAccess
        {
            ProjectId = cluster.ProjectId,
            ClusterId = cluster.ClusterId,
            ApiAddress = identity.ApiAddress,
            AuthorityPem = identity.AuthorityPem,
            CertificatePem = identity.CertificatePem,
            ProtectedKey = protector.Protect(ClusterAccess.Purpose(cluster.ClusterId), identity.PrivateKeyPem),
            ExpiresAt = certificate.NotAfter.ToUniversalTime(),
        };
    }
}
