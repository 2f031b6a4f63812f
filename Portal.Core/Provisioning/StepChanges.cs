using System.Collections.Immutable;

namespace Portal.Core.Provisioning;

/// <summary>
/// The changes of one step, as pure functions. Each may be applied again to a step that has it already (a write whose
/// answer was lost): attempts are told apart by number.
/// </summary>
internal static class StepChanges
{
    private const int KeptAttempts = 20;

    /// <summary>Whether an attempt is open: it runs, or the process died in it.</summary>
    public static bool HasOpenAttempt(this PlanStep step) => step.Attempts is [.., { EndedAt: null }];

    /// <summary>Whether the step is between two looks at something that it waits for.</summary>
    public static bool IsBetweenLooks(this PlanStep step) => step.State is StepState.Running && !step.HasOpenAttempt();

    public static int LastAttempt(this PlanStep step) => step.Attempts.IsEmpty ? 0 : step.Attempts[^1].Number;

    public static PlanStep Begin(PlanStep step, int number, DateTimeOffset now, bool undo) => step.LastAttempt() >= number ? step : step with
    {
        State = StepState.Running,
        Reason = null,
        Actor = Actor.Nobody,
        Since = now,
        StartedAt = step.StartedAt ?? now,
        EndedAt = null,
        RetryAt = null,
        Attempts = Keep(step.Attempts.Add(new(number, now, null, null, undo))),
    };

    public static PlanStep Succeed(PlanStep step, int number, StepResult result, DateTimeOffset now) => Close(step, number, now, now, null) with
    {
        State = result.State,
        Reason = result.Reason,
        Actor = Actor.Nobody,
        Since = now,
        EndedAt = now,
        RetryAt = null,
    };

    /// <summary>Not yet: the attempt does not count, and earlier failures are forgotten.</summary>
    public static PlanStep LookAgain(PlanStep step, int number, StepResult result, int maxAttempts, DateTimeOffset now)
    {
        var attempts = step.Attempts.RemoveAll(a => a.Number == number);
        return step with
        {
            State = StepState.Running,
            Reason = result.Reason,
            Actor = Actor.Nobody,
            Since = step.IsBetweenLooks() ? step.Since : now,
            RetryAt = now + (result.LookAgainIn ?? TimeSpan.FromSeconds(5)),
            Attempts = attempts,
            MaxAttempts = (attempts.IsEmpty ? 0 : attempts[^1].Number) + maxAttempts,
        };
    }

    public static PlanStep Fail(PlanStep step, int number, DateTimeOffset startedAt, StepVerdict verdict, DateTimeOffset? retryAt, DateTimeOffset now, bool undo = false) =>
        Close(step, number, startedAt, now, verdict.Reason, undo) with
        {
            State = retryAt is not null ? StepState.Retrying : verdict.Final ? StepState.Failed : StepState.NeedsSomeone,
            Reason = verdict.Reason,
            Actor = retryAt is not null ? Actor.Nobody : verdict.Actor,
            Since = now,
            RetryAt = retryAt,
            EndedAt = verdict.Final && retryAt is null ? now : null,
        };

    /// <summary>The process died in the attempt: it is closed and the step is run again at once.</summary>
    public static PlanStep Interrupt(PlanStep step, DateTimeOffset now)
    {
        if (!step.HasOpenAttempt())
        {
            return step;
        }

        var reason = Reason.Of("step.interrupted");
        var spent = step.LastAttempt() >= step.MaxAttempts;
        return Close(step, step.LastAttempt(), now, now, reason) with
        {
            State = spent ? StepState.NeedsSomeone : StepState.Retrying,
            Reason = reason,
            Actor = spent ? Actor.Platform : Actor.Nobody,
            Since = now,
            RetryAt = spent ? null : now,
        };
    }

    public static PlanStep Cancel(PlanStep step, DateTimeOffset now) => IsOver(step) ? step : Close(step, step.LastAttempt(), now, now, null) with
    {
        State = StepState.Cancelled,
        Reason = null,
        Actor = Actor.Nobody,
        Since = now,
        EndedAt = now,
        RetryAt = null,
    };

    public static PlanStep Undone(PlanStep step, int number, DateTimeOffset now) => Close(step, number, now, now, null, undo: true) with
    {
        State = StepState.Undone,
        Reason = null,
        Actor = Actor.Nobody,
        Since = now,
        EndedAt = now,
        RetryAt = null,
        Made = [],
    };

    /// <summary>A person lets it run now; it may fail as often again as at first.</summary>
    public static PlanStep RunNow(PlanStep step, int maxAttempts, DateTimeOffset now) => step with
    {
        State = step.IsBetweenLooks() ? StepState.Running : StepState.Retrying,
        Reason = step.IsBetweenLooks() ? step.Reason : null,
        Actor = Actor.Nobody,
        Since = step.IsBetweenLooks() ? step.Since : now,
        RetryAt = now,
        EndedAt = null,
        MaxAttempts = step.LastAttempt() + maxAttempts,
    };

    private static bool IsOver(PlanStep step) => step.State is StepState.Done or StepState.Skipped or StepState.Failed or StepState.Cancelled or StepState.Undone;

    private static PlanStep Close(PlanStep step, int number, DateTimeOffset startedAt, DateTimeOffset now, Reason? reason, bool undo = false)
    {
        var index = step.Attempts.ToList().FindIndex(a => a.Number == number);
        if (index < 0)
        {
            // A look has no attempt of its own until it fails.
            return reason is null ? step : step with { Attempts = Keep(step.Attempts.Add(new(number, startedAt, now, reason, undo))) };
        }

        var attempt = step.Attempts[index];
        return attempt.EndedAt is not null ? step : step with { Attempts = step.Attempts.SetItem(index, attempt with { EndedAt = now, Reason = reason }) };
    }

    private static ImmutableArray<StepAttempt> Keep(ImmutableArray<StepAttempt> attempts) => attempts.Length > KeptAttempts ? attempts[^KeptAttempts..] : attempts;
}
