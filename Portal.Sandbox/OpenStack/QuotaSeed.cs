using System.Text.Json.Nodes;

namespace Portal.Sandbox.OpenStack;

/// <summary>Reads declared quotas: <c>{"PROJECT": {"cores": 40}}</c>; the project <c>*</c> is every project without its own.</summary>
internal static class QuotaSeed
{
    public static void Fill(Cloud cloud, JsonNode? declared)
    {
        foreach (var (project, limits) in declared as JsonObject ?? [])
        {
            foreach (var (name, limit) in limits as JsonObject ?? [])
            {
                cloud.Quotas.Change(project == "*" ? "*" : cloud.ProjectId(project), name, limit!.GetValue<int>());
            }
        }
    }
}
