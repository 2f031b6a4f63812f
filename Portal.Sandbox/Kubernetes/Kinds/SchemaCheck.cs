using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s.Models;
using Portal.Sandbox.Kubernetes.Api;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>Knows the fields of the built-in kinds (from the client library's models): wrong types are refused, unknown fields dropped.</summary>
internal static class SchemaCheck
{
    private static readonly ConcurrentDictionary<Type, Dictionary<string, Type>> Fields = new();

    private static readonly Lazy<Dictionary<string, Type>> Kinds = new(() => typeof(V1Pod).Assembly.GetTypes()
        .Select(t => (Type: t, Entity: t.GetCustomAttribute<KubernetesEntityAttribute>()))
        .Where(t => t.Entity is not null && !t.Type.Name.EndsWith("List", StringComparison.Ordinal))
        .GroupBy(t => $"{t.Entity!.Group}/{t.Entity.ApiVersion}/{t.Entity.Kind}")
        .ToDictionary(g => g.Key, g => g.First().Type, StringComparer.Ordinal));

    /// <summary>Gives the paths of unknown fields and takes them out.</summary>
    /// <exception cref="KubeException">400: a field has the wrong type.</exception>
    public static IReadOnlyList<string> Prune(JsonObject body, string group, string version, string kind)
    {
        var unknown = new List<string>();
        if (Kinds.Value.TryGetValue($"{group}/{version}/{kind}", out var type))
        {
            Check(body, type, string.Empty, string.Empty, $"{kind} in version \"{version}\" cannot be handled as a {kind}", unknown);
        }

        return unknown;
    }

    /// <summary>Gives the model of a kind, or null where the client library has none.</summary>
    public static Type? ModelOf(string group, string version, string kind) => Kinds.Value.GetValueOrDefault($"{group}/{version}/{kind}");

    /// <summary>Gives a model's fields by their names.</summary>
    public static IReadOnlyDictionary<string, Type> FieldsOf(Type model) => Fields.GetOrAdd(model, Load);

    private static void Check(JsonObject node, Type type, string path, string goPath, string what, List<string> unknown)
    {
        var fields = Fields.GetOrAdd(type, Load);
        foreach (var (name, value) in node.ToList())
        {
            if (!fields.TryGetValue(name, out var fieldType))
            {
                unknown.Add(Join(path, name));
                node.Remove(name);
            }
            else if (value is not null)
            {
                CheckValue(value, fieldType, Join(path, name), Join(goPath, name), GoName(type), what, unknown);
            }
        }
    }

    private static void CheckValue(JsonNode value, Type type, string path, string goPath, string owner, string what, List<string> unknown)
    {
        var kind = value.GetValueKind();
        if (Expected(type) is { } expected && !Fits(kind, expected))
        {
            var found = kind switch { JsonValueKind.Object => "object", JsonValueKind.Array => "array", JsonValueKind.String => "string", JsonValueKind.Number => "number", _ => "bool" };
            throw KubeException.BadRequest($"{what}: json: cannot unmarshal {found} into Go struct field {owner}.{goPath} of type {expected}");
        }

        if (value is JsonArray list && ItemType(type) is { } item)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is { } element)
                {
                    CheckValue(element, item, $"{path}[{i}]", goPath, owner, what, unknown);
                }
            }
        }
        else if (value is JsonObject inner && MapType(type) is { } mapped)
        {
            foreach (var (key, entry) in inner.ToList())
            {
                if (entry is not null)
                {
                    CheckValue(entry, mapped, Join(path, key), goPath, owner, what, unknown);
                }
            }
        }
        else if (value is JsonObject nested && IsModel(type))
        {
            Check(nested, type, path, goPath, what, unknown);
        }
    }

    private static string? Expected(Type type) => type == typeof(string) ? "string"
        : type == typeof(int) ? "int32"
        : type == typeof(long) ? "int64"
        : type == typeof(bool) ? "bool"
        : ItemType(type) is { } item ? "[]" + (IsModel(item) ? "v1." + GoName(item) : Expected(item) ?? "interface {}")
        : MapType(type) is { } map ? "map[string]" + (Expected(map) ?? (IsModel(map) ? "v1." + GoName(map) : "interface {}"))
        : IsModel(type) && !type.Name.StartsWith("IntOrString", StringComparison.Ordinal) ? "v1." + GoName(type)
        : null;

    private static bool Fits(JsonValueKind kind, string expected) => expected switch
    {
        "string" => kind == JsonValueKind.String,
        "int32" or "int64" => kind == JsonValueKind.Number,
        "bool" => kind is JsonValueKind.True or JsonValueKind.False,
        _ when expected.StartsWith("[]", StringComparison.Ordinal) => kind == JsonValueKind.Array,
        _ => kind == JsonValueKind.Object,
    };

    internal static bool IsModel(Type type) => type.Namespace == "k8s.Models" && type.IsClass && !type.Name.StartsWith("IntOrString", StringComparison.Ordinal)
        && type.Name is not ("ResourceQuantity" or "V1JSONSchemaProps" or "V1MicroTime");

    internal static Type? ItemType(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? Plain(type.GetGenericArguments()[0]) : null;

    internal static Type? MapType(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>) ? Plain(type.GetGenericArguments()[1]) : null;

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    internal static string GoName(Type type) => System.Text.RegularExpressions.Regex.Replace(type.Name, "^(Corev1|Eventsv1|V[0-9]+((alpha|beta)[0-9]+)?)", string.Empty);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static Dictionary<string, Type> Load(Type type) => type.GetProperties()
        .Select(p => (Name: p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, Type: Plain(p.PropertyType)))
        .Where(p => p.Name is not null)
        .ToDictionary(p => p.Name!, p => p.Type, StringComparer.Ordinal);
}
