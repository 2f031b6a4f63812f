using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Compares every hour, on one replica at a time.</summary>
internal sealed class PeriodicComparison(
    ComparisonRunner runner, IOptions<MappingOptions> options, HarborInUse harbor, TimeProvider time, ILogger<PeriodicComparison> logger) : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    /// <summary>Compares when the last one, good or bad, is old enough.</summary>
    public Task<ComparisonReport?> LookAsync(CancellationToken cancellationToken)
    {
        // Half the pause, so that every turn finds the last one's result old enough.
        var before = time.GetUtcNow() - (options.Value.CompareEvery / 2);
        return runner.RunAsync(closely: false, null, r => !(r.ComparedAt > before) && !(r.Failure?.At > before), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.CompareEvery == TimeSpan.Zero)
        {
            return;
        }

        for (var pause = Soon; ; pause = options.Value.CompareEvery)
        {
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(false);
            try
            {
                if (await harbor.FindAsync(stoppingToken).ConfigureAwait(false) is not null && await LookAsync(stoppingToken).ConfigureAwait(false) is { Failure: { } failure })
                {
                    logger.ComparisonFailed(failure.Backend, failure.Operation, failure.Failure);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.ComparisonBroke(e);
            }
        }
    }
}
