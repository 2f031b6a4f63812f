using Microsoft.Extensions.Logging;

namespace Portal.Core.Provisioning;

/// <summary>A plan in the hands of this engine, with the steps that run now.</summary>
internal sealed class ActivePlan(PlanJournal journal, EngineParts engine)
{
    private readonly Lock door = new();
    private readonly Dictionary<string, CancellationTokenSource> running = [];

    public Plan Plan => journal.Plan;

    public bool IsQuiet
    {
        get
        {
            lock (door)
            {
                return running.Count == 0;
            }
        }
    }

    /// <summary>Does what can be done now: stops, ends, starts the steps whose turn it is. Gives when to come again, or null.</summary>
    /// <exception cref="PlanLostException">Another engine has taken the plan.</exception>
    public async Task<DateTimeOffset?> AdvanceAsync()
    {
        await journal.RefreshAsync().ConfigureAwait(false);
        if (Plan.IsStopping())
        {
            CancelSteps();
        }

        var now = engine.Time.GetUtcNow();
        if (IsQuiet)
        {
            await journal.UpdateAsync(p => PlanChanges.Settle(PlanChanges.Stop(p, engine.Catalog, now), quiet: true, now)).ConfigureAwait(false);
        }

        return StartSteps(now);
    }

    public void CancelSteps()
    {
        lock (door)
        {
            foreach (var step in running.Values)
            {
                step.Cancel();
            }
        }
    }

    private DateTimeOffset? StartSteps(DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var step in Plan.Turn().ToArray())
        {
            if (IsRunning(step.Id))
            {
                continue;
            }

            if (step.RetryAt > now)
            {
                next = next is null || step.RetryAt < next ? step.RetryAt : next;
            }
            else
            {
                Start(step.Id);
            }
        }

        return next;
    }

    private bool IsRunning(string stepId)
    {
        lock (door)
        {
            return running.ContainsKey(stepId);
        }
    }

    private void Start(string stepId)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(engine.Stopping);
        lock (door)
        {
            running.Add(stepId, cancel);
        }

        _ = Task.Run(() => RunAsync(stepId, cancel), CancellationToken.None);
    }

    private async Task RunAsync(string stepId, CancellationTokenSource cancel)
    {
        try
        {
            using var place = await engine.Gate.EnterAsync(Plan, cancel.Token).ConfigureAwait(false);
            await engine.Steps.RunAsync(journal, stepId, IsLast, cancel.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PlanLostException or OperationCanceledException)
        {
            // Seen when the plan is next advanced; or the engine stops.
        }
        catch (Exception e)
        {
            ProvisioningLog.StepLost(engine.Logger, Plan.Id, stepId, e);
        }

        lock (door)
        {
            running.Remove(stepId);
        }

        cancel.Dispose();
        if (!engine.Stopping.IsCancellationRequested)
        {
            await engine.Work.RunAsync(PlanTopics.WorkPrefix + Plan.Id, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private bool IsLast()
    {
        lock (door)
        {
            return running.Count <= 1;
        }
    }
}

/// <summary>What all plans of an engine share.</summary>
internal sealed record EngineParts(StepRunner Steps, StepGate Gate, StepCatalog Catalog, IWorkRunner Work, TimeProvider Time, ILogger Logger, CancellationToken Stopping);
