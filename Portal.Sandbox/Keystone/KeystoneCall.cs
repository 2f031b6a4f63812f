using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>One request, read.</summary>
internal sealed class KeystoneCall(HttpContext http, string address, LiveToken? caller)
{
    private static readonly string[] True = ["", "1", "true", "yes", "on"];

    public HttpContext Http { get; } = http;

    /// <summary>Gets the public address, without a slash at the end.</summary>
    public string Address { get; } = address;

    /// <summary>Gets the token of the caller.</summary>
    /// <exception cref="KeystoneFault">401: none, or none that is worth anything.</exception>
    public LiveToken Caller => caller ?? throw KeystoneFault.Unauthorized();

    public JsonNode? Body { get; private set; }

    public string? SubjectToken => Http.Request.Headers["X-Subject-Token"].FirstOrDefault();

    /// <summary>Gets a part of the path.</summary>
    public string this[string name] => (string)Http.Request.RouteValues[name]!;

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>Says whether a flag is in the query: alone, or with a value that means yes.</summary>
    public bool Asked(string name) => Http.Request.Query.TryGetValue(name, out var values) && True.Contains((values.FirstOrDefault() ?? "").ToLowerInvariant());

    /// <exception cref="KeystoneFault">403: the caller is no administrator.</exception>
    public void RequireAdmin(string action)
    {
        if (!Caller.IsAdmin)
        {
            throw KeystoneFault.Forbidden("identity:" + action);
        }
    }

    public void RequireAdminOr(string userId, string action)
    {
        if (Caller.UserId != userId)
        {
            RequireAdmin(action);
        }
    }

    /// <summary>Gives the object under a name in the body.</summary>
    /// <exception cref="KeystoneFault">400: it is not there.</exception>
    public JsonObject Wrapped(string name) =>
        Body.Object(name) ?? throw KeystoneFault.Malformed($"{name} in request body");

    public JsonObject List(string name, IEnumerable<JsonNode?> items) => new()
    {
        [name] = new JsonArray([.. items]),
        ["links"] = new JsonObject { ["next"] = null, ["self"] = Address + Http.Request.Path + Http.Request.QueryString, ["previous"] = null },
    };

    /// <exception cref="KeystoneFault">400: the body is no JSON.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(Http.Request.Method) || HttpMethods.IsHead(Http.Request.Method))
        {
            return;
        }

        using var reader = new StreamReader(Http.Request.Body);
        var text = await reader.ReadToEndAsync(cancellationToken);
        if (text.Length == 0)
        {
            return;
        }

        try
        {
            Body = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw KeystoneFault.Malformed("valid JSON in request body");
        }
    }
}
