using Microsoft.Extensions.Logging;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>What is done once when a plan has ended: its subject is freed, its time is counted, observers are told.</summary>
internal sealed class PlanEnding(IDocumentStore store, PlanLocks locks, PlanObservers observers, ILogger<PlanEnding> logger)
{
    private const int KeptDurations = 50;

    public async Task EndAsync(Plan plan, CancellationToken cancellationToken)
    {
        ProvisioningLog.Ended(logger, plan.Id, plan.Kind, plan.Subject, plan.State);
        if (plan.State is PlanState.Done)
        {
            await CountAsync(plan.Kind, plan.EndedAt!.Value - plan.CreatedAt, cancellationToken).ConfigureAwait(false);
        }

        await observers.EndedAsync(plan, cancellationToken).ConfigureAwait(false);
        await locks.ReleaseAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives how long plans of the kind usually take, or null when none has ended yet.</summary>
    public async Task<TimeSpan?> UsualAsync(string kind, CancellationToken cancellationToken) =>
        (await store.FindAsync(PlanDocuments.Statistics, kind, cancellationToken).ConfigureAwait(false))?.Value.Median;

    private async Task CountAsync(string kind, TimeSpan duration, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await store.FindAsync(PlanDocuments.Statistics, kind, cancellationToken).ConfigureAwait(false);
            var durations = (found?.Value.Durations ?? []).Add(duration);
            var counted = new PlanStatistics { Durations = durations.Length > KeptDurations ? durations[^KeptDurations..] : durations };
            try
            {
                await store.PutAsync(PlanDocuments.Statistics, kind, counted, found?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreConflictException)
            {
                // Another plan of the kind has ended at the same time.
            }
        }
    }
}
