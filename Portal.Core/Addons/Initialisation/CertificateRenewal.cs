using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;

namespace Portal.Core.Addons.Initialisation;

/// <summary>
/// Renews the portal's certificates in clusters before they end. The old one stays until the cluster's API has taken the
/// new one. Replicas take turns by compare-and-set: who begins holds the cluster for a while, and a failure holds it as long.
/// </summary>
internal sealed class CertificateRenewal(
    IDocumentStore store,
    IClusterAccessStore access,
    IClusterAuthority authority,
    IClusterConnector connector,
    IPlatformScope platform,
    IOptions<KubernetesOptions> options,
    TimeProvider time,
    ILogger<CertificateRenewal> logger) : BackgroundService
{
    private const int Page = 200;

    // Half the pause, so that every look finds what the one before left undone.
    private TimeSpan Hold => options.Value.RenewalEvery / 2;

    /// <summary>Looks at every certificate once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        while (await store.ListAsync(ClusterAccess.Type, null, cancellationToken, Page, after).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var stored in page)
            {
                await TryRenewAsync(stored, cancellationToken).ConfigureAwait(false);
            }

            after = page[^1].Id;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Soon after the start, for a portal that is restarted often.
        for (var pause = TimeSpan.FromMinutes(1); ; pause = options.Value.RenewalEvery)
        {
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(false);
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.CertificateLookFailed(e);
            }
        }
    }

    private bool IsDue(ClusterAccess kept)
    {
        using var certificate = X509Certificate2.CreateFromPem(kept.CertificatePem);
        var begin = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
        var now = time.GetUtcNow();
        return kept.ExpiresAt - now <= (kept.ExpiresAt - begin) * (options.Value.RenewAtPercentLeft / 100.0)
            && (kept.RenewalHeldUntil is not { } held || held <= now);
    }

    private async Task TryRenewAsync(Stored<ClusterAccess> stored, CancellationToken cancellationToken)
    {
        try
        {
            if (!IsDue(stored.Value))
            {
                return;
            }

            var held = stored.Value with { RenewalHeldUntil = time.GetUtcNow() + Hold };
            var version = await store.PutAsync(ClusterAccess.Type, stored.Id, held, stored.Version, cancellationToken).ConfigureAwait(false);

            // Over before another may begin.
            using var patience = new CancellationTokenSource(Hold, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            await RenewAsync(Key(stored), version, both.Token).ConfigureAwait(false);
        }
        catch (StoreConflictException)
        {
            // Another replica was first.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.CertificateNotRenewed(e, stored.Value.ClusterId, stored.Value.ExpiresAt);
        }
    }

    private async Task RenewAsync(ClusterKey cluster, long version, CancellationToken cancellationToken)
    {
        var scope = await platform.ForProjectAsync(cluster.Region, cluster.ProjectId, $"cluster/{cluster.ClusterId} certificate.renew", null, cancellationToken).ConfigureAwait(false);
        var endpoint = await authority.FindAsync(scope, cluster.ClusterId, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException("magnum", "renew the certificate", BackendFailure.NotFound, "Magnum knows no address of this cluster.");
        using var certificate = new ClientCertificate();
        var signed = await authority.SignAsync(scope, cluster.ClusterId, certificate.RequestPem(BootstrapStep.PortalUser, null), cancellationToken).ConfigureAwait(false);
        var renewed = new ClusterIdentity(endpoint.ApiAddress, endpoint.AuthorityPem, signed, certificate.PrivateKeyPem);
        if (!await BootstrapStep.IsBoundAsync(connector.WithIdentity(cluster, renewed), cancellationToken).ConfigureAwait(false))
        {
            throw new BackendException("kubernetes", "renew the certificate", BackendFailure.Forbidden, "The cluster does not let the new certificate do the portal's work.");
        }

        // Forgotten or made anew meanwhile: that stands.
        if (await access.ReplaceAsync(cluster, renewed, version, cancellationToken).ConfigureAwait(false))
        {
            using var read = X509Certificate2.CreateFromPem(signed);
            logger.CertificateRenewed(cluster.ClusterId, read.NotAfter.ToUniversalTime());
        }
    }

    private static ClusterKey Key(Stored<ClusterAccess> stored)
    {
        var parts = stored.Id.Split('/');
        return new ClusterKey(new CloudRegion(parts[0], parts[1]), stored.Value.ProjectId, stored.Value.ClusterId);
    }
}
