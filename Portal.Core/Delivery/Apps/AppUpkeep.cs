using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Delivery.Apps;

/// <summary>Keeps the ways to programs from growing.</summary>
internal interface IAppUpkeep
{
    /// <summary>Lets go of connections that nobody has used for ten minutes, and of those to clusters that are gone.</summary>
    Task LookAsync(CancellationToken cancellationToken);
}

/// <summary>Looks once a minute.</summary>
internal sealed class AppUpkeep(IAppUpkeep upkeep, TimeProvider time, ILogger<AppUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await upkeep.LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.AppLookFailed(e);
            }
        }
    }
}

/// <summary>Log messages of the ways to programs (event ids 2810 to 2819).</summary>
internal static partial class AppUpkeepLog
{
    [LoggerMessage(EventId = 2810, Level = LogLevel.Warning, Message = "The connections kept to clusters' programs could not be looked through; they are in a minute")]
    public static partial void AppLookFailed(this ILogger logger, Exception exception);
}
