using System.Security.Cryptography.X509Certificates;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Renews the portal's certificate in one cluster.</summary>
internal sealed class CertificateRenewer(IClusterAccessStore access, IClusterAuthority authority, IClusterConnector connector, IPlatformScope platform)
{
    /// <summary>Gets whether Magnum has another authority for the cluster than the one that the portal's certificate is of.</summary>
    /// <exception cref="BackendException">Keystone or Magnum failed.</exception>
    public async Task<bool> IsRotatedAsync(ClusterKey cluster, string authorityPem, CancellationToken cancellationToken)
    {
        var scope = await ScopeAsync(cluster, cancellationToken).ConfigureAwait(false);
        return await authority.FindAsync(scope, cluster.ClusterId, cancellationToken).ConfigureAwait(false) is { } now && now.AuthorityPem != authorityPem;
    }

    /// <summary>Has a new certificate signed, sees that the cluster takes it, and keeps it in place of the one of <paramref name="version"/>.</summary>
    /// <returns>When the new one ends (UTC), or null when the cluster was forgotten or its identity made anew meanwhile: that stands.</returns>
    /// <exception cref="BackendException">Keystone, Magnum or the cluster failed; the old one is kept.</exception>
    public async Task<DateTimeOffset?> RenewAsync(ClusterKey cluster, long version, CancellationToken cancellationToken)
    {
        var scope = await ScopeAsync(cluster, cancellationToken).ConfigureAwait(false);
        var endpoint = await authority.FindAsync(scope, cluster.ClusterId, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException("magnum", "renew the certificate", BackendFailure.NotFound, "Magnum knows no address of this cluster.");
        using var certificate = new ClientCertificate();
        var signed = await authority.SignAsync(scope, cluster.ClusterId, certificate.RequestPem(BootstrapStep.PortalUser, null), cancellationToken).ConfigureAwait(false);
        var renewed = new ClusterIdentity(endpoint.ApiAddress, endpoint.AuthorityPem, signed, certificate.PrivateKeyPem);
        if (!await BootstrapStep.IsBoundAsync(connector.WithIdentity(cluster, renewed), cancellationToken).ConfigureAwait(false))
        {
            throw new BackendException("kubernetes", "renew the certificate", BackendFailure.Forbidden, "The cluster does not let the new certificate do the portal's work.");
        }

        if (!await access.ReplaceAsync(cluster, renewed, version, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        using var read = X509Certificate2.CreateFromPem(signed);
        return read.NotAfter.ToUniversalTime();
    }

    private Task<Scope> ScopeAsync(ClusterKey cluster, CancellationToken cancellationToken) =>
        platform.ForProjectAsync(cluster.Region, cluster.ProjectId, $"cluster/{cluster.ClusterId} certificate.renew", null, cancellationToken);
}
