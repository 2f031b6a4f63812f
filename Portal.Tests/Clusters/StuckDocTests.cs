using System.Globalization;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Provisioning;
using Portal.Shared;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>docs/stuck.md has every rule with the very words that people read.</summary>
public sealed class StuckDocTests
{
    [Fact]
    public void Table_HasEveryRule_WithItsWords()
    {
        var lines = File.ReadAllLines(Path.Combine(RepositoryPaths.Root, "docs", "stuck.md"));
        var rows = lines.SkipWhile(l => !l.StartsWith("| id |", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|')).ToList();

        Assert.Equal(ExplanationRules.All.Select(Row), rows);
    }

    [Fact]
    public void Rules_All_HaveOneIdEach() => Assert.Equal(ExplanationRules.All.Count, ExplanationRules.All.Select(r => r.Id).Distinct().Count());

    private static string Row(ExplanationRule rule) =>
        $"| `{rule.Id}` | {Text("cluster.why." + rule.Id)} | {Text("cluster.do." + rule.Id)} | {(rule.Actor is Actor.Project ? "the project" : "the platform team")} | {rule.Confidence.ToString().ToLowerInvariant()} | {rule.Source} |";

    private static string Text(string key) => ReasonText.ResourceManager.GetString(key, CultureInfo.InvariantCulture) ?? "no text";
}
