using System.Diagnostics;
using Portal.Core.Backends;

namespace Portal.Core.Provisioning;

/// <summary>Spans of steps, in the source <c>Portal</c>.</summary>
internal static class PlanTrace
{
    public static Activity? Start(Plan plan, string stepId, int attempt, bool undo)
    {
        var activity = BackendTrace.Source.StartActivity(undo ? $"undo {stepId}" : $"step {stepId}");
        activity?.SetTag("portal.plan", plan.Id).SetTag("portal.plan.kind", plan.Kind).SetTag("portal.project", plan.ProjectId).SetTag("portal.attempt", attempt);
        return activity;
    }
}
