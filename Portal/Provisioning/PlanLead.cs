using System.Globalization;
using Portal.Core.Provisioning;

namespace Portal.Provisioning;

/// <summary>The sentence over a plan: what is so, who acts, what next.</summary>
internal static class PlanLead
{
    /// <summary>Gives what the plan does.</summary>
    public static string Of(Plan plan) => plan.State switch
    {
        PlanState.Done => PlansText.LeadDone,
        PlanState.Failed => PlansText.LeadFailed,
        PlanState.Cancelled => PlansText.LeadCancelled,
        PlanState.BeingUndone => PlansText.LeadUndoing,
        PlanState.Undone => PlansText.LeadUndone,
        _ when plan.CancelRequested => PlansText.LeadCancelling,
        _ => PlansText.ResourceManager.GetString("Lead." + plan.Kind, CultureInfo.CurrentUICulture) ?? "",
    };

    /// <summary>Gives who is asked.</summary>
    public static string? Asked(Plan plan) => plan.State switch
    {
        PlanState.Running or PlanState.BeingUndone => PlansText.LeadNobody,
        PlanState.NeedsSomeone or PlanState.Failed when plan.Steps.FirstOrDefault(s => s.State is StepState.NeedsSomeone or StepState.Failed) is { } step =>
            step.Actor is Actor.Platform ? PlansText.LeadPlatform : PlansText.LeadYou,
        _ => null,
    };

    /// <summary>Gives what the person may do.</summary>
    public static string? After(Plan plan) => plan.State is PlanState.Running or PlanState.BeingUndone ? PlansText.LeadRunning : null;
}
