using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Provisioning;

/// <summary>One plan as its page shows it, live.</summary>
public sealed class PlanModel(IPlanService plans)
{
    private readonly HashSet<string> _turned = [];
    private bool _isNewest;

    /// <summary>Gets the plan, or null while it is asked for or when there is none.</summary>
    public Plan? Plan { get; private set; }

    /// <summary>Gets whether it has been asked for.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Gets why it cannot be shown, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets why what the person just asked for was not done, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets or sets the step in the address, or null.</summary>
    public string? Chosen { get; set; }

    /// <summary>Gets the phases.</summary>
    public ImmutableArray<PlanPhase> Phases => Plan is null ? [] : PlanPhase.Of(Plan);

    /// <summary>Gets the step that is explained: the chosen one, else the one that matters most now.</summary>
    public PlanStep? Open => Plan?.Steps.FirstOrDefault(s => s.Id == Chosen)
        ?? Plan?.Steps.OrderBy(s => PlanWords.KindOf(s.State)).FirstOrDefault(s => s.State is not (StepState.Done or StepState.Waiting or StepState.Skipped))
        ?? Plan?.Steps.LastOrDefault(s => s.State is StepState.Done);

    /// <summary>Gets how many steps are done or not needed.</summary>
    public int Done => Plan?.Steps.Count(s => s.State is StepState.Done or StepState.Skipped) ?? 0;

    /// <summary>Gets the steps that try again by themselves.</summary>
    public IReadOnlyList<PlanStep> Retrying => Plan?.Steps.Where(s => s.State is StepState.Retrying).ToList() ?? [];

    /// <summary>Gets the step that waits for a person or failed, or null.</summary>
    public PlanStep? Stopped => Plan?.Steps.FirstOrDefault(s => s.State is StepState.NeedsSomeone or StepState.Failed);

    /// <summary>Gets whether the plan can be cancelled now.</summary>
    public bool CanCancel => Plan is { CancelRequested: false, State: PlanState.Running or PlanState.NeedsSomeone };

    /// <summary>Gets whether a change of an add-on that has stopped can still be taken back: nothing has changed the cluster since.</summary>
    public bool CanUndo => Plan is { State: PlanState.Cancelled or PlanState.Failed } plan && plan.Kind.StartsWith("addon-", StringComparison.Ordinal) && _isNewest;

    /// <summary>Gets whether a phase is folded: finished ones are, until somebody turns them.</summary>
    public bool IsFolded(PlanPhase phase) => (phase.IsDone && Phases.Length > 1 && !phase.Steps.Any(s => s.Step.Id == Chosen)) != _turned.Contains(phase.Id);

    /// <summary>Folds or unfolds a phase.</summary>
    public void Turn(PlanPhase phase)
    {
        if (!_turned.Remove(phase.Id))
        {
            _turned.Add(phase.Id);
        }
    }

    /// <summary>Gets whether a step can be run by hand now.</summary>
    public bool CanRetry(PlanStep step) =>
        step.State is StepState.Retrying or StepState.NeedsSomeone or StepState.Failed && Plan is { CancelRequested: false, State: PlanState.Running or PlanState.NeedsSomeone or PlanState.Failed };

    /// <summary>Gives how long the plan may still take, or null when nobody knows.</summary>
    public TimeSpan? Left(DateTimeOffset now) => Plan is { State: PlanState.Running, Usual: { } usual } plan ? plan.CreatedAt + usual - now : null;

    /// <summary>Follows the plan until cancelled.</summary>
    public async Task RunAsync(Scope scope, string planId, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            Plan = await plans.FindAsync(scope, planId, cancellationToken);
            IsLoaded = true;
            Failure = null;
            await changed();
            if (Plan is null)
            {
                return;
            }

            await foreach (var plan in plans.WatchAsync(scope, planId, cancellationToken).WithCancellation(cancellationToken))
            {
                Plan = plan;
                _isNewest = plan.IsEnded && (await plans.ListAsync(scope, plan.Subject, cancellationToken)).All(p => p.CreatedAt <= plan.CreatedAt);
                await changed();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
            IsLoaded = true;
            await changed();
        }
    }

    /// <summary>Runs a step now.</summary>
    public Task RetryAsync(Scope scope, PlanStep step, CancellationToken cancellationToken) =>
        AskAsync(() => plans.RetryAsync(scope, Plan!.Id, step.Id, cancellationToken));

    /// <summary>Cancels the plan; gives whether that was accepted.</summary>
    public Task<bool> CancelAsync(Scope scope, bool undo, CancellationToken cancellationToken) =>
        AskAsync(() => plans.CancelAsync(scope, Plan!.Id, undo, cancellationToken));

    private async Task<bool> AskAsync(Func<Task> ask)
    {
        try
        {
            Refused = null;
            await ask();
            return true;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or InvalidOperationException)
        {
            Refused = failure;
            return false;
        }
    }
}
