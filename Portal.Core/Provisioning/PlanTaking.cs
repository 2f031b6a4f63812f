using System.Collections.Concurrent;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>
/// Which plans this engine takes: new ones, those that it finds when it starts (their engine is taken for dead), those of
/// which nothing runs, and those that another engine has not moved for long. What another engine runs is left to it.
/// </summary>
internal sealed class PlanTaking(string engine, PlanKeeping keeping, PlanLocks locks, PlanEnding ending, EngineParts parts)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, byte> inherited = new();
    private readonly ConcurrentDictionary<string, LastSeen> others = new();

    /// <summary>The plan was there when this engine started: it is taken from whoever had it.</summary>
    public void Inherit(string planId) => inherited[planId] = 0;

    /// <summary>The plan has ended.</summary>
    public void Forget(string planId)
    {
        inherited.TryRemove(planId, out _);
        others.TryRemove(planId, out _);
    }

    /// <summary>Gives the plan when this engine is to run it, now its own in the journal; else null.</summary>
    public async Task<Stored<Plan>?> TakeAsync(string planId, CancellationToken cancellationToken)
    {
        Stored<Plan>? before = null;
        while (await keeping.Store.FindAsync(PlanDocuments.Plans, planId, cancellationToken).ConfigureAwait(false) is { } found)
        {
            if (found.Value.IsEnded)
            {
                if (await EndedAsync(found.Value, cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                continue;
            }

            if (IsOthers(found, before))
            {
                await parts.Work.RunAtAsync(PlanTopics.WorkPrefix + planId, parts.Time.GetUtcNow() + LookAgain, cancellationToken).ConfigureAwait(false);
                return null;
            }

            try
            {
                return await TakeAsync(found, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException)
            {
                // A person has asked for something meanwhile, or another engine takes it: look again.
                before = found;
            }
        }

        return null;
    }

    private async Task<Stored<Plan>?> TakeAsync(Stored<Plan> found, CancellationToken cancellationToken)
    {
        var now = parts.Time.GetUtcNow();
        var isMine = await locks.AcquireAsync(found.Value, cancellationToken).ConfigureAwait(false) is null;
        var plan = isMine ? PlanChanges.TakeOver(found.Value, engine, now) : PlanChanges.Supersede(found.Value, now);
        var taken = found;
        if (!ReferenceEquals(plan, found.Value))
        {
            var version = await keeping.Store.PutAsync(PlanDocuments.Plans, found.Id, plan, found.Version, cancellationToken).ConfigureAwait(false);
            taken = new(found.Id, version, plan);
            ProvisioningLog.Taken(parts.Logger, found.Id);
            await keeping.TellAsync(plan).ConfigureAwait(false);
        }

        Forget(found.Id);
        return isMine ? taken : null;
    }

    // Gives false when the plan is begun again. A lock that is still there says that what ends a plan was not finished.
    private async Task<bool> EndedAsync(Plan plan, CancellationToken cancellationToken)
    {
        if ((await locks.HolderAsync(plan.Region, plan.Subject, cancellationToken).ConfigureAwait(false))?.Id == plan.Id)
        {
            return false;
        }

        Forget(plan.Id);
        if (await locks.IsHeldByAsync(plan, cancellationToken).ConfigureAwait(false))
        {
            await ending.EndAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private bool IsOthers(Stored<Plan> found, Stored<Plan>? before)
    {
        var (plan, now) = (found.Value, parts.Time.GetUtcNow());
        if (plan.Runner is null || plan.Runner == engine)
        {
            return false;
        }

        if (before is not null && before.Value.Runner != plan.Runner)
        {
            // Both wanted it, the other was first.
            inherited.TryRemove(found.Id, out _);
            others[found.Id] = new(found.Version, now);
            return true;
        }

        if (inherited.ContainsKey(found.Id) || plan.IsIdleAndDue(now))
        {
            return false;
        }

        var seen = others.GetOrAdd(found.Id, new LastSeen(found.Version, now));
        if (seen.Version != found.Version)
        {
            others[found.Id] = seen = new(found.Version, now);
        }

        return now - seen.At <= Patience;
    }

    private sealed record LastSeen(long Version, DateTimeOffset At);
}
