using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Portal.Core.Addons.Life;

/// <summary>Compares two states of an object, field by field.</summary>
internal static class FieldChanges
{
    private const int MaxLength = 160;

    // What the API server keeps for itself, and our own mark.
    private static readonly string[] Ignored =
    [
        "status", "metadata.managedFields", "metadata.resourceVersion", "metadata.generation", "metadata.uid", "metadata.creationTimestamp",
        "metadata.annotations." + AddonCatalog.HashAnnotation, "metadata.annotations.deployment.kubernetes.io/revision", "metadata.annotations.deprecated.daemonset.template.generation",
    ];

    /// <summary>Gives what differs.</summary>
    public static ImmutableArray<FieldChange> Between(JsonObject before, JsonObject after)
    {
        var (old, fresh) = (Flat(before), Flat(after));
        return [.. old.Keys.Union(fresh.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(path => old.GetValueOrDefault(path) != fresh.GetValueOrDefault(path))
            .Select(path => Change(path, old.GetValueOrDefault(path), fresh.GetValueOrDefault(path)))];
    }

    /// <summary>Gives where an object is not as a manifest says; what the manifest does not name does not count.</summary>
    public static ImmutableArray<FieldChange> Wanted(JsonObject live, JsonObject manifest)
    {
        var old = Flat(live);
        return [.. Flat(manifest).Where(w => old.GetValueOrDefault(w.Key) != w.Value).Select(w => Change(w.Key, old.GetValueOrDefault(w.Key), w.Value))];
    }

    private static Dictionary<string, string> Flat(JsonObject o)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(o, "", flat);
        return flat;
    }

    private static void Add(JsonNode? node, string path, Dictionary<string, string> flat)
    {
        if (Ignored.Contains(path))
        {
            return;
        }

        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    Add(value, path.Length == 0 ? name : $"{path}.{name}", flat);
                }

                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    Add(list[i], $"{path}[{((list[i] as JsonObject)?["name"] as JsonValue)?.ToString() ?? $"{i}"}]", flat);
                }

                break;
            case not null:
                flat[path] = node.ToString();
                break;
            default:
                break;
        }
    }

    // Of a long text the first line that differs says most.
    private static FieldChange Change(string path, string? before, string? after)
    {
        if (before is not null && after is not null && (before.Contains('\n', StringComparison.Ordinal) || after.Contains('\n', StringComparison.Ordinal)))
        {
            var (old, fresh) = (before.Split('\n'), after.Split('\n'));
            var at = Enumerable.Range(0, Math.Max(old.Length, fresh.Length)).First(i => old.ElementAtOrDefault(i) != fresh.ElementAtOrDefault(i));
            return new FieldChange($"{path}:{at + 1}", Cut(old.ElementAtOrDefault(at)?.Trim()), Cut(fresh.ElementAtOrDefault(at)?.Trim()));
        }

        return new FieldChange(path, Cut(before), Cut(after));
    }

    private static string? Cut(string? text) => text is { Length: > MaxLength } ? text[..(MaxLength - 1)] + "…" : text;
}
