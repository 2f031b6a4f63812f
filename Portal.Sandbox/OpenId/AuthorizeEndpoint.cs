using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Sandbox.OpenId;

/// <summary><c>/auth</c> and <c>/session/end</c>: what a browser is sent to.</summary>
internal sealed class AuthorizeEndpoint(OpenIdState state)
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public void Map(WebApplication app)
    {
        app.MapMethods("/auth", ["GET", "POST"], AuthorizeAsync);
        app.MapMethods("/session/end", ["GET", "POST"], EndAsync);
    }

    private async Task AuthorizeAsync(HttpContext http)
    {
        var request = http.GetOpenIddictServerRequest()!;
        var session = state.FindSession(http.Request.Cookies[SignInEndpoint.Cookie]);
        var user = state.FindUser(session?.Login);
        if (session is null || user is null || request.HasPromptValue(PromptValues.Login))
        {
            await AskAsync(http, request);
            return;
        }

        var resources = request.GetResources().Concat(request.GetAudiences()).Distinct();
        var principal = OpenIdPrincipal.ForUser(user, state.FindClient(request.ClientId)!, session, request.GetScopes(), resources);
        principal.SetClaim(OpenIdPrincipal.Code, OpenIdState.NewId());
        await http.SignInAsync(Scheme, principal);
    }

    private static async Task AskAsync(HttpContext http, OpenIddictRequest request)
    {
        if (request.HasPromptValue(PromptValues.None))
        {
            await http.ForbidAsync(Scheme, new AuthenticationProperties(new Dictionary<string, string?>
            {
                [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.LoginRequired,
                [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "End-User authentication is required",
            }));
            return;
        }

        // Back to the same request, without the wish to be asked.
        var again = new List<KeyValuePair<string, string?>>();
        foreach (var (name, value) in request.GetParameters())
        {
            foreach (var text in (System.Collections.Immutable.ImmutableArray<string?>?)value ?? [])
            {
                if (name != Parameters.Prompt)
                {
                    again.Add(new(name, text));
                }
            }
        }

        var returnTo = "/auth" + QueryString.Create(again);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = "/signin" + QueryString.Create("return", returnTo).Add("login", request.LoginHint ?? "");
    }

    private async Task EndAsync(HttpContext http)
    {
        var session = http.Request.Cookies[SignInEndpoint.Cookie];
        if (session is null)
        {
            var hint = await http.AuthenticateAsync(Scheme);
            session = hint.Principal?.FindFirst(OpenIdPrincipal.Session)?.Value;
        }

        if (session is not null)
        {
            state.EndSession(session);
        }

        http.Response.Cookies.Delete(SignInEndpoint.Cookie);
        await http.SignOutAsync(Scheme, new AuthenticationProperties { RedirectUri = "/signedout" });
    }
}
