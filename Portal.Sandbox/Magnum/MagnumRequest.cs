using System.Text.Json.Nodes;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>A request as the controllers see it.</summary>
/// <param name="Http">The exchange.</param>
/// <param name="Token">The caller.</param>
/// <param name="Version">The version asked for.</param>
/// <param name="Path">Segments behind <c>/v1</c>.</param>
/// <param name="Body">The body, or null.</param>
/// <param name="Base">Address of the service.</param>
internal sealed record MagnumRequest(HttpContext Http, TokenInfo Token, MicroVersion Version, string[] Path, JsonNode? Body, string Base)
{
    public string Method => Http.Request.Method;

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>Gives the body as an object.</summary>
    public JsonObject Object => Body as JsonObject ?? throw new MagnumException(400, "Request is not in valid JSON format");

    /// <summary>Refuses callers of versions that do not have the call.</summary>
    public void Needs(int minor)
    {
        if (Version < MicroVersion.V(minor))
        {
            throw new RoutingException(406);
        }
    }

    public JsonArray Links(string path) =>
    [
        new JsonObject { ["href"] = $"{Base}/v1/{path}", ["rel"] = "self" },
        new JsonObject { ["href"] = $"{Base}/{path}", ["rel"] = "bookmark" },
    ];

    public Task Reply(int status, JsonNode body) => OpenStack.Reply.JsonAsync(Http, status, body);
}
