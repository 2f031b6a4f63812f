using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>Another engine has taken the plan; this one must not go on with it.</summary>
internal sealed class PlanLostException(string planId) : Exception($"Plan {planId} is run by another engine.");

/// <summary>
/// One plan's journal in the hands of one engine. Every write is a compare-and-set on the version last seen; on a conflict
/// the change is applied anew to what is there, unless another engine has taken the plan.
/// </summary>
internal sealed class PlanJournal(Stored<Plan> stored, string runner, PlanKeeping keeping) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private volatile Stored<Plan> now = stored;

    /// <summary>Gets the plan as it was last read or written.</summary>
    public Plan Plan => now.Value;

    /// <summary>Writes a change through; nothing is written when the change gives the same plan back.</summary>
    /// <exception cref="PlanLostException">Another engine has taken the plan.</exception>
    /// <exception cref="OperationCanceledException">The engine stops and the storage does not answer.</exception>
    public async Task<Plan> UpdateAsync(Func<Plan, Plan> change)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            while (await TryAsync(change).ConfigureAwait(false) is not { } written)
            {
                await RereadAsync().ConfigureAwait(false);
            }

            return Plan;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reads the plan again; what a person asked for meanwhile is in it.</summary>
    /// <exception cref="PlanLostException">Another engine has taken the plan.</exception>
    public async Task RefreshAsync()
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await RereadAsync().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<Plan?> TryAsync(Func<Plan, Plan> change)
    {
        var changed = change(now.Value);
        if (ReferenceEquals(changed, now.Value))
        {
            return changed;
        }

        try
        {
            var version = await keeping.InsistAsync(() => keeping.Store.PutAsync(PlanDocuments.Plans, changed.Id, changed, now.Version, CancellationToken.None)).ConfigureAwait(false);
            now = new(changed.Id, version, changed);
        }
        catch (StoreConflictException)
        {
            return null;
        }

        await keeping.TellAsync(changed).ConfigureAwait(false);
        return changed;
    }

    private async Task RereadAsync()
    {
        var found = await keeping.InsistAsync(() => keeping.Store.FindAsync(PlanDocuments.Plans, now.Id, CancellationToken.None)).ConfigureAwait(false);
        now = found?.Value.Runner == runner ? found : throw new PlanLostException(now.Id);
    }
}
