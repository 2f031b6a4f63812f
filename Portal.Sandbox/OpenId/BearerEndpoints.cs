using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.World;

namespace Portal.Sandbox.OpenId;

/// <summary><c>/me</c>, <c>/token/introspection</c> and <c>/token/revocation</c>.</summary>
internal sealed class BearerEndpoints(OpenIdState state, IAccessTokens tokens)
{
    private static readonly string[] Shown = ["sub", "name", "preferred_username", "email", "email_verified", "groups"];

    public void Map(WebApplication app)
    {
        app.MapMethods("/me", ["GET", "POST"], (Delegate)UserInfo);
        app.MapPost("/token/introspection", (Delegate)IntrospectAsync);
        app.MapPost("/token/revocation", (Delegate)RevokeAsync);
        app.MapGet("/signedout", () => Results.Content(SignInPage.SignedOut(), "text/html"));
    }

    private IResult UserInfo(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..] : "";
        if ((tokens.Verify(token) ?? tokens.Introspect(token)) is not { } claims)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\", error_description=\"invalid token provided\"";
            return Results.Json(new { error = "invalid_token", error_description = "invalid token provided" }, statusCode: 401);
        }

        return Results.Json(new JsonObject(claims.Where(c => Shown.Contains(c.Key)).Select(c => KeyValuePair.Create(c.Key, c.Value?.DeepClone()))));
    }

    private async Task<IResult> IntrospectAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (Client(http, form) is null)
        {
            return Results.Json(new { error = "invalid_client", error_description = "client authentication failed" }, statusCode: 401);
        }

        // JWT access tokens are not stored, so they cannot be introspected: inactive, however valid they are.
        var claims = tokens.Introspect(form["token"].ToString());
        if (claims is null)
        {
            return Results.Json(new { active = false });
        }

        claims["active"] = true;
        return Results.Json(claims);
    }

    private async Task<IResult> RevokeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (Client(http, form) is null)
        {
            return Results.Json(new { error = "invalid_client", error_description = "client authentication failed" }, statusCode: 401);
        }

        state.ForgetOpaque(form["token"].ToString());
        return Results.Ok();
    }

    private OpenIdClient? Client(HttpContext http, IFormCollection form)
    {
        var (id, secret) = (form["client_id"].ToString(), form["client_secret"].ToString());
        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..])).Split(':', 2);
            (id, secret) = (Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        return state.FindClient(id) is { } client && state.SecretFits(client, secret.Length == 0 ? null : secret) ? client : null;
    }
}
