using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>What an index lists, in the shape of Harbor's API description (no recording has an index).</summary>
internal static class HarborReferences
{
    /// <summary>Gives the digests that an index lists.</summary>
    public static IEnumerable<string> Children(HarborState state, HarborArtifact artifact) =>
        (JsonNode.Parse(HarborImageStore.ManifestOf(state, artifact)) as JsonObject)?["manifests"] is JsonArray manifests ? manifests.OfType<JsonObject>().Select(m => m.Text("digest")) : [];

    /// <summary>Gives an index's references, or null for any other artifact.</summary>
    public static JsonArray? Of(HarborRepository repository, HarborArtifact artifact, JsonObject manifest) =>
        manifest["manifests"] is JsonArray manifests ? new JsonArray([.. manifests.OfType<JsonObject>().Select(m => (JsonNode)Write(repository, artifact, m))]) : null;

    private static JsonObject Write(HarborRepository repository, HarborArtifact artifact, JsonObject entry)
    {
        var wire = new JsonObject
        {
            ["child_digest"] = entry.Text("digest"),
            ["child_id"] = repository.Artifacts.Find(a => a.Digest == entry.Text("digest"))?.Id ?? 0,
            ["parent_id"] = artifact.Id,
            ["platform"] = entry["platform"]?.DeepClone(),
            ["urls"] = null,
        };
        if (entry["annotations"] is { } annotations)
        {
            wire["annotations"] = annotations.DeepClone();
        }

        return wire;
    }
}
