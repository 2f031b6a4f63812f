using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Objects as tables, as kubectl and lists in a hurry ask for them.</summary>
internal static class Tables
{
    private const string NameText = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: http://kubernetes.io/docs/user-guide/identifiers#names";
    private const string AgeText = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    public static JsonObject Of(KubeCluster cluster, ResourceType type, IEnumerable<JsonObject> items, string version, string? next, int? left, string include)
    {
        var columns = Columns(type);
        var metadata = new JsonObject { ["resourceVersion"] = version };
        if (next is not null)
        {
            metadata["continue"] = next;
        }

        if (left is { } count)
        {
            metadata["remainingItemCount"] = count;
        }

        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = JsonPaths.Array(columns.Select(c => c.Definition())),
            ["rows"] = JsonPaths.Array(items.Select(item => Row(cluster, columns, item, include))),
        };
    }

    private static JsonObject Row(KubeCluster cluster, IReadOnlyList<Column> columns, JsonObject item, string include)
    {
        var row = new JsonObject { ["cells"] = JsonPaths.Array(columns.Select(c => c.Cell(item, cluster.Now))) };
        if (include != "None")
        {
            row["object"] = include == "Object" ? item.DeepClone() : Output.Partial(item);
        }

        return row;
    }

    private static List<Column> Columns(ResourceType type)
    {
        var name = new Column("Name", NameText, 0, (o, _) => o.Name()) { Format = "name" };
        var age = new Column("Age", AgeText, 0, (o, now) => KubeTime.Parse(o.At("metadata.creationTimestamp")) is { } born ? KubeTime.Age(now - born) : "<unknown>");
        if (type.Columns is { } custom)
        {
            return [name, .. custom.OfType<JsonObject>().Select(Custom), .. custom.Any(c => c.Str("name") == "Age") ? [] : new[] { new Column("Age", AgeText, 0, age.Value) { Type = "date", IsTime = true } }];
        }

        return type.Kind == "Pod" ? [name, .. PodColumns.All(age)] : [name, .. TableColumns.Of(type.Kind), age];
    }

    private static Column Custom(JsonObject column)
    {
        var path = column.Str("jsonPath").TrimStart('.').Replace("\\.", "\u0001", StringComparison.Ordinal);
        return new Column(column.Str("name"), column.Str("description"), column.Int("priority") ?? 0, (o, _) => o.At(path)?.DeepClone()) { Type = column.Str("type"), Format = column.Str("format") };
    }

    /// <summary>One column and how it is filled.</summary>
    internal sealed record Column(string Name, string Description, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Value)
    {
        public string Type { get; init; } = "string";

        public string Format { get; init; } = string.Empty;

        public bool IsTime { get; init; }

        public JsonNode? Cell(JsonObject item, DateTimeOffset now) => IsTime ? item.At("metadata.creationTimestamp")?.DeepClone() : Value(item, now);

        public JsonObject Definition() => new()
        {
            ["name"] = Name,
            ["type"] = Type,
            ["format"] = Format,
            ["description"] = Description,
            ["priority"] = Priority,
        };
    }

    internal static string Int(JsonNode item, string path) => (item.Int(path) ?? 0).ToString(CultureInfo.InvariantCulture);
}
