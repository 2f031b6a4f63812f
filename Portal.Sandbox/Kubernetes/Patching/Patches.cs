using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Patching;

/// <summary>The three kinds of patch that are not apply.</summary>
internal static class Patches
{
    /// <summary>RFC 7386.</summary>
    public static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    into.Remove(name);
                    break;
                case JsonObject inner:
                    Merge(into.Child(name), inner);
                    break;
                default:
                    into[name] = value.DeepClone();
                    break;
            }
        }
    }

    /// <summary>Strategic merge: lists by their key, with the <c>$patch</c> directives.</summary>
    public static void Strategic(JsonObject into, JsonObject patch)
    {
        if (patch.Str("$patch") == "replace")
        {
            foreach (var name in into.Select(p => p.Key).ToList())
            {
                into.Remove(name);
            }
        }

        foreach (var (name, value) in patch)
        {
            if (name.StartsWith("$deleteFromPrimitiveList/", StringComparison.Ordinal) && into[name[25..]] is JsonArray primitives)
            {
                foreach (var gone in primitives.Where(p => value!.AsArray().Any(v => JsonNode.DeepEquals(v, p))).ToList())
                {
                    primitives.Remove(gone);
                }
            }
            else if (!name.StartsWith('$'))
            {
                StrategicField(into, name, value);
            }
        }

        if (patch["$retainKeys"] is JsonArray retained)
        {
            foreach (var name in into.Select(p => p.Key).Where(k => !retained.Any(r => r.Text() == k)).ToList())
            {
                into.Remove(name);
            }
        }
    }

    /// <summary>RFC 6902.</summary>
    /// <exception cref="KubeException">422 when an operation cannot be done.</exception>
    public static JsonObject Json(JsonObject body, JsonArray operations)
    {
        var root = new JsonObject { ["r"] = body.DeepClone() };
        foreach (var operation in operations.OfType<JsonObject>())
        {
            var path = Pointer(operation.Str("path"));
            switch (operation.Str("op"))
            {
                case "add":
                    Add(root, path, operation["value"]?.DeepClone());
                    break;
                case "remove":
                    Remove(root, path);
                    break;
                case "replace":
                    Remove(root, path);
                    Add(root, path, operation["value"]?.DeepClone());
                    break;
                case "move":
                    Add(root, path, Remove(root, Pointer(operation.Str("from"))));
                    break;
                case "copy":
                    Add(root, path, At(root, Pointer(operation.Str("from")))?.DeepClone());
                    break;
                case "test" when JsonNode.DeepEquals(At(root, path), operation["value"]):
                    break;
                default:
                    throw Rejected();
            }
        }

        return root["r"]!.DeepClone().AsObject();
    }

    private static KubeException Rejected() => new(422, "Invalid", "the server rejected our request due to an error in our request", []);

    private static void StrategicField(JsonObject into, string name, JsonNode? value)
    {
        switch (value)
        {
            case null:
                into.Remove(name);
                break;
            case JsonObject inner when inner.Str("$patch") == "delete":
                into.Remove(name);
                break;
            case JsonObject inner:
                Strategic(into.Child(name), inner);
                break;
            case JsonArray { Count: > 0 } list when Key(name, list, into[name] as JsonArray) is { } key:
                StrategicList(into.List(name), list, key);
                break;
            case JsonArray items when FieldKeys.IsSet(name):
                var set = into.List(name);
                foreach (var item in items.Where(i => !set.Any(s => JsonNode.DeepEquals(s, i))).ToList())
                {
                    set.Add(item?.DeepClone());
                }

                break;
            default:
                into[name] = value.DeepClone();
                break;
        }
    }

    private static string? Key(string name, JsonArray list, JsonArray? there) =>
        FieldKeys.ForStrategicMerge(name, list) ?? (there is { Count: > 0 } ? FieldKeys.ForStrategicMerge(name, there) : null);

    private static void StrategicList(JsonArray into, JsonArray patch, string key)
    {
        foreach (var item in patch.OfType<JsonObject>())
        {
            if (item.Str("$patch") == "replace")
            {
                into.Clear();
                continue;
            }

            var there = into.OfType<JsonObject>().FirstOrDefault(i => JsonNode.DeepEquals(i[key], item[key]));
            if (item.Str("$patch") == "delete")
            {
                into.Remove(there);
            }
            else if (there is null)
            {
                var made = new JsonObject();
                Strategic(made, item);
                into.Add(made);
            }
            else
            {
                Strategic(there, item);
            }
        }
    }

    private static string[] Pointer(string path) => ["r", .. path.Split('/').Skip(1).Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode? At(JsonNode? node, IEnumerable<string> path)
    {
        foreach (var part in path)
        {
            node = node switch
            {
                JsonObject inner => inner[part],
                JsonArray list when int.TryParse(part, CultureInfo.InvariantCulture, out var i) && i < list.Count => list[i],
                _ => null,
            };
        }

        return node;
    }

    private static void Add(JsonNode root, string[] path, JsonNode? value)
    {
        switch (At(root, path[..^1]))
        {
            case JsonObject inner:
                inner[path[^1]] = value;
                break;
            case JsonArray list when path[^1] == "-":
                list.Add(value);
                break;
            case JsonArray list when int.TryParse(path[^1], CultureInfo.InvariantCulture, out var i) && i <= list.Count:
                list.Insert(i, value);
                break;
            default:
                throw Rejected();
        }
    }

    private static JsonNode? Remove(JsonNode root, string[] path)
    {
        switch (At(root, path[..^1]))
        {
            case JsonObject inner when inner.ContainsKey(path[^1]):
                var value = inner[path[^1]];
                inner.Remove(path[^1]);
                return value;
            case JsonArray list when int.TryParse(path[^1], CultureInfo.InvariantCulture, out var i) && i < list.Count:
                var item = list[i];
                list.RemoveAt(i);
                return item;
            default:
                throw Rejected();
        }
    }
}
