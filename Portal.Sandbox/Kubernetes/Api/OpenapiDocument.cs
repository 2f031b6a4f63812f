using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>
/// The document of one version of one group (<c>apis/apps/v1</c>): its paths with their kinds, and the fields of these kinds, from
/// the client library's models. The models carry no descriptions, so there are none. Strategic merge patches are left out: their merge
/// keys are not known here, and clients that find none fall back to what they have built in.
/// </summary>
internal static class OpenapiDocument
{
    private const string Models = "#/components/schemas/";
    private static readonly string[] PatchParameters = ["dryRun", "fieldManager", "fieldValidation", "force"];

    public static JsonObject Paths(KubeCluster cluster, string name)
    {
        var paths = new JsonObject();
        foreach (var type in TypesOf(cluster, name))
        {
            var place = $"/{name}/{(type.Namespaced ? "namespaces/{namespace}/" : string.Empty)}{type.Plural}";
            var schema = new JsonObject { ["$ref"] = Models + NameOf(type) };
            paths[place] = new JsonObject { ["get"] = Operation(type, schema) };
            var patch = Operation(type, schema);
            patch["parameters"] = new JsonArray([.. PatchParameters.Select(p => new JsonObject { ["name"] = p, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true } })]);
            patch["requestBody"] = new JsonObject { ["content"] = new JsonObject { ["application/apply-patch+yaml"] = new JsonObject(), ["application/merge-patch+json"] = new JsonObject() } };
            paths[place + "/{name}"] = new JsonObject { ["get"] = Operation(type, schema), ["patch"] = patch };
        }

        return paths;
    }

    public static JsonObject Schemas(KubeCluster cluster, string name)
    {
        var schemas = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var type in TypesOf(cluster, name))
        {
            if (type.CustomSchema is { } custom)
            {
                var copy = custom.DeepClone().AsObject();
                copy["x-kubernetes-group-version-kind"] = Kinds(type);
                schemas[NameOf(type)] = copy;
            }
            else if (SchemaCheck.ModelOf(type.Group, type.Version, type.Kind) is { } model)
            {
                Add(schemas, model, name);
                schemas[NameOf(type)]!["x-kubernetes-group-version-kind"] = Kinds(type);
            }
        }

        return new JsonObject(schemas);
    }

    private static IEnumerable<ResourceType> TypesOf(KubeCluster cluster, string name) =>
        cluster.Types.All.Where(t => (t.Group.Length == 0 ? "api/" : "apis/") + t.ApiVersion == name && t.Verbs.Contains("get"));

    private static JsonObject Operation(ResourceType type, JsonObject schema) => new()
    {
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK", ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema.DeepClone() } } } },
        ["x-kubernetes-group-version-kind"] = Kind(type),
    };

    private static JsonObject Kind(ResourceType type) => new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };

    private static JsonArray Kinds(ResourceType type) => [Kind(type)];

    private static string NameOf(ResourceType type) => type.IsCustom
        ? string.Join('.', type.Group.Split('.').Reverse().Append(type.Version).Append(type.Kind))
        : $"io.k8s.api.{Package(type.Group)}.{type.Version}.{type.Kind}";

    private static string Package(string group) => group.Length == 0 ? "core" : group.Split('.')[0];

    private static string NameOf(Type model, string document)
    {
        var parts = document.Split('/');
        var go = SchemaCheck.GoName(model);
        return go is "ObjectMeta" or "ListMeta" or "OwnerReference" or "ManagedFieldsEntry" or "LabelSelector" or "LabelSelectorRequirement"
            ? "io.k8s.apimachinery.pkg.apis.meta.v1." + go
            : $"io.k8s.api.{(parts.Length == 2 ? "core" : Package(parts[1]))}.{parts[^1]}.{go}";
    }

    private static void Add(SortedDictionary<string, JsonNode?> schemas, Type model, string document)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (!schemas.TryAdd(NameOf(model, document), schema))
        {
            return;
        }

        var properties = new JsonObject();
        foreach (var (field, type) in SchemaCheck.FieldsOf(model))
        {
            properties[field] = Property(schemas, type, document);
        }

        schema["properties"] = properties;
    }

    private static JsonObject Property(SortedDictionary<string, JsonNode?> schemas, Type type, string document)
    {
        if (SchemaCheck.ItemType(type) is { } item)
        {
            return new JsonObject { ["type"] = "array", ["items"] = Property(schemas, item, document) };
        }

        if (SchemaCheck.MapType(type) is { } value)
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Property(schemas, value, document) };
        }

        if (SchemaCheck.IsModel(type))
        {
            Add(schemas, type, document);
            return new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = Models + NameOf(type, document) }) };
        }

        return Plain(type);
    }

    private static JsonObject Plain(Type type) => type switch
    {
        _ when type == typeof(string) || type.Name == "ResourceQuantity" => new() { ["type"] = "string" },
        _ when type.Name.StartsWith("IntOrString", StringComparison.Ordinal) => new() { ["type"] = "string", ["format"] = "int-or-string" },
        _ when type == typeof(int) => new() { ["type"] = "integer", ["format"] = "int32" },
        _ when type == typeof(long) => new() { ["type"] = "integer", ["format"] = "int64" },
        _ when type == typeof(double) => new() { ["type"] = "number", ["format"] = "double" },
        _ when type == typeof(bool) => new() { ["type"] = "boolean" },
        _ when type == typeof(byte[]) => new() { ["type"] = "string", ["format"] = "byte" },
        _ when type == typeof(DateTime) || type.Name == "V1MicroTime" => new() { ["type"] = "string", ["format"] = "date-time" },
        _ => new() { ["type"] = "object" },
    };
}
