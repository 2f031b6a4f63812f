using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Portal.Tests.Sandbox;

/// <summary>
/// Harbor's own API description (Swagger 2.0), as far as it uses JSON Schema: types, formats of times, required, lengths, enumerations,
/// references. Stricter than the schema in one thing: a field that is not described is a deviation. Answers what is wrong by the name of the
/// definition (<c>Artifact.tags: null</c>), or of the operation where none has a name.
/// </summary>
internal sealed partial class HarborDescription
{
    private const string Base = "/api/v2.0";
    private readonly JsonObject document;

    private HarborDescription(JsonObject document) => this.document = document;

    public static HarborDescription Read(string file)
    {
        var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(new StringReader(File.ReadAllText(file)));
        var json = new SerializerBuilder().JsonCompatible().Build().Serialize(yaml);
        return new HarborDescription(JsonNode.Parse(json)!.AsObject());
    }

    /// <summary>Gives the template of a path, or null when it is not described.</summary>
    public string? Template(string path)
    {
        var parts = path.Split('?')[0][Base.Length..].Split('/');
        return Paths.Select(p => p.Key).Where(t => Matches(t.Split('/'), parts)).OrderBy(t => t.Count(c => c == '{')).FirstOrDefault();
    }

    /// <summary>Gives what is not as described in an answer; a path below <c>/api/v2.0</c>.</summary>
    public IReadOnlySet<string> Deviations(string method, string path, int status, string body)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var template = Template(path);
        var response = template is null ? null : Paths[template]![method.ToLowerInvariant()]?["responses"]?[$"{status}"] as JsonObject;
        var where = $"{method} {template ?? "(no such path)"} {status}";
        var schema = response is null ? null : Resolve(response).Node["schema"] as JsonObject;
        if (status >= 400)
        {
            // Many refusals are not described at all (422 hardly ever is), or without a body; every recorded one has the one shape of errors.
            schema ??= new JsonObject { ["$ref"] = "#/definitions/Errors" };
        }
        else if (response is null)
        {
            found.Add(where + ": not described");
        }

        if (method != "HEAD")
        {
            Body(schema, body, where, found);
        }

        return found;
    }

    private JsonObject Paths => document["paths"]!.AsObject();

    private static bool Matches(string[] template, string[] parts) => template.Length == parts.Length && !template.Where((t, i) => t != parts[i] && !t.StartsWith('{')).Any();

    private void Body(JsonObject? schema, string body, string where, HashSet<string> found)
    {
        if (schema is null)
        {
            found.UnionWith(body.Length > 0 ? [where + ": body not described"] : []);
        }
        else if (body.Length == 0)
        {
            found.Add(where + ": no body");
        }
        else
        {
            // A text (ping) is not JSON.
            Check(schema, body[0] is '{' or '[' ? JsonNode.Parse(body) : JsonValue.Create(body), where, found);
        }
    }

    private (JsonObject Node, string? Name) Resolve(JsonObject node)
    {
        string? name = null;
        while (node["$ref"]?.GetValue<string>() is { } reference)
        {
            var parts = reference.Split('/');
            (name, node) = (parts[2], document[parts[1]]![parts[2]]!.AsObject());
        }

        return (node, name);
    }

    private void Check(JsonObject given, JsonNode? value, string where, HashSet<string> found)
    {
        var (schema, name) = Resolve(given);
        where = name ?? where;
        var type = Text(schema["type"]) ?? (schema["properties"] is null ? null : "object");
        if (type is null)
        {
            return;
        }

        if (value is null || !IsA(type, value))
        {
            found.Add(value is null ? where + ": null" : $"{where}: {value.GetValueKind()} for {type}");
        }
        else if (value is JsonArray list)
        {
            foreach (var item in list)
            {
                Check(schema["items"]!.AsObject(), item, where + "[]", found);
            }
        }
        else if (value is JsonObject fields)
        {
            Object(schema, fields, where, found);
        }
        else
        {
            Scalar(schema, value, where, found);
        }
    }

    private void Object(JsonObject schema, JsonObject fields, string where, HashSet<string> found)
    {
        foreach (var required in (schema["required"] as JsonArray ?? []).Select(Text).Where(r => !fields.ContainsKey(r!)))
        {
            found.Add($"{where}.{required}: left out");
        }

        var known = schema["properties"] as JsonObject;
        foreach (var (name, value) in fields)
        {
            if (known?[name] is JsonObject property)
            {
                Check(property, value, $"{where}.{name}", found);
            }
            else if (schema["additionalProperties"] is JsonObject others)
            {
                Check(others, value, where + ".*", found);
            }
            else if (known is not null && schema["additionalProperties"] is null)
            {
                found.Add($"{where}.{name}: not described");
            }
        }
    }

    private static void Scalar(JsonObject schema, JsonNode value, string where, HashSet<string> found)
    {
        if (Text(schema["format"]) == "date-time" && !Time().IsMatch(value.ToString()))
        {
            found.Add(where + ": no time");
        }

        if (int.TryParse(Text(schema["maxLength"]), out var longest) && value.ToString().Length > longest)
        {
            found.Add(where + ": too long");
        }

        if (schema["enum"] is JsonArray words && !words.Any(w => Text(w) == value.ToString()))
        {
            found.Add(where + ": not one of its words");
        }
    }

    private static bool IsA(string type, JsonNode value) => (type, value.GetValueKind()) switch
    {
        ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("array", JsonValueKind.Array) or ("object", JsonValueKind.Object) => true,
        ("integer", JsonValueKind.Number) => value.AsValue().TryGetValue<long>(out _),
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        _ => false,
    };

    private static string? Text(JsonNode? node) => node?.ToString();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
    private static partial Regex Time();
}
