using Microsoft.Extensions.Logging;

namespace Portal.Core.Provisioning;

/// <summary>Runs one attempt of one step, forward or back, and writes the journal before and after it.</summary>
internal sealed class StepRunner(StepCatalog catalog, ProvisioningOptions options, TimeProvider time, ILogger<StepRunner> logger)
{
    /// <param name="journal">The plan's journal.</param>
    /// <param name="stepId">The step whose turn it is.</param>
    /// <param name="isLast">Says whether no other step of the plan runs.</param>
    /// <param name="cancellationToken">The plan is cancelled, or the engine stops: the journal is left as it is.</param>
    /// <exception cref="PlanLostException">Another engine has taken the plan.</exception>
    public async Task RunAsync(PlanJournal journal, string stepId, Func<bool> isLast, CancellationToken cancellationToken)
    {
        var step = journal.Plan.Step(stepId);
        var undo = journal.Plan.IsUndoing();
        var run = new Attempt(journal, stepId, step.LastAttempt() + 1, undo, time.GetUtcNow(), isLast);
        if (catalog.Find(journal.Plan.Kind, step) is not { } kind)
        {
            await FailAsync(run, step.MaxAttempts, StepVerdict.Unknown(step), null).ConfigureAwait(false);
        }
        else if (await BeginAsync(run, step).ConfigureAwait(false))
        {
            await AttemptAsync(run, kind, cancellationToken).ConfigureAwait(false);
        }
    }

    // A look at something that the step waits for is not written before: the journal says already that the step has begun.
    private static async Task<bool> BeginAsync(Attempt run, PlanStep step)
    {
        if (step.IsBetweenLooks())
        {
            await run.Journal.RefreshAsync().ConfigureAwait(false);
            return run.Journal.Plan.Step(run.StepId).IsBetweenLooks() && !run.Journal.Plan.IsStopping();
        }

        var plan = await run.Journal.UpdateAsync(p => p.IsStopping() ? p : PlanChanges.Settle(
            p.WithStep(run.StepId, s => StepChanges.Begin(s, run.Number, run.StartedAt, run.Undo)), quiet: false, run.StartedAt)).ConfigureAwait(false);
        return plan.Step(run.StepId).LastAttempt() == run.Number;
    }

    private async Task AttemptAsync(Attempt run, IProvisioningStep kind, CancellationToken cancellationToken)
    {
        using var activity = PlanTrace.Start(run.Journal.Plan, run.StepId, run.Number, run.Undo);
        using var timeout = new CancellationTokenSource(kind.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        StepVerdict verdict;
        Exception? failure;
        try
        {
            var context = new JournaledStepContext(run.Journal, run.StepId);
            var result = await CallAsync(kind, context, run.Undo, either.Token).ConfigureAwait(false);
            await SucceedAsync(run, kind, result).ConfigureAwait(false);
            return;
        }
        catch (PlanLostException)
        {
            throw;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException e)
        {
            (verdict, failure) = (StepVerdict.TimedOut(time.GetUtcNow() - run.StartedAt), e);
        }
        catch (Exception e)
        {
            (verdict, failure) = (StepVerdict.Of(e), e);
        }

        await FailAsync(run, kind.MaxAttempts, verdict, failure).ConfigureAwait(false);
    }

    private static async Task<StepResult> CallAsync(IProvisioningStep kind, StepContext context, bool undo, CancellationToken cancellationToken)
    {
        if (!undo)
        {
            return await kind.RunAsync(context, cancellationToken).ConfigureAwait(false);
        }

        await kind.UndoAsync(context, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private Task<Plan> SucceedAsync(Attempt run, IProvisioningStep kind, StepResult result)
    {
        var now = time.GetUtcNow();
        return run.WriteAsync(
            step => run.Undo ? StepChanges.Undone(step, run.Number, now)
                : result.State is StepState.Waiting ? StepChanges.LookAgain(step, run.Number, result, kind.MaxAttempts, now)
                : StepChanges.Succeed(step, run.Number, result, now),
            now);
    }

    private Task<Plan> FailAsync(Attempt run, int maxAttempts, StepVerdict verdict, Exception? failure)
    {
        var now = time.GetUtcNow();
        var step = run.Journal.Plan.Step(run.StepId);
        var retryAt = verdict.Heals && run.Number < step.MaxAttempts
            ? now + Wait(run.Number - (step.MaxAttempts - maxAttempts), verdict.AtLeast)
            : (DateTimeOffset?)null;
        ProvisioningLog.AttemptFailed(logger, run.Journal.Plan.Id, run.StepId, run.Number, verdict.Reason.Code, failure);

        // An undo does not fail for good: a person can always mend and try again, or give it up.
        var outcome = run.Undo ? verdict with { Final = false } : verdict;
        return run.WriteAsync(s => StepChanges.Fail(s, run.Number, run.StartedAt, outcome, retryAt, now, run.Undo), now);
    }

    // Doubles with each failure; between half of it and all of it, so that a hundred plans do not come back at once.
    private TimeSpan Wait(int failures, TimeSpan? atLeast)
    {
        var wait = Math.Min(options.RetryMax.TotalSeconds, options.RetryBase.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 30)));
        var jittered = TimeSpan.FromSeconds(wait * (0.5 + (Random.Shared.NextDouble() / 2)));
        return atLeast > jittered ? atLeast.Value : jittered;
    }

    private sealed record Attempt(PlanJournal Journal, string StepId, int Number, bool Undo, DateTimeOffset StartedAt, Func<bool> IsLast)
    {
        public Task<Plan> WriteAsync(Func<PlanStep, PlanStep> change, DateTimeOffset now) =>
            Journal.UpdateAsync(plan => PlanChanges.Settle(plan.WithStep(StepId, change), IsLast(), now));
    }
}
