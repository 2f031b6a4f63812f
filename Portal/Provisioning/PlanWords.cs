using System.Globalization;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Provisioning;

/// <summary>Words for plans, phases and steps.</summary>
public static class PlanWords
{
    /// <summary>Gives the plan's title: "Initialising shop-prod-2".</summary>
    public static string Title(Plan plan) => Sentence.With(Find("Title." + plan.Kind) ?? plan.Kind + " {name}", ("name", plan.SubjectName));

    /// <summary>Gives the plan's state.</summary>
    public static StateWord StateOf(Plan plan) => new(KindOf(plan.State), Find("State." + plan.State)!);

    /// <summary>Gives the kind of a plan's state.</summary>
    public static StateKind KindOf(PlanState state) => state switch
    {
        PlanState.Done => StateKind.Ok,
        PlanState.NeedsSomeone => StateKind.You,
        PlanState.Failed => StateKind.Fail,
        PlanState.Cancelled or PlanState.Undone => StateKind.Off,
        _ => StateKind.Run,
    };

    /// <summary>Gives a step's state.</summary>
    public static StateWord StateOf(PlanStep step) => new(KindOf(step.State), Find("Step." + step.State)!);

    /// <summary>Gives the kind of a step's state.</summary>
    public static StateKind KindOf(StepState state) => state switch
    {
        StepState.Waiting => StateKind.Wait,
        StepState.Running => StateKind.Run,
        StepState.Retrying => StateKind.Retry,
        StepState.NeedsSomeone => StateKind.You,
        StepState.Done => StateKind.Ok,
        StepState.Failed => StateKind.Fail,
        _ => StateKind.Off,
    };

    /// <summary>Gives a step's name; an unknown one is told by its id.</summary>
    public static string Name(string stepId) => StepText.ResourceManager.GetString(stepId, CultureInfo.CurrentUICulture) ?? stepId;

    /// <summary>Gives what a step does, or null.</summary>
    public static string? What(string stepId) => StepText.ResourceManager.GetString(stepId + ".what", CultureInfo.CurrentUICulture);

    /// <summary>Gives a phase's name.</summary>
    public static string PhaseName(string phase) => Find("Phase." + phase) ?? phase;

    /// <summary>Gives what a phase is for, or null.</summary>
    public static string? PhaseRemark(string phase) => Find("Remark." + phase);

    /// <summary>Gives the sentence of a step's row.</summary>
    public static string? Why(Plan plan, PlanStep step)
    {
        if (step.Reason is { } reason)
        {
            return Reasons.Tell(reason);
        }

        return step.State is StepState.Waiting ? Waits(plan, step) : null;
    }

    /// <summary>Gives how many objects a step made, or null.</summary>
    public static string? Made(PlanStep step)
    {
        var (ready, count) = (step.Made.Count(m => m.Ready), step.Made.Length);
        return count == 0 ? null
            : ready < count ? Sentence.With(PlansText.ObjectsOf, ("ready", ready), ("count", count))
            : Sentence.Count(count, PlansText.ObjectsOne, PlansText.Objects);
    }

    /// <summary>Gives who acts, or null when nobody has to.</summary>
    public static string? WhoActs(Actor actor) => actor switch
    {
        Actor.Project => PlansText.ProjectActs,
        Actor.Platform => PlansText.PlatformActs,
        _ => null,
    };

    /// <summary>Joins names as a sentence does: "A, B and C".</summary>
    public static string Join(IReadOnlyList<string> names) => names.Count < 2
        ? string.Concat(names)
        : Sentence.With(PlansText.And, ("first", string.Join(PlansText.Comma, names.Take(names.Count - 1))), ("last", names[^1]));

    private static string? Waits(Plan plan, PlanStep step)
    {
        var open = plan.Steps.Where(s => step.DependsOn.Contains(s.Id) && s.State is not (StepState.Done or StepState.Skipped)).Select(s => Name(s.Id)).ToList();
        return open.Count == 0 ? null : Sentence.With(open.Count == 1 ? PlansText.StartsWhen : PlansText.StartsWhenMany, ("names", Join(open)));
    }

    private static string? Find(string key) => PlansText.ResourceManager.GetString(key, CultureInfo.CurrentUICulture);
}
