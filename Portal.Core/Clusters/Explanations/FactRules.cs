using System.Globalization;

namespace Portal.Core.Clusters.Explanations;

/// <summary>The causes that no backend words: told by what is in progress, and by what is missing.</summary>
internal static class FactRules
{
    /// <summary>Says why a cluster that is late waits.</summary>
    public static Explanation Waits(StuckFacts facts)
    {
        if (facts.IsWithoutHeat)
        {
            return Tell("no-stack", $"stack_id: {facts.Cluster.StackId}, status: {facts.Cluster.StatusText}", ("status", facts.Cluster.StatusText), ("stack", facts.Cluster.StackId!));
        }

        if (facts.Cluster.StackId is null)
        {
            return Tell("not-begun", $"stack_id: null, status: {facts.Cluster.StatusText}", ("status", facts.Cluster.StatusText));
        }

        if (facts.Stack is { } stack && stack.Status.EndsWith("_COMPLETE", StringComparison.Ordinal))
        {
            return Tell("magnum-behind", $"{stack.Status}: {stack.StatusReason}", ("status", facts.Cluster.StatusText), ("stack", stack.Status));
        }

        return facts.Running.LastOrDefault(r => !IsContainer(r)) is { } waited
            ? Tell(RuleOf(waited.Type), $"{waited.Status}: {waited.StatusReason}", ("name", waited.LogicalId), ("type", waited.Type)) with { Since = Since(facts, waited), Resource = waited }
            : Tell("unknown", facts.Cluster.StatusText, ("resource", facts.Stack?.Name ?? facts.Cluster.Name), ("message", facts.Cluster.StatusText));
    }

    /// <summary>Says what Magnum's health check complains about, or null.</summary>
    public static Explanation? Unhealthy(Cluster cluster)
    {
        if (cluster.Health is not HealthStatus.Unhealthy)
        {
            return null;
        }

        var bad = cluster.HealthReasons.Where(p => p.Value is not ("ok" or "True")).OrderBy(p => p.Key, StringComparer.Ordinal).ToList();
        var nodes = bad.Where(p => p.Key.EndsWith(".Ready", StringComparison.Ordinal)).Select(p => p.Key[..^6]).ToList();
        var evidence = string.Join(", ", bad.Select(p => $"{p.Key}: {p.Value}"));
        if (bad.Find(p => p.Key == "api") is { Key: not null } api)
        {
            return ExplanationRules.Get("unhealthy-api").Tell([("message", api.Value)], evidence, null);
        }

        return nodes.Count > 0
            ? ExplanationRules.Get("unhealthy-node").Tell([("node", nodes[0]), ("count", nodes.Count.ToString(CultureInfo.InvariantCulture))], evidence, null)
            : null;
    }

    /// <summary>Says who does not reach a cluster that the portal does not reach.</summary>
    public static Explanation Unreachable(Cluster cluster) => cluster.Health is HealthStatus.Healthy
        ? ExplanationRules.Get("not-reachable").Tell([("address", cluster.ApiAddress ?? "")], "health_status: HEALTHY", null)
        : ExplanationRules.Get("api-silent").Tell(
            [("address", cluster.ApiAddress ?? "")],
            $"health_status: {cluster.Health.ToString().ToUpperInvariant()} {string.Join(", ", cluster.HealthReasons.Select(p => $"{p.Key}: {p.Value}"))}".TrimEnd(),
            null);

    private static string RuleOf(string type) =>
        type.EndsWith("LoadBalancer", StringComparison.Ordinal) ? "waits-load-balancer"
        : type.EndsWith("SoftwareDeployment", StringComparison.Ordinal) || type.EndsWith("WaitCondition", StringComparison.Ordinal) ? "waits-nodes"
        : type == "OS::Nova::Server" ? "waits-server"
        : type.EndsWith("::Volume", StringComparison.Ordinal) ? "waits-volume"
        : "waits-at";

    // Stacks in stacks wait for what is in them.
    private static bool IsContainer(StackResource resource) =>
        resource.Type.StartsWith("file:", StringComparison.Ordinal) || resource.Type.StartsWith("http", StringComparison.Ordinal) || resource.Type == "OS::Heat::ResourceGroup";

    private static DateTimeOffset? Since(StuckFacts facts, StackResource waited) =>
        facts.Events.FirstOrDefault(e => e.LogicalId == waited.LogicalId && e.Status.EndsWith("_IN_PROGRESS", StringComparison.Ordinal))?.At ?? waited.UpdatedAt;

    private static Explanation Tell(string rule, string evidence, params (string, string)[] arguments) => ExplanationRules.Get(rule).Tell(arguments, evidence, null);
}
