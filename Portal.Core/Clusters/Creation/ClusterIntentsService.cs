using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Clusters.Creation;

/// <summary>Takes up creations that an ended process left open, at start and every minute.</summary>
internal sealed class ClusterIntentsService(ClusterCreator creator, TimeProvider time, ILogger<ClusterIntentsService> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await creator.ResumeAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The store or Keystone may be away for a while; the next round looks again.
                logger.ClusterIntentsFailed(e);
            }

            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
