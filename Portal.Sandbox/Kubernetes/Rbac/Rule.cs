using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Rbac;

/// <summary>One rule of a role.</summary>
internal sealed class Rule(JsonObject json)
{
    private readonly IReadOnlyList<string> verbs = json.Strings("verbs");
    private readonly IReadOnlyList<string> groups = json.Strings("apiGroups");
    private readonly IReadOnlyList<string> resources = json.Strings("resources");
    private readonly IReadOnlyList<string> names = json.Strings("resourceNames");
    private readonly IReadOnlyList<string> paths = json.Strings("nonResourceURLs");

    public JsonObject Json => json;

    public static IReadOnlyList<Rule> All(JsonObject role) => [.. role.Items("rules").Select(r => new Rule(r))];

    public static JsonObject Everything(string one, string? two)
    {
        var rule = new JsonObject { ["verbs"] = JsonPaths.Texts(["*"]), [one] = JsonPaths.Texts(["*"]) };
        if (two is not null)
        {
            rule[two] = JsonPaths.Texts(["*"]);
        }

        return rule;
    }

    public bool Covers(Attributes wanted)
    {
        if (!verbs.Contains("*") && !verbs.Contains(wanted.Verb))
        {
            return false;
        }

        return wanted.Path is { } path ? paths.Any(p => Matches(p, path)) : CoversResource(wanted);
    }

    private static bool Matches(string pattern, string path) =>
        pattern == "*" || pattern == path || (pattern.EndsWith('*') && path.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private bool CoversResource(Attributes wanted)
    {
        if (!groups.Contains("*") && !groups.Contains(wanted.Group))
        {
            return false;
        }

        var full = wanted.Subresource.Length == 0 ? wanted.Resource : $"{wanted.Resource}/{wanted.Subresource}";
        if (!resources.Contains("*") && !resources.Contains(full) && !(wanted.Subresource.Length > 0 && resources.Contains("*/" + wanted.Subresource)))
        {
            return false;
        }

        return names.Count == 0 || names.Contains(wanted.Name);
    }
}
