using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>The structural schema of a custom resource: defaults, pruning, validation.</summary>
internal static class CustomSchema
{
    /// <summary>Takes out what the schema does not know; gives the paths.</summary>
    public static IReadOnlyList<string> Prune(JsonObject? schema, JsonObject body)
    {
        var unknown = new List<string>();
        if (schema is null || schema.Bool("x-kubernetes-preserve-unknown-fields"))
        {
            return unknown;
        }

        foreach (var (name, value) in body.ToList())
        {
            if (name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            PruneField(schema, body, name, value, name, unknown);
        }

        return unknown;
    }

    public static void Fill(JsonObject? schema, JsonNode? node)
    {
        if (schema is null)
        {
            return;
        }

        if (node is JsonObject inner)
        {
            foreach (var (name, field) in schema.Obj("properties") ?? [])
            {
                if (inner[name] is null && field?["default"] is { } value)
                {
                    inner[name] = value.DeepClone();
                }

                Fill(field as JsonObject, inner[name]);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Fill(schema["items"] as JsonObject, item);
            }
        }
    }

    public static void Check(JsonObject? schema, JsonObject body, List<Cause> causes)
    {
        foreach (var (name, field) in schema.Obj("properties") ?? [])
        {
            if (name is not ("apiVersion" or "kind" or "metadata") && field is JsonObject inner && body.ContainsKey(name))
            {
                Value(inner, body[name], name, causes);
            }
        }

        Required(schema, body, string.Empty, causes);
    }

    private static void PruneField(JsonObject schema, JsonObject owner, string name, JsonNode? value, string path, List<string> unknown)
    {
        var field = schema.Obj("properties")?[name] as JsonObject ?? schema["additionalProperties"] as JsonObject;
        if (field is null)
        {
            if (!schema.Bool("x-kubernetes-preserve-unknown-fields") && schema["additionalProperties"] is null)
            {
                unknown.Add(path);
                owner.Remove(name);
            }

            return;
        }

        foreach (var (inner, innerSchema, at) in Inner(field, value, path))
        {
            foreach (var (key, nested) in inner.ToList())
            {
                PruneField(innerSchema, inner, key, nested, $"{at}.{key}", unknown);
            }
        }
    }

    private static IEnumerable<(JsonObject Inner, JsonObject Schema, string Path)> Inner(JsonObject field, JsonNode? value, string path) => value switch
    {
        JsonObject inner => [(inner, field, path)],
        JsonArray list when field["items"] is JsonObject items => list.Select((item, i) => (item, i)).Where(p => p.item is JsonObject).Select(p => ((JsonObject)p.item!, items, $"{path}[{p.i}]")),
        _ => [],
    };

    private static void Required(JsonObject? schema, JsonObject value, string path, List<Cause> causes)
    {
        foreach (var name in schema.Strings("required").Where(n => !value.ContainsKey(n)))
        {
            causes.Add(Cause.Required(path.Length == 0 ? name : $"{path}.{name}"));
        }
    }

    private static void Value(JsonObject schema, JsonNode? value, string path, List<Cause> causes)
    {
        if (value is null)
        {
            return;
        }

        var type = schema.Str("type");
        if (type.Length > 0 && !schema.Bool("x-kubernetes-int-or-string") && !Fits(type, value))
        {
            causes.Add(new Cause("FieldValueTypeInvalid", $"Invalid value: \"{TypeOf(value)}\": {path} in body must be of type {type}: \"{TypeOf(value)}\"", path));
            return;
        }

        Limits(schema, value, path, causes);
        if (value is JsonObject inner)
        {
            foreach (var (name, field) in schema.Obj("properties") ?? [])
            {
                if (field is JsonObject fieldSchema && inner.ContainsKey(name))
                {
                    Value(fieldSchema, inner[name], $"{path}.{name}", causes);
                }
            }

            Required(schema, inner, path, causes);
        }
        else if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                Value(items, list[i], $"{path}[{i}]", causes);
            }
        }
    }

    private static void Limits(JsonObject schema, JsonNode value, string path, List<Cause> causes)
    {
        void Bad(string text, string why) => causes.Add(Cause.Invalid(path, text, $"{path} in body {why}"));
        if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = value.Number();
            if (schema["maximum"] is { } maximum && number > maximum.Number())
            {
                Bad(value.ToJsonString(), $"should be less than or equal to {maximum.Number().ToString(CultureInfo.InvariantCulture)}");
            }

            if (schema["minimum"] is { } minimum && number < minimum.Number())
            {
                Bad(value.ToJsonString(), $"should be greater than or equal to {minimum.Number().ToString(CultureInfo.InvariantCulture)}");
            }
        }

        if (value.Text() is { } text)
        {
            if (schema.Str("pattern") is { Length: > 0 } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
            {
                Bad($"\"{text}\"", $"should match '{pattern}'");
            }

            if (schema.Strings("enum") is { Count: > 0 } allowed && !allowed.Contains(text))
            {
                causes.Add(Cause.Unsupported(path, text, [.. allowed]));
            }
        }
    }

    private static string TypeOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.Number() % 1 == 0 ? "integer" : "number",
        _ => "boolean",
    };

    private static bool Fits(string type, JsonNode value) => TypeOf(value) is var found && (found == type || (type == "number" && found == "integer"));
}
