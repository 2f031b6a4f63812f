using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>
/// One plan per subject. The lock is written before the plan and holds it: a crash between the two is healed by whoever
/// finds the lock, also when an ended plan is begun again (a higher <see cref="Plan.Round"/>). A lock whose plan has ended
/// counts as free; it is deleted last of all that ends a plan.
/// </summary>
internal sealed class PlanLocks(IDocumentStore store)
{
    /// <summary>Takes the subject's lock for the plan; gives null when it has it, else the plan that holds it.</summary>
    public async Task<Plan?> AcquireAsync(Plan plan, CancellationToken cancellationToken)
    {
        var id = PlanDocuments.LockId(plan.Region, plan.Subject);
        while (true)
        {
            var held = await store.FindAsync(PlanDocuments.Locks, id, cancellationToken).ConfigureAwait(false);
            if (held?.Value.PlanId == plan.Id && held.Value.Begun.Round >= plan.Round)
            {
                return null;
            }

            if (held is not null && held.Value.PlanId != plan.Id && await PlanOfAsync(held.Value, cancellationToken).ConfigureAwait(false) is { IsEnded: false } holder)
            {
                return holder;
            }

            try
            {
                await store.PutAsync(PlanDocuments.Locks, id, new PlanLock { PlanId = plan.Id, Begun = plan }, held?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (StoreConflictException)
            {
                // Somebody else was first: look again.
            }
        }
    }

    /// <summary>Gives the plan that holds the subject's lock, or null.</summary>
    public async Task<Plan?> HolderAsync(CloudRegion region, string subject, CancellationToken cancellationToken)
    {
        var held = await store.FindAsync(PlanDocuments.Locks, PlanDocuments.LockId(region, subject), cancellationToken).ConfigureAwait(false);
        var plan = held is null ? null : await PlanOfAsync(held.Value, cancellationToken).ConfigureAwait(false);
        return plan is { IsEnded: false } ? plan : null;
    }

    /// <summary>Says whether the subject's lock is still that of this plan: what ends it was not finished, or it is begun again.</summary>
    public async Task<bool> IsHeldByAsync(Plan plan, CancellationToken cancellationToken) =>
        (await store.FindAsync(PlanDocuments.Locks, PlanDocuments.LockId(plan.Region, plan.Subject), cancellationToken).ConfigureAwait(false))?.Value.PlanId == plan.Id;

    /// <summary>Frees the subject of an ended plan, unless the plan is begun again meanwhile.</summary>
    public async Task ReleaseAsync(Plan plan, CancellationToken cancellationToken)
    {
        var id = PlanDocuments.LockId(plan.Region, plan.Subject);
        var held = await store.FindAsync(PlanDocuments.Locks, id, cancellationToken).ConfigureAwait(false);
        if (held?.Value.PlanId != plan.Id || held.Value.Begun.Round > plan.Round)
        {
            return;
        }

        try
        {
            await store.DeleteAsync(PlanDocuments.Locks, id, held.Version, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreConflictException)
        {
            // Another plan has taken it over already, or this one is begun again.
        }
    }

    /// <summary>Gives a page of the plans that hold locks, each written now if it was not; the id to go on after, or null at the end.</summary>
    public async Task<(IReadOnlyList<Plan> Plans, string? After)> ListAsync(string? after, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(PlanDocuments.Locks, null, cancellationToken, 200, after).ConfigureAwait(false);
        var plans = new List<Plan>();
        foreach (var held in page)
        {
            plans.Add(await PlanOfAsync(held.Value, cancellationToken).ConfigureAwait(false));
        }

        return (plans, page.Count == 0 ? null : page[^1].Id);
    }

    private async Task<Plan> PlanOfAsync(PlanLock held, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await store.FindAsync(PlanDocuments.Plans, held.PlanId, cancellationToken).ConfigureAwait(false);
            if (found?.Value.Round >= held.Begun.Round)
            {
                return found.Value;
            }

            try
            {
                await store.PutAsync(PlanDocuments.Plans, held.PlanId, held.Begun, found?.Version ?? 0, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException)
            {
                // Its maker has written it meanwhile.
            }
        }
    }
}
