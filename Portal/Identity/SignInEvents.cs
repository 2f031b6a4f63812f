using System.Globalization;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Identity.Sessions;

namespace Portal.Identity;

/// <summary>What the portal does at each turn of the OpenID sign-in.</summary>
internal sealed class SignInEvents(ISessions sessions, IOptions<OidcOptions> options, TimeProvider time, ILogger<SignInEvents> logger) : OpenIdConnectEvents
{
    /// <summary>Key under which a log-out leaves the ID token for the request to the provider.</summary>
    public static readonly object IdTokenItem = new();

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        if (options.Value.Audience is { } audience)
        {
            context.ProtocolMessage.SetParameter("audience", audience);
        }

        if (options.Value.Resource is { } resource)
        {
            context.ProtocolMessage.Resource = resource;
        }

        return Task.CompletedTask;
    }

    public override Task RedirectToIdentityProviderForSignOut(RedirectContext context)
    {
        context.ProtocolMessage.IdTokenHint = context.HttpContext.Items[IdTokenItem] as string;
        context.ProtocolMessage.ClientId = options.Value.ClientId;
        return Task.CompletedTask;
    }

    public override async Task TokenValidated(TokenValidatedContext context)
    {
        var answer = context.TokenEndpointResponse!;
        var expiresIn = double.TryParse(answer.ExpiresIn, CultureInfo.InvariantCulture, out var seconds) ? seconds : (double?)null;
        var tokens = OpenIdProvider.Tokens(answer.AccessToken, answer.RefreshToken, answer.IdToken, expiresIn, time.GetUtcNow());
        try
        {
            var session = await sessions.BeginAsync(tokens, context.Principal?.FindFirst("sid")?.Value, context.HttpContext.RequestAborted);
            context.Principal = PortalClaims.Principal(session);
        }
        catch (BackendException e)
        {
            var problem = SignInProblems.Of(e);
            logger.SignInRefused(problem, e.Backend, e.Failure, e.RequestId);
            context.HandleResponse();
            context.Response.Redirect(SignInProblems.Page(problem, context.Properties?.RedirectUri));
        }
    }

    public override Task RemoteFailure(Microsoft.AspNetCore.Authentication.RemoteFailureContext context)
    {
        logger.ProviderError(context.Failure?.Message ?? "no reason");
        context.HandleResponse();
        var problem = context.Failure?.InnerException is HttpRequestException or IOException || context.Failure is HttpRequestException
            ? SignInProblem.ProviderDown
            : SignInProblem.ProviderRefused;
        context.Response.Redirect(SignInProblems.Page(problem, context.Properties?.RedirectUri));
        return Task.CompletedTask;
    }
}
