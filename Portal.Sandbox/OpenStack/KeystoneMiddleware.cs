using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;

namespace Portal.Sandbox.OpenStack;

/// <summary>What stands in front of every service but Keystone: asks Keystone what the token says.</summary>
internal static class KeystoneMiddleware
{
    public static TokenInfo? Authenticate(HttpContext http, SandboxContext context) =>
        http.Request.Headers.TryGetValue("X-Auth-Token", out var token)
            ? context.Find<ITokenAuthority>()?.Validate(token.ToString())
            : null;

    /// <summary>Answers 401 in the middleware's own shape.</summary>
    public static Task RefuseAsync(HttpContext http, SandboxContext context)
    {
        var keystone = context.Addresses.TryGetValue("keystone", out var url) ? url : "http://keystone.sandbox.invalid";
        http.Response.Headers.WWWAuthenticate = $"Keystone uri=\"{keystone}/v3\"";
        return Reply.JsonAsync(http, StatusCodes.Status401Unauthorized, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = 401,
                ["title"] = "Unauthorized",
                ["message"] = "The request you have made requires authentication.",
            },
        });
    }
}
