using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.World;

/// <summary>Makes the demo company bigger: more teams, each with a project, a group and a developer.</summary>
internal static class DemoScale
{
    private static readonly string[] Words = ["atlas", "birch", "cobalt", "delta", "ember", "fjord", "garnet", "harbor", "iris", "juniper", "kelp", "lumen", "maple", "nova", "onyx", "pearl"];

    /// <summary>Adds ten teams for each step above 1.</summary>
    public static void Grow(JsonObject world, int scale)
    {
        if (world["keystone"] is not JsonObject keystone || world["oidc"] is not JsonObject oidc)
        {
            return;
        }

        for (var i = 0; i < (scale - 1) * 10; i++)
        {
            var team = "team-" + Words[i % Words.Length] + (i < Words.Length ? "" : "-" + (i / Words.Length).ToString(CultureInfo.InvariantCulture));
            var developer = "dev-" + team[5..];
            Add(keystone, "projects", new JsonObject { ["name"] = team, ["domain"] = "tenants", ["description"] = $"Team {team[5..]}" });
            Add(keystone, "groups", new JsonObject { ["name"] = team, ["domain"] = "tenants" });
            Add(keystone, "role_assignments", new JsonObject { ["role"] = "member", ["group"] = team, ["group_domain"] = "tenants", ["project"] = team, ["project_domain"] = "tenants" });
            Add(oidc, "users", new JsonObject { ["name"] = developer, ["full_name"] = "Developer of " + team, ["email"] = developer + "@example.test", ["about"] = $"Member of {team}", ["groups"] = new JsonArray(team) });
        }
    }

    private static void Add(JsonObject section, string list, JsonObject item) => section[list]!.AsArray().Add((JsonNode)item);
}
