namespace Portal.Core.Provisioning;

/// <summary>The changes of a whole plan, as pure functions.</summary>
internal static class PlanChanges
{
    public static PlanStep Step(this Plan plan, string id) => plan.Steps.First(s => s.Id == id);

    public static bool IsUndoing(this Plan plan) => plan.UndoStartedAt is not null;

    /// <summary>Whether somebody stopped it in the direction in which it goes.</summary>
    public static bool IsStopping(this Plan plan) => plan.IsEnded || (plan.CancelRequested && !(plan.IsUndoing() && plan.UndoRequested));

    public static Plan WithStep(this Plan plan, string id, Func<PlanStep, PlanStep> change)
    {
        var step = plan.Step(id);
        var changed = change(step);
        return ReferenceEquals(step, changed) ? plan : plan with { Steps = plan.Steps.Replace(step, changed) };
    }

    /// <summary>An engine takes the plan: what ran when another process died is closed as interrupted.</summary>
    public static Plan TakeOver(Plan plan, string runner, DateTimeOffset now) =>
        plan.Runner == runner && !plan.Steps.Any(s => s.HasOpenAttempt()) ? plan : Settle(
            plan with { Runner = runner, Steps = [.. plan.Steps.Select(s => StepChanges.Interrupt(s, now))] }, quiet: true, now);

    /// <summary>Another plan has the subject: this one does nothing more.</summary>
    public static Plan Supersede(Plan plan, DateTimeOffset now) => plan with
    {
        State = PlanState.Cancelled,
        EndedAt = now,
        Steps = [.. plan.Steps.Select(s => StepChanges.Cancel(s, now))],
    };

    /// <summary>Whether nothing of it runs, and something that a person asked for or that failed could run now.</summary>
    public static bool IsIdleAndDue(this Plan plan, DateTimeOffset now) =>
        !plan.Steps.Any(s => s.HasOpenAttempt() || s.IsBetweenLooks()) && (plan.IsStopping() || plan.Steps.Any(s => s.State is StepState.Retrying && s.RetryAt <= now));

    /// <summary>Gives the steps whose turn it is, in order; those that try or look again later too.</summary>
    public static IEnumerable<PlanStep> Turn(this Plan plan) => plan switch
    {
        _ when plan.IsStopping() => [],
        _ when plan.IsUndoing() => plan.Steps.Where(NeedsUndo).TakeLast(1).Where(s => s.State is not StepState.NeedsSomeone),
        _ when plan.Steps.Any(s => s.State is StepState.Failed) => [],
        _ => plan.Steps.Where(s => s.State is StepState.Retrying or StepState.Running || (s.State is StepState.Waiting && plan.IsReady(s))),
    };

    /// <summary>A person lets a step run now; the same plan when there is nothing to run.</summary>
    public static Plan RunNow(Plan plan, string stepId, Func<PlanStep, int> maxAttempts, DateTimeOffset now)
    {
        var step = plan.Steps.FirstOrDefault(s => s.Id == stepId);
        var canRun = step?.State is StepState.Retrying or StepState.NeedsSomeone or StepState.Failed || step?.IsBetweenLooks() == true;
        if (!canRun || (plan.IsStopping() && plan.State is not PlanState.Failed) || (plan.IsUndoing() && step!.State is StepState.Failed))
        {
            return plan;
        }

        // What failed for good holds up all others: it is run again together.
        var changed = plan with { EndedAt = null, State = plan.IsUndoing() ? PlanState.BeingUndone : PlanState.Running };
        var again = changed.Steps.Where(s => s.Id == stepId || (plan.State is PlanState.Failed && s.State is StepState.Failed));
        return Settle(again.Aggregate(changed, (p, s) => p.WithStep(s.Id, x => StepChanges.RunNow(x, maxAttempts(x), now))), quiet: true, now);
    }

    /// <summary>A person stops it, or its undoing; a plan that was stopped or has failed may be undone later. The same plan when there is nothing to stop.</summary>
    public static Plan AskToStop(Plan plan, bool undo)
    {
        var canUndo = undo && !plan.UndoRequested && plan.State is not (PlanState.Done or PlanState.Undone);
        return plan switch
        {
            _ when canUndo => plan with { CancelRequested = true, UndoRequested = true, EndedAt = null, State = plan.IsEnded ? PlanState.Running : plan.State },
            { IsEnded: true } => plan,
            _ when !undo && plan.IsUndoing() && plan.UndoRequested => plan with { UndoRequested = false },
            { CancelRequested: true } => plan,
            _ => plan with { CancelRequested = true },
        };
    }

    /// <summary>Cancels what has not ended; with undo it goes on backwards, else it is over.</summary>
    public static Plan Stop(Plan plan, StepCatalog catalog, DateTimeOffset now)
    {
        var isDone = plan.Steps.All(s => s.State is StepState.Done or StepState.Skipped) && !plan.UndoRequested;
        if (plan.IsEnded || !plan.IsStopping() || isDone)
        {
            return plan;
        }

        var stopped = plan with { Steps = [.. plan.Steps.Select(s => StepChanges.Cancel(s, now))] };
        return plan.UndoRequested
            ? Settle(BeginUndo(stopped, catalog, now), quiet: true, now)
            : stopped with { State = PlanState.Cancelled, EndedAt = now };
    }

    /// <summary>Draws the plan's state from its steps.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="quiet">Whether nothing runs any more; a plan ends only then.</param>
    /// <param name="now">Now.</param>
    public static Plan Settle(Plan plan, bool quiet, DateTimeOffset now)
    {
        if (plan.IsEnded)
        {
            return plan;
        }

        var state = StateOf(plan, quiet);
        var ended = state is PlanState.Done or PlanState.Failed or PlanState.Undone;
        return state == plan.State ? plan : plan with { State = state, EndedAt = ended ? now : null };
    }

    private static PlanState StateOf(Plan plan, bool quiet)
    {
        var needsSomeone = plan.Steps.Any(s => s.State is StepState.NeedsSomeone);
        if (plan.IsUndoing())
        {
            return !plan.Steps.Any(NeedsUndo) ? PlanState.Undone : needsSomeone ? PlanState.NeedsSomeone : PlanState.BeingUndone;
        }

        if (quiet && !plan.CancelRequested && plan.Steps.Any(s => s.State is StepState.Failed))
        {
            return PlanState.Failed;
        }

        // All done, but somebody asked for an undo while the last step ran: the way back has yet to begin.
        return plan.Steps.All(s => s.State is StepState.Done or StepState.Skipped) && !plan.UndoRequested ? PlanState.Done
            : needsSomeone ? PlanState.NeedsSomeone : PlanState.Running;
    }

    // What has begun may have made something, however it ended.
    private static bool NeedsUndo(PlanStep step) => step.StartedAt is not null && step.State is not (StepState.Undone or StepState.Skipped);

    private static bool IsReady(this Plan plan, PlanStep step) =>
        plan.Steps.Where(s => step.DependsOn.Contains(s.Id)).All(s => s.State is StepState.Done or StepState.Skipped);

    private static Plan BeginUndo(Plan plan, StepCatalog catalog, DateTimeOffset now) => plan with
    {
        UndoStartedAt = now,
        Steps = [.. plan.Steps.Select(s => s with { MaxAttempts = s.LastAttempt() + (catalog.Find(plan.Kind, s)?.MaxAttempts ?? 1) })],
    };
}
