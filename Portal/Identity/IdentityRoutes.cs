using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Portal.Core.Backends;
using Portal.Core.Identity.Sessions;

namespace Portal.Identity;

/// <summary>The addresses of sign-in and log-out that are not pages.</summary>
internal static class IdentityRoutes
{
    /// <summary>Where a log-out ends.</summary>
    public const string SignedOut = "/signed-out";

    /// <summary>Maps them.</summary>
    public static void MapIdentity(this WebApplication app)
    {
        app.MapGet("/sign-in", SignInAsync).AllowAnonymous();
        app.MapPost("/sign-out", SignOutAsync).AllowAnonymous();
        app.MapPost("/sign-out/notice", NoticeAsync).AllowAnonymous().DisableAntiforgery();
    }

    private static async Task<IResult> SignInAsync(HttpContext context, OpenIdProvider provider, ILogger<OpenIdProvider> logger, string? returnUrl)
    {
        var local = ReturnUrl.Local(returnUrl);
        if (context.User.SessionId() is not null)
        {
            return Results.LocalRedirect(local);
        }

        try
        {
            await provider.DiscoverAsync(context.RequestAborted);
        }
        catch (BackendException e)
        {
            logger.ProviderDown(e);
            return Results.LocalRedirect(SignInProblems.Page(SignInProblem.ProviderDown, local));
        }

        return Results.Challenge(new AuthenticationProperties { RedirectUri = local }, [OpenIdConnectDefaults.AuthenticationScheme]);
    }

    private static async Task SignOutAsync(HttpContext context, IAntiforgery antiforgery, ISessions sessions, OpenIdProvider provider, ILogger<OpenIdProvider> logger)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (context.User.SessionId() is { } id)
        {
            context.Items[SignInEvents.IdTokenItem] = await sessions.FindIdTokenAsync(id, context.RequestAborted);
            await sessions.EndAsync(id, CancellationToken.None);
        }

        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        await LeaveProviderAsync(context, provider, logger);
    }

    private static async Task LeaveProviderAsync(HttpContext context, OpenIdProvider provider, ILogger<OpenIdProvider> logger)
    {
        try
        {
            if ((await provider.DiscoverAsync(context.RequestAborted)).EndSessionEndpoint is { Length: > 0 })
            {
                await context.SignOutAsync(OpenIdConnectDefaults.AuthenticationScheme, new AuthenticationProperties { RedirectUri = SignedOut });
                return;
            }
        }
        catch (BackendException e)
        {
            logger.ProviderDown(e);
        }

        context.Response.Redirect($"{SignedOut}?provider=kept");
    }

    private static async Task<IResult> NoticeAsync(HttpContext context, LogoutNotice notice, ISessions sessions)
    {
        context.Response.Headers.CacheControl = "no-store";
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (await notice.ReadAsync(form["logout_token"].ToString(), context.RequestAborted) is not { } providerSession)
        {
            return Results.BadRequest();
        }

        await sessions.EndByProviderSessionAsync(providerSession, CancellationToken.None);
        return Results.Ok();
    }
}
