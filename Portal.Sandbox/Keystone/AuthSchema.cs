using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Checks a log-in's body as keystone's JSON schema does, with its words.</summary>
internal static class AuthSchema
{
    private const string TokenText = """
        {'properties': {'id': {'type': 'string'}},
         'required': ['id'],
         'type': 'object'}
        """;

    private const string IdentityText = """
        {'properties': {'methods': {'items': {'type': 'string'},
                                    'type': 'array'},
                        'password': {'properties': {'user': {'properties': {'domain': {'properties': {'id': {'type': 'string'},
                                                                                                      'name': {'type': 'string'}},
                                                                                       'type': 'object'},
                                                                            'id': {'type': 'string'},
                                                                            'name': {'type': 'string'},
                                                                            'password': {'type': 'string'}},
                                                             'type': 'object'}},
                                     'type': 'object'},
                        'token': {'properties': {'id': {'type': 'string'}},
                                  'required': ['id'],
                                  'type': 'object'}},
         'required': ['methods'],
         'type': 'object'}
        """;

    private const string ArrayText = "{'items': {'type': 'string'}, 'type': 'array'}";

    /// <summary>Gives the <c>auth</c> object.</summary>
    /// <exception cref="KeystoneFault">400: the body is not as the schema wants it.</exception>
    public static JsonObject Check(JsonNode? body)
    {
        var auth = body.Object("auth") ?? throw KeystoneFault.Malformed("auth in request body");
        if (!auth.TryGetPropertyValue("identity", out var identity))
        {
            throw Violation([], "'identity' is a required property", "required", "{'required': ['identity'], 'type': 'object'}", auth);
        }

        if (identity is not JsonObject)
        {
            throw Violation(["identity"], $"{PythonText.Write(identity)} is not of type 'object'", "type", IdentityText, identity);
        }

        if (!identity.AsObject().ContainsKey("methods"))
        {
            throw Violation(["identity"], "'methods' is a required property", "required", IdentityText, identity);
        }

        if (identity["methods"] is not JsonArray)
        {
            throw Violation(["identity", "methods"], $"{PythonText.Write(identity["methods"])} is not of type 'array'", "type", ArrayText, identity["methods"]);
        }

        if (identity["token"] is JsonObject token && token.Text("id") is null)
        {
            throw Violation(["identity", "token"], "'id' is a required property", "required", TokenText, token);
        }

        return auth;
    }

    private static KeystoneFault Violation(string[] path, string message, string keyword, string schema, JsonNode? instance)
    {
        var place = string.Concat(path.Select(p => $"['properties']['{p}']"));
        var where = string.Concat(path.Select(p => $"['{p}']"));
        var text = $"{message}\n\nFailed validating '{keyword}' in schema{place}:\n{Indent(schema)}\n\nOn instance{where}:\n{Indent(PythonText.Write(instance))}";
        return KeystoneFault.BadRequest(path.Length == 0 ? text : $"Invalid input for field '{string.Join('/', path)}': {text}");
    }

    private static string Indent(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => "    " + line));
}

/// <summary>Writes JSON as Python prints it.</summary>
internal static class PythonText
{
    public static string Write(JsonNode? node) => node switch
    {
        null => "None",
        JsonObject o => "{" + string.Join(", ", o.Select(p => $"'{p.Key}': {Write(p.Value)}")) + "}",
        JsonArray a => "[" + string.Join(", ", a.Select(Write)) + "]",
        JsonValue v when v.TryGetValue<string>(out var text) => "'" + text + "'",
        JsonValue v when v.TryGetValue<bool>(out var flag) => flag ? "True" : "False",
        _ => node.ToJsonString(),
    };
}
