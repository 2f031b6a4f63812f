using System.IO.Compression;
using System.Text.Json.Nodes;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>The schema that a real API server gave: checks that an object has only known fields of the right types, and all required ones.</summary>
internal sealed class OpenApiSchema
{
    private readonly JsonObject definitions;
    private readonly Dictionary<string, JsonObject> byKind;

    private OpenApiSchema(JsonObject definitions)
    {
        this.definitions = definitions;
        byKind = definitions
            .SelectMany(d => (d.Value!["x-kubernetes-group-version-kind"]?.AsArray() ?? []).Select(k => (Key: Key(k!), Schema: d.Value!.AsObject())))
            .GroupBy(x => x.Key).ToDictionary(g => g.Key, g => g.First().Schema);
    }

    public static OpenApiSchema? Load()
    {
        if (RepositoryPaths.Shared is not { } shared)
        {
            return null;
        }

        using var file = File.OpenRead(Path.Combine(shared, "recordings", "kubernetes", "openapi-v2.json.gz"));
        using var text = new GZipStream(file, CompressionMode.Decompress);
        return new OpenApiSchema(JsonNode.Parse(text)!["definitions"]!.AsObject());
    }

    public IReadOnlyList<string> Problems(JsonObject manifest)
    {
        var problems = new List<string>();
        var key = $"{manifest["apiVersion"]}/{manifest["kind"]}";
        if (byKind.TryGetValue(key, out var schema))
        {
            Check(manifest, schema, $"{manifest["kind"]} {manifest["metadata"]?["name"]}", problems);
        }
        else
        {
            problems.Add($"The server does not know {key}.");
        }

        return problems;
    }

    private static string Key(JsonNode kind) => kind["group"]!.GetValue<string>() is { Length: > 0 } group ? $"{group}/{kind["version"]}/{kind["kind"]}" : $"{kind["version"]}/{kind["kind"]}";

    private void Check(JsonNode? value, JsonObject schema, string path, List<string> problems)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            schema = definitions[reference["#/definitions/".Length..]]!.AsObject();
        }

        switch (value)
        {
            case JsonObject o when schema["properties"] is JsonObject properties:
                problems.AddRange(from required in schema["required"]?.AsArray() ?? [] where !o.ContainsKey(required!.GetValue<string>()) select $"{path} lacks {required}");
                foreach (var (name, child) in o)
                {
                    if (properties[name] is JsonObject known)
                    {
                        Check(child, known, $"{path}.{name}", problems);
                    }
                    else
                    {
                        problems.Add($"{path} has the unknown field {name}");
                    }
                }

                break;
            case JsonObject o when schema["additionalProperties"] is JsonObject items:
                foreach (var (name, child) in o)
                {
                    Check(child, items, $"{path}.{name}", problems);
                }

                break;
            case JsonArray list when schema["items"] is JsonObject item:
                for (var i = 0; i < list.Count; i++)
                {
                    Check(list[i], item, $"{path}[{i}]", problems);
                }

                break;
            default:
                CheckScalar(value, schema, path, problems);
                break;
        }
    }

    private static void CheckScalar(JsonNode? value, JsonObject schema, string path, List<string> problems)
    {
        var kind = value?.GetValueKind();
        var type = schema["type"]?.GetValue<string>();
        var fits = (type, schema["format"]?.GetValue<string>()) switch
        {
            ("string", "int-or-string") => kind is System.Text.Json.JsonValueKind.String or System.Text.Json.JsonValueKind.Number,
            ("string", _) => kind is System.Text.Json.JsonValueKind.String,
            ("integer" or "number", _) => kind is System.Text.Json.JsonValueKind.Number,
            ("boolean", _) => kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
            ("array", _) => kind is System.Text.Json.JsonValueKind.Array,
            _ => true,
        };
        if (!fits)
        {
            problems.Add($"{path} is {kind}, not {type}");
        }
    }
}
