using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>A collection of Keystone's documents, in the order of their ids as Keystone lists them. Keys that begin with an underscore stay inside.</summary>
internal sealed class EntitySet(string singular, string plural, string? path = null)
{
    private readonly SortedDictionary<string, JsonObject> items = new(StringComparer.Ordinal);

    public string Singular => singular;

    public string Plural => plural;

    public string Path { get; } = path ?? plural;

    public IEnumerable<JsonObject> All => items.Values;

    public JsonObject? Find(string? id) => id is not null && items.TryGetValue(id, out var item) ? item : null;

    /// <exception cref="KeystoneFault">404: nothing has that id.</exception>
    public JsonObject Get(string id) => Find(id) ?? throw KeystoneFault.NotFound(Title(singular), id);

    public JsonObject? Named(string? name, string? domainId = null) =>
        items.Values.FirstOrDefault(i => i.Text("name") == name && (domainId is null || i.Text("domain_id") == domainId));

    public JsonObject Put(JsonObject item) => items[item.Text("id")!] = item;

    public void Remove(string id) => items.Remove(id);

    /// <summary>Gives what a caller sees of an item.</summary>
    public JsonObject Show(JsonObject item, string address)
    {
        var shown = new JsonObject(item.Where(p => p.Key[0] != '_').Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        shown["links"] = new JsonObject { ["self"] = $"{address}/v3/{Path}/{item.Text("id")}" };
        return shown;
    }

    public JsonArray Save() => new([.. items.Values.Select(i => i.DeepClone())]);

    public void Load(JsonNode? saved)
    {
        items.Clear();
        foreach (var item in saved?.AsArray() ?? [])
        {
            Put(item!.DeepClone().AsObject());
        }
    }

    private static string Title(string name) => name switch
    {
        "identity_provider" => "Identity Provider",
        "application_credential" => "Application Credential",
        _ => name,
    };
}

/// <summary>Reading of loosely formed documents.</summary>
internal static class JsonReading
{
    public static string? Text(this JsonNode? node, string name) =>
        node is JsonObject o && o.TryGetPropertyValue(name, out var value) && value is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;

    public static bool? Flag(this JsonNode? node, string name) =>
        node is JsonObject o && o.TryGetPropertyValue(name, out var value) && value is JsonValue v && v.TryGetValue<bool>(out var flag) ? flag : null;

    public static long? Number(this JsonNode? node, string name) =>
        node is JsonObject o && o.TryGetPropertyValue(name, out var value) && value is JsonValue v && v.TryGetValue<long>(out var number) ? number : null;

    public static JsonObject? Object(this JsonNode? node, string name) =>
        node is JsonObject o && o.TryGetPropertyValue(name, out var value) ? value as JsonObject : null;

    public static JsonArray? List(this JsonNode? node, string name) =>
        node is JsonObject o && o.TryGetPropertyValue(name, out var value) ? value as JsonArray : null;

    public static IEnumerable<string> Texts(this JsonArray? list) =>
        list is null ? [] : list.OfType<JsonValue>().Select(v => v.TryGetValue<string>(out var text) ? text : v.ToJsonString());

    public static JsonArray ToJson(this IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
