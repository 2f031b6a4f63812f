using System.Text.Json.Nodes;

namespace Portal.Sandbox.Magnum;

/// <summary>Labels: text by name, and what a cluster's differ in from those of its template.</summary>
internal static class LabelMaps
{
    public static Dictionary<string, string> Read(JsonNode? node) =>
        node is JsonObject map ? map.ToDictionary(p => p.Key, p => p.Value?.ToString() ?? "", StringComparer.Ordinal) : [];

    public static JsonObject Show(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    /// <summary>Lays the given labels over those of the parent.</summary>
    public static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> parent, IReadOnlyDictionary<string, string> own)
    {
        var merged = new Dictionary<string, string>(parent, StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            merged[name] = value;
        }

        return merged;
    }

    /// <summary>Adds <c>labels_overridden</c> (the parent's values), <c>labels_added</c> and <c>labels_skipped</c>.</summary>
    public static void AddDifference(JsonObject to, IReadOnlyDictionary<string, string> parent, IReadOnlyDictionary<string, string> own)
    {
        to["labels_overridden"] = Show(parent.Where(p => own.TryGetValue(p.Key, out var value) && value != p.Value).ToDictionary());
        to["labels_added"] = Show(own.Where(p => !parent.ContainsKey(p.Key)).ToDictionary());
        to["labels_skipped"] = Show(parent.Where(p => !own.ContainsKey(p.Key)).ToDictionary());
    }
}
