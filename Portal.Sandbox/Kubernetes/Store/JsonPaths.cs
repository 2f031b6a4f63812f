using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Store;

/// <summary>Short ways into JSON objects.</summary>
internal static class JsonPaths
{
    /// <summary>Gives the node at a dotted path, or null.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (node is not JsonObject inner || !inner.TryGetPropertyValue(part, out node))
            {
                return null;
            }
        }

        return node;
    }

    public static JsonObject? Obj(this JsonNode? node, string path) => node.At(path) as JsonObject;

    public static JsonArray? Arr(this JsonNode? node, string path) => node.At(path) as JsonArray;

    public static IEnumerable<JsonObject> Items(this JsonNode? node, string path) => node.Arr(path)?.OfType<JsonObject>() ?? [];

    /// <summary>Gives a string, or the empty one.</summary>
    public static string Str(this JsonNode? node, string path) => node.At(path).Text() ?? string.Empty;

    public static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool Bool(this JsonNode? node, string path) => node.At(path) is JsonValue value && value.TryGetValue<bool>(out var on) && on;

    public static int? Int(this JsonNode? node, string path) => node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        ? (int)Math.Clamp(value.Number(), int.MinValue, int.MaxValue)
        : null;

    public static double Number(this JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    public static IReadOnlyList<string> Strings(this JsonNode? node, string path) =>
        node.Arr(path) is { } list ? [.. list.Select(i => i.Text()).OfType<string>()] : [];

    public static IReadOnlyDictionary<string, string> Map(this JsonNode? node, string path)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Obj(path) ?? [])
        {
            map[key] = value.Text() ?? string.Empty;
        }

        return map;
    }

    /// <summary>Gives the object of that name, made if it is not there.</summary>
    public static JsonObject Child(this JsonObject node, string name)
    {
        if (node[name] is JsonObject child)
        {
            return child;
        }

        child = [];
        node[name] = child;
        return child;
    }

    public static JsonArray List(this JsonObject node, string name)
    {
        if (node[name] is JsonArray list)
        {
            return list;
        }

        list = [];
        node[name] = list;
        return list;
    }

    /// <summary>Sets what is not there yet.</summary>
    public static void Default(this JsonObject node, string name, JsonNode? value)
    {
        if (node[name] is null)
        {
            node[name] = value;
        }
    }

    public static JsonObject Clone(this JsonObject node) => node.DeepClone().AsObject();

    public static JsonArray Array(IEnumerable<JsonNode?> nodes) => new([.. nodes]);

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)JsonValue.Create(t))]);

    public static JsonObject MapOf(IEnumerable<KeyValuePair<string, string>> map) =>
        new(map.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))));

    public static bool Same(JsonNode? a, JsonNode? b) => JsonNode.DeepEquals(a, b);

    public static string Name(this JsonNode node) => node.Str("metadata.name");

    public static string Namespace(this JsonNode node) => node.Str("metadata.namespace");

    public static string Uid(this JsonNode node) => node.Str("metadata.uid");
}
