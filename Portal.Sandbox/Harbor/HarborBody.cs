using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>A field whose JSON type (and length) the server checks before anything else.</summary>
/// <param name="Path">Path in the body: <c>metadata.public</c>.</param>
/// <param name="Owner">The server's own name of the object that holds it, as its messages say it.</param>
/// <param name="Type"><c>string</c>, <c>int64</c> or <c>bool</c>.</param>
/// <param name="MaxLength">Longest text, or null.</param>
internal sealed record HarborField(string Path, string Owner, string Type, int? MaxLength = null);

/// <summary>The shape of a body: the parameter's name in messages, and its checked fields.</summary>
internal sealed record HarborShape(string Name, params HarborField[] Fields)
{
    /// <summary>Reads a body, or fails with the server's 422.</summary>
    public JsonObject Read(string? contentType, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            throw HarborException.Unprocessable($"{Name} in body is required");
        }

        var type = contentType?.Split(';')[0].Trim() ?? "application/octet-stream";
        if (type != "application/json")
        {
            throw HarborException.Unprocessable($"unsupported media type \"{type}\", only [application/json] are allowed");
        }

        var body = Parse(bytes);
        foreach (var field in Fields)
        {
            Check(field, body);
        }

        return body;
    }

    private JsonObject Parse(byte[] bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                throw Failed("unexpected EOF");
            }

            using (document)
            {
                return document.RootElement.ValueKind is JsonValueKind.Object
                    ? JsonNode.Parse(document.RootElement.GetRawText())!.AsObject()
                    : document.RootElement.ValueKind is JsonValueKind.Null ? []
                    : throw Failed($"json: cannot unmarshal {KindOf(document.RootElement.ValueKind)} into Go value of type models.{Name}");
            }
        }
        catch (JsonException e)
        {
            var at = Math.Min((int)(e.BytePositionInLine ?? 0), bytes.Length - 1);
            throw Failed($"invalid character '{(char)bytes[at]}' looking for beginning of value");
        }
    }

    private void Check(HarborField field, JsonObject body)
    {
        JsonNode? value = body;
        foreach (var part in field.Path.Split('.'))
        {
            value = (value as JsonObject)?[part];
        }

        if (value is null)
        {
            return;
        }

        var kind = value.GetValueKind();
        var fits = field.Type switch
        {
            "string" => kind is JsonValueKind.String,
            "bool" => kind is JsonValueKind.True or JsonValueKind.False,
            _ => kind is JsonValueKind.Number && value.AsValue().TryGetValue<long>(out _),
        };
        if (!fits)
        {
            var what = kind is JsonValueKind.Number && field.Type == "int64" ? $"number {value.ToJsonString()}" : KindOf(kind);
            throw Failed($"json: cannot unmarshal {what} into Go struct field {field.Owner}.{field.Path} of type {field.Type}");
        }

        if (field.MaxLength is { } max && value.GetValue<string>().Length > max)
        {
            throw HarborException.Unprocessable($"validation failure list:\n{field.Path} in body should be at most {max} chars long");
        }
    }

    private HarborException Failed(string why) => HarborException.Unprocessable($"parsing {Name} body from \"\" failed, because {why}");

    private static string KindOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>Short ways to read a checked body.</summary>
internal static class HarborBody
{
    public static string Text(this JsonObject? body, string name) =>
        body?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static long? Number(this JsonObject? body, string name) =>
        body?[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    public static bool Flag(this JsonObject? body, string name) =>
        body?[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    /// <summary>Gives the bytes of an answer's body.</summary>
    public static byte[] Bytes(this JsonNode body) => Encoding.UTF8.GetBytes(body.ToJsonString(new JsonSerializerOptions
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }));
}
