using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>An answer that is not success, in Keystone's own error document.</summary>
internal sealed class KeystoneFault(int status, string message, string title, JsonObject? identity = null) : Exception(message)
{
    public int Status { get; } = status;

    public static KeystoneFault Unauthorized() =>
        new(401, "The request you have made requires authentication.", "Unauthorized");

    public static KeystoneFault Forbidden(string? action = null) =>
        new(403, action is null ? "You are not authorized to perform the requested action." : $"You are not authorized to perform the requested action: {action}.", "Forbidden");

    public static KeystoneFault NotFound(string kind, string id) => new(404, $"Could not find {kind}: {id}.", "Not Found");

    public static KeystoneFault NoToken(string message) => new(404, message, "Not Found");

    public static KeystoneFault BadRequest(string message) => new(400, message, "Bad Request");

    public static KeystoneFault Malformed(string what) =>
        BadRequest($"Expecting to find {what}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.");

    public static KeystoneFault Conflict(string kind, string name) =>
        new(409, $"Conflict occurred attempting to store {kind} - Duplicate entry found with name {name}.", "Conflict");

    public static KeystoneFault Immutable(string kind, string id) =>
        new(403, $"Cannot modify immutable {kind} {id}.", "Forbidden");

    public static KeystoneFault UnsupportedMethod(IEnumerable<string> methods) =>
        new(401, "Attempted to authenticate with an unsupported method.", "Unauthorized", new JsonObject { ["methods"] = new JsonArray([.. methods.Select(m => JsonValue.Create(m))]) });

    public KeystoneAnswer ToAnswer()
    {
        var error = new JsonObject { ["code"] = Status, ["message"] = Message, ["title"] = title };
        if (identity is not null)
        {
            error["identity"] = identity.DeepClone();
        }

        return new KeystoneAnswer(Status, new JsonObject { ["error"] = error });
    }
}

/// <summary>What a handler answers.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON body, or null for none.</param>
internal sealed record KeystoneAnswer(int Status, JsonNode? Body = null)
{
    public string? SubjectToken { get; init; }

    public string? Html { get; init; }

    public string? Location { get; init; }

    public static KeystoneAnswer Ok(JsonNode body) => new(200, body);

    public static KeystoneAnswer Created(JsonNode body) => new(201, body);

    public static KeystoneAnswer Nothing { get; } = new(204);
}

/// <summary>An error inside the WSGI application that Apache turns into its own page.</summary>
internal sealed class InternalFault : Exception
{
    public InternalFault()
        : base("Internal Server Error")
    {
    }
}
