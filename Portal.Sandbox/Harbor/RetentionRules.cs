using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Says what a retention policy keeps of a repository.</summary>
internal static class RetentionRules
{
    /// <summary>Gives what is kept, or null when no rule is about this repository: then nothing of it is looked at.</summary>
    public static HashSet<HarborArtifact>? Kept(JsonObject policy, HarborRepository repository, IReadOnlyList<HarborArtifact> standing, DateTimeOffset now)
    {
        var name = repository.Name[(repository.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var rules = (policy["rules"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(r => !r.Flag("disabled") && TagEndpoints.Matches((r["scope_selectors"] as JsonObject)?["repository"], "repoMatches", name)).ToList();
        return rules.Count == 0 ? null : [.. rules.SelectMany(r => Kept(r, standing, now))];
    }

    private static IEnumerable<HarborArtifact> Kept(JsonObject rule, IReadOnlyList<HarborArtifact> artifacts, DateTimeOffset now)
    {
        var candidates = artifacts.Where(a => IsSelected(rule, a)).ToList();
        var template = rule.Text("template");
        var count = (int)((rule["params"] as JsonObject).Number(template) ?? 0);
        return template switch
        {
            "latestPushedK" => candidates.OrderByDescending(a => a.PushedAt).Take(count),
            "latestPulledN" => candidates.OrderByDescending(a => a.PulledAt ?? DateTimeOffset.MinValue).Take(count),
            "nDaysSinceLastPush" => candidates.Where(a => a.PushedAt >= now.AddDays(-count)),
            "nDaysSinceLastPull" => candidates.Where(a => a.PulledAt >= now.AddDays(-count)),
            _ => candidates,
        };
    }

    private static bool IsSelected(JsonObject rule, HarborArtifact artifact)
    {
        if (artifact.Tags.Count > 0)
        {
            return artifact.Tags.Exists(t => TagEndpoints.Matches(rule["tag_selectors"], "matches", t.Name));
        }

        return (rule["tag_selectors"] as JsonArray ?? []).OfType<JsonObject>().Any(s => s.Text("extras").Contains("\"untagged\":true", StringComparison.Ordinal));
    }
}
