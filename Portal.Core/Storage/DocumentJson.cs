using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Portal.Core.Storage;

/// <summary>The one way documents become JSON and come back.</summary>
internal static partial class DocumentJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    public static string Write<T>(T value)
    {
        // PostgreSQL's jsonb refuses the character NUL; a backend's answer may hold one.
        var json = JsonSerializer.Serialize(value, Options);
        return json.Contains("\\u0000", StringComparison.Ordinal) ? Nul().Replace(json, "$1\\ufffd") : json;
    }

    /// <exception cref="NewerSchemaException">Written by a newer portal.</exception>
    public static Stored<T> Read<T>(DocumentType<T> type, RawDocument document)
    {
        if (document.Schema > type.Schema)
        {
            throw new NewerSchemaException(type.Collection, document.Id, document.Schema, type.Schema);
        }

        var value = document.Schema == type.Schema
            ? JsonSerializer.Deserialize<T>(document.Json, Options)
            : Upgrade(type, document).Deserialize<T>(Options);
        return new(document.Id, document.Version, value ?? throw new StorageException($"{type.Collection}/{document.Id} is empty."));
    }

    private static JsonObject Upgrade<T>(DocumentType<T> type, RawDocument document)
    {
        var json = JsonNode.Parse(document.Json)!.AsObject();
        for (var schema = document.Schema; schema < type.Schema; schema++)
        {
            if (!type.Upgrades.TryGetValue(schema, out var upgrade))
            {
                throw new StorageException($"{type.Collection}/{document.Id} has schema {document.Schema}; nothing upgrades it from {schema}.");
            }

            upgrade(json);
        }

        return json;
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        options.Converters.Add(new JsonStringEnumConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)\\u0000")]
    private static partial Regex Nul();
}
