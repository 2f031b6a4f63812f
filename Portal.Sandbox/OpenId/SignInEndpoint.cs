namespace Portal.Sandbox.OpenId;

/// <summary><c>/signin</c>: the page, the password, the session's cookie.</summary>
internal sealed class SignInEndpoint(OpenIdState state)
{
    /// <summary>Cookies are shared by all ports of a host, so the name must be nobody else's.</summary>
    public const string Cookie = "sandbox-idp-session";

    public void Map(WebApplication app)
    {
        app.MapGet("/signin", (HttpContext http) => Page(http, 200, null, http.Request.Query["login"].ToString()));
        app.MapPost("/signin", (Delegate)SignInAsync);
        app.MapGet("/", () => Results.Content(SignInPage.Front(state.Users), "text/html"));
    }

    private IResult Page(HttpContext http, int status, string? message, string login)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XFrameOptions = "DENY";
        return Results.Content(SignInPage.Write(state.Users, ReturnTo(http), message, login), "text/html", statusCode: status);
    }

    private async Task<IResult> SignInAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var picked = form["pick"].ToString();
        var user = picked.Length > 0 ? state.FindUser(picked) : state.CheckPassword(form["login"], form["password"]);
        if (user is null)
        {
            return Page(http, 401, "Wrong user or password.", form["login"].ToString());
        }

        http.Response.Cookies.Append(Cookie, state.StartSession(user.Login).Id, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/" });
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = ReturnTo(http);
        return Results.Empty;
    }

    /// <summary>Only back to this provider's own authorization endpoint, never elsewhere.</summary>
    private static string ReturnTo(HttpContext http)
    {
        var asked = http.Request.Query["return"].ToString();
        return asked.StartsWith("/auth?", StringComparison.Ordinal) ? asked : "/";
    }
}
