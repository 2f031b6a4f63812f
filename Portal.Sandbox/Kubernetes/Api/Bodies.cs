using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Reads what clients send.</summary>
internal static class Bodies
{
    public static async Task<string> TextAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    /// <summary>Reads an object of the kind that the address names, without the fields that the kind does not have.</summary>
    /// <exception cref="KubeException">400: not JSON, another kind, a wrong type, or (strict) an unknown field.</exception>
    public static async Task<JsonObject> ObjectAsync(KubeRequest request, string kind, string group, string version)
    {
        var body = await AnyAsync(request.Http, kind);
        var sent = body.Str("kind");
        var expected = group.Length == 0 ? version : $"{group}/{version}";
        if (sent.Length > 0 && sent != kind)
        {
            throw KubeException.BadRequest($"{sent} in version \"{Tail(body.Str("apiVersion"))}\" cannot be handled as a {kind}: converting (v1.{sent}) to ({(group.Length == 0 ? "core" : group.Split('.')[0])}.{kind}): unknown conversion");
        }

        if (body.Str("apiVersion") is { Length: > 0 } api && api != expected)
        {
            throw KubeException.BadRequest($"the API version in the data ({api}) does not match the expected API version ({expected})");
        }

        body["kind"] = kind;
        body["apiVersion"] = expected;
        return body;
    }

    /// <summary>Drops unknown fields; warns, refuses or is silent about them as the request wishes.</summary>
    /// <exception cref="KubeException">The types are wrong (400), or fields are unknown and the request is strict.</exception>
    public static void Prune(KubeRequest request, JsonObject body, bool patch = false)
    {
        var type = request.Type;
        var unknown = type.IsCustom ? CustomSchema.Prune(type.CustomSchema, body) : SchemaCheck.Prune(body, type.Group, type.Version, type.Kind);
        if (unknown.Count == 0)
        {
            return;
        }

        var texts = unknown.Select(u => $"unknown field \"{u}\"").ToList();
        switch (request.Query("fieldValidation"))
        {
            case "Strict" when patch:
                throw KubeException.Invalid(string.Empty, type.Kind, body.Name(), [new Cause("FieldValueInvalid", $"Invalid value: \"{{}}\": strict decoding error: {string.Join(", ", texts)}", "patch")]);
            case "Strict":
                throw KubeException.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: {string.Join(", ", texts)}");
            case "Ignore":
                break;
            default:
                foreach (var text in texts)
                {
                    request.Http.Response.Headers.Append("Warning", $"299 - \"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
                }

                break;
        }
    }

    /// <summary>Reads an object in whatever format it was sent.</summary>
    /// <exception cref="KubeException">400 or 415: it cannot be read.</exception>
    public static async Task<JsonObject> AnyAsync(HttpContext http, string kind)
    {
        if (http.Request.ContentType?.StartsWith(ProtobufBody.MediaType, StringComparison.Ordinal) != true)
        {
            return Parse(await TextAsync(http), kind);
        }

        using var bytes = new MemoryStream();
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        return ProtobufBody.Read(bytes.ToArray(), kind);
    }

    public static JsonObject Parse(string text, string kind)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject body)
            {
                return body;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        var trimmed = text.TrimStart();
        var why = trimmed.Length == 0 ? "unexpected end of JSON input"
            : trimmed[0] == '{' && trimmed.Length > 1 ? $"invalid character '{trimmed[1..].TrimStart().FirstOrDefault()}' looking for beginning of object key string"
            : $"invalid character '{trimmed[0]}' looking for beginning of value";
        throw KubeException.BadRequest($"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why} ({(text.Length > 100 ? text[..100] + " ..." : text)})");
    }

    public static async Task<JsonObject?> OptionsAsync(HttpContext http)
    {
        var text = await TextAsync(http);
        var options = string.IsNullOrWhiteSpace(text) || http.Request.ContentType?.Contains("protobuf", StringComparison.Ordinal) == true ? [] : Parse(text, "DeleteOptions");
        foreach (var name in new[] { "propagationPolicy", "gracePeriodSeconds", "orphanDependents" })
        {
            if (http.Request.Query.TryGetValue(name, out var value))
            {
                options[name] = int.TryParse(value, out var number) ? number : bool.TryParse(value, out var flag) ? flag : value.ToString();
            }
        }

        return options;
    }

    private static string Tail(string apiVersion) => apiVersion[(apiVersion.LastIndexOf('/') + 1)..];
}
