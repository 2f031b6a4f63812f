using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>
/// The engine. Its work is "advance plan P", one at a time per plan (<see cref="IWorkRunner"/>); steps run beside that and ask for
/// the next advance when they end. A plan of which nothing runs is not held in memory.
/// </summary>
internal sealed class PlanRunner : IDisposable
{
    private static readonly TimeSpan AskedElsewhere = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(5);
    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, ActivePlan> active = new();
    private readonly IDocumentStore store;
    private readonly PlanLocks locks;
    private readonly PlanEnding ending;
    private readonly PlanKeeping keeping;
    private readonly PlanTaking taking;
    private readonly EngineParts parts;
    private readonly TaskCompletionSource swept = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PlanRunner(
        IDocumentStore store, IChangeBus bus, IWorkRunner work, StepCatalog catalog, StepRunner steps, StepGate gate, PlanLocks locks, PlanEnding ending, TimeProvider time, ILogger<PlanRunner> logger)
    {
        (this.store, this.locks, this.ending) = (store, locks, ending);
        keeping = new(store, bus, time, logger, stopping.Token);
        parts = new(steps, gate, catalog, work, time, logger, stopping.Token);
        taking = new(id, keeping, locks, ending, parts);
    }

    /// <summary>Gets what ends when the engine has looked at everything that was there when it started.</summary>
    public Task Swept => swept.Task;

    /// <summary>Takes over every plan that is not ended, now and every few minutes (what a lost signal left behind).</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        parts.Work.Handle(PlanTopics.WorkPrefix, (key, token) => AdvanceAsync(key[PlanTopics.WorkPrefix.Length..], token));
        parts.Work.Handle(PlanTopics.SweepKey, (_, token) => SweepAsync(token));
        await parts.Work.RunAsync(PlanTopics.SweepKey, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cancels the steps, does not wait for them; waits for the writes that are under way, as long as the host has patience.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);

        // The host may have no time left (browsers that hold their circuits take it). That is no failure: a killed process loses nothing either.
        await keeping.QuietAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stopping.Dispose();

    private async Task AdvanceAsync(string planId, CancellationToken cancellationToken)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            if (!active.TryGetValue(planId, out var plan) && await taking.TakeAsync(planId, cancellationToken).ConfigureAwait(false) is { } taken)
            {
                active[planId] = plan = new ActivePlan(new PlanJournal(taken, id, keeping), parts);
            }

            if (plan is not null)
            {
                await AdvanceAsync(plan, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PlanLostException)
        {
            ProvisioningLog.Lost(parts.Logger, planId);
            if (active.TryRemove(planId, out var lost))
            {
                lost.CancelSteps();
            }

            // Somebody may have asked for it while it was being lost; that signal was folded into this one.
            await parts.Work.RunAsync(PlanTopics.WorkPrefix + planId, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AdvanceAsync(ActivePlan plan, CancellationToken cancellationToken)
    {
        var next = await plan.AdvanceAsync().ConfigureAwait(false);
        if (plan.Plan.IsEnded)
        {
            await ending.EndAsync(plan.Plan, cancellationToken).ConfigureAwait(false);
            taking.Forget(plan.Plan.Id);
        }

        if (plan.IsQuiet)
        {
            active.TryRemove(plan.Plan.Id, out _);
        }
        else
        {
            // A person may ask another replica to stop it: while something runs, the journal is read now and then.
            next = Earlier(next, parts.Time.GetUtcNow() + AskedElsewhere);
        }

        if (next is { } at)
        {
            await parts.Work.RunAtAsync(PlanTopics.WorkPrefix + plan.Plan.Id, at, cancellationToken).ConfigureAwait(false);
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            (var plans, after) = await locks.ListAsync(after, cancellationToken).ConfigureAwait(false);
            foreach (var plan in plans)
            {
                await SweepAsync(plan.Id, cancellationToken).ConfigureAwait(false);
            }
        }
        while (after is not null);

        while (await store.ListAsync(PlanDocuments.Plans, PlanDocuments.OpenKey, cancellationToken, 200, after).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var plan in page)
            {
                await SweepAsync(plan.Id, cancellationToken).ConfigureAwait(false);
            }

            after = page[^1].Id;
        }

        swept.TrySetResult();
        await parts.Work.RunAtAsync(PlanTopics.SweepKey, parts.Time.GetUtcNow() + SweepEvery, cancellationToken).ConfigureAwait(false);
    }

    private Task SweepAsync(string planId, CancellationToken cancellationToken)
    {
        if (!swept.Task.IsCompleted)
        {
            taking.Inherit(planId);
        }

        return parts.Work.RunAsync(PlanTopics.WorkPrefix + planId, cancellationToken);
    }
}
