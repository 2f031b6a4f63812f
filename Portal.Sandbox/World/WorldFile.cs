using System.Reflection;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;

namespace Portal.Sandbox.World;

/// <summary>Reads declarations: a world file, or the demo company, which is declared in the same words.</summary>
internal static class WorldFile
{
    private static readonly string[] Sections =
        ["keystone", "oidc", "nova", "glance", "neutron", "magnum", "heat", "harbor", "kubernetes", "fresh", "nodes", "objects", "users", "projects", "images", "note"];

    /// <exception cref="IOException">There is no such file, or it holds no JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(string file, CancellationToken cancellationToken) =>
        JsonNode.Parse(await File.ReadAllTextAsync(file, cancellationToken)) is JsonObject world
            ? Unwrap(world)
            : throw new IOException($"The world file {file} holds no JSON object. Set Sandbox:World to a file that replay.py --world has printed.");

    /// <summary>Gives the demo company: every <c>World/Demo/*.json</c> merged, and more of it by <see cref="SandboxOptions.Scale"/>.</summary>
    public static JsonObject Demo(SandboxOptions options)
    {
        var world = new JsonObject();
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("demo/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var part = assembly.GetManifestResourceStream(name)!;
            world = Merge(world, JsonNode.Parse(part)!.AsObject());
        }

        DemoScale.Grow(world, options.Scale);
        return world;
    }

    /// <summary>replay.py prints worlds under the names of their scenarios; one is taken out, several are laid over each other.</summary>
    internal static JsonObject Unwrap(JsonObject file)
    {
        var wrapped = file.Count > 0 && !file.Any(p => Sections.Contains(p.Key)) && file.All(p => p.Value is JsonObject);
        return wrapped ? file.Select(p => p.Value!.AsObject()).Aggregate(new JsonObject(), Merge) : file;
    }

    /// <summary>Lays one document over another: objects by key, lists one after the other without doubles.</summary>
    private static JsonObject Merge(JsonObject below, JsonObject above)
    {
        var merged = below.DeepClone().AsObject();
        foreach (var (key, value) in above)
        {
            merged[key] = (merged[key], value) switch
            {
                (JsonObject a, JsonObject b) => Merge(a, b),
                (JsonArray a, JsonArray b) => new JsonArray([.. a.Select(i => i?.DeepClone()), .. b.Where(i => !a.Any(j => JsonNode.DeepEquals(i, j))).Select(i => i?.DeepClone())]),
                _ => value?.DeepClone(),
            };
        }

        return merged;
    }
}
