using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Portal.Core.Delivery.Apps;
using Portal.Security;

namespace Portal.Apps;

/// <summary>How much one person (or an address that nobody is signed in at) may ask of programs' hosts: by the minute, and at once.</summary>
internal sealed class AppLimits : IDisposable
{
    private readonly PartitionedRateLimiter<string> limiter;

    public AppLimits(IOptions<AppsOptions> apps, IOptions<SecurityOptions> security)
    {
        var minute = PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = security.Value.RequestsPerMinute,
            TokensPerPeriod = Math.Max(1, security.Value.RequestsPerMinute / 6),
            ReplenishmentPeriod = TimeSpan.FromSeconds(10),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));
        var once = PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetConcurrencyLimiter(who, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = apps.Value.AtOnce,
            QueueLimit = apps.Value.AtOnce * 8,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }));
        limiter = PartitionedRateLimiter.CreateChained(minute, once);
    }

    /// <summary>Waits for its turn; the lease is not acquired when there is none.</summary>
    public ValueTask<RateLimitLease> EnterAsync(string who, CancellationToken cancellationToken) => limiter.AcquireAsync(who, 1, cancellationToken);

    public void Dispose() => limiter.Dispose();
}
