using Portal.Core.Audit;
using Portal.Core.Identity.Platform;
using Portal.Core.Identity.Sessions;

namespace Portal.Identity;

/// <summary>Looks once at what the portal's own credential can do, then ends sessions and audit entries whose time is over.</summary>
internal sealed class SessionUpkeep(ISessions sessions, IAuditRetention audit, IPlatformCredentialCheck credential, TimeProvider time, ILogger<SessionUpkeep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await credential.CheckAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time);
        do
        {
            try
            {
                await sessions.EndOverAsync(stoppingToken);
                await audit.SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Tried again at the next turn; the portal goes on.
                logger.UpkeepFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
