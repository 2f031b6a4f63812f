using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;

namespace Portal.Core.Addons.Initialisation;

/// <summary>
/// Renews the portal's certificates in clusters before they end, and after somebody rotated the authority of one elsewhere: its
/// API is silent then, for nothing that it says is trusted. The old one stays until the cluster's API has taken the
/// new one. Replicas take turns by compare-and-set: who begins holds the cluster for a while, and a failure holds it as long.
/// </summary>
internal sealed class CertificateRenewal(
    IDocumentStore store, CertificateRenewer renewer, IClusterConditionSource conditions, IOptions<KubernetesOptions> options, TimeProvider time, ILogger<CertificateRenewal> logger) : BackgroundService
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
        return kept.ExpiresAt - now <= (kept.ExpiresAt - begin) * (options.Value.RenewAtPercentLeft / 100.0);
    }

    private bool IsSilent(ClusterAccess kept) => conditions.Of(kept.ClusterId).Any(c => c.Reason.Code == ClusterCondition.ApiSilent);

    private bool IsHeld(ClusterAccess kept) => kept.RenewalHeldUntil is { } held && held > time.GetUtcNow();

    private async Task TryRenewAsync(Stored<ClusterAccess> stored, CancellationToken cancellationToken)
    {
        try
        {
            var key = ClusterAccess.KeyOf(stored);
            if (IsHeld(stored.Value)
                || (!IsDue(stored.Value) && !(IsSilent(stored.Value) && await renewer.IsRotatedAsync(key, stored.Value.AuthorityPem, cancellationToken).ConfigureAwait(false))))
            {
                return;
            }

            var held = stored.Value with { RenewalHeldUntil = time.GetUtcNow() + Hold };
            var version = await store.PutAsync(ClusterAccess.Type, stored.Id, held, stored.Version, cancellationToken).ConfigureAwait(false);

            // Over before another may begin.
            using var patience = new CancellationTokenSource(Hold, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            if (await renewer.RenewAsync(key, version, both.Token).ConfigureAwait(false) is { } end)
            {
                logger.CertificateRenewed(stored.Value.ClusterId, end);
            }
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
}
