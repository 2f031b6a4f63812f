namespace Portal.Core.Provisioning;

/// <summary>Topics of the change bus and keys of the work runner.</summary>
internal static class PlanTopics
{
    public const string WorkPrefix = "plan/";
    public const string SweepKey = "plan-sweep";

    public static string Plan(string id) => $"plan/{id}";

    public static string Project(string projectId) => $"project/{projectId}/plans/";

    public static string InProject(Plan plan) => Project(plan.ProjectId) + plan.Id;
}
