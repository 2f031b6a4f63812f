using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Portal.Sandbox.OpenId;

/// <summary>The checks that OpenIddict leaves to us without its stores.</summary>
internal sealed class OpenIdEvents(OpenIdState state)
{
    public void Add(OpenIddictServerBuilder server)
    {
        // Some clients ask with "audience" where others say "resource"; both are heard.
        server.RemoveEventHandler(Authentication.ValidateAudienceParameter.Descriptor);
        server.RemoveEventHandler(Exchange.ValidateAudienceParameter.Descriptor);
        server.AddEventHandler<ValidateAuthorizationRequestContext>(b => b.UseInlineHandler(Synchronously<ValidateAuthorizationRequestContext>(CheckAuthorization)));
        server.AddEventHandler<ValidateTokenRequestContext>(b => b.UseInlineHandler(Synchronously<ValidateTokenRequestContext>(CheckToken)));
        server.AddEventHandler<ValidateEndSessionRequestContext>(b => b.UseInlineHandler(Synchronously<ValidateEndSessionRequestContext>(CheckEndSession)));
        server.AddEventHandler<ApplyTokenResponseContext>(b => b.UseInlineHandler(Synchronously<ApplyTokenResponseContext>(MakeOpaque)).SetOrder(int.MinValue + 1_000));
        server.AddEventHandler<ApplyAuthorizationResponseContext>(b => b.UseInlineHandler(Synchronously<ApplyAuthorizationResponseContext>(c =>
        {
            if (c.Response[Parameters.Iss] is not null)
            {
                c.Response[Parameters.Iss] = state.Issuer;
            }
        })).SetOrder(int.MinValue + 1_000));
        server.AddEventHandler<ApplyConfigurationResponseContext>(b => b.UseInlineHandler(Synchronously<ApplyConfigurationResponseContext>(Describe)).SetOrder(int.MinValue + 1_000));
        server.AddEventHandler<GenerateTokenContext>(b => b.UseInlineHandler(Synchronously<GenerateTokenContext>(c =>
            c.SecurityTokenDescriptor.Issuer = state.Issuer)).SetOrder(Protection.AttachTokenMetadata.Descriptor.Order + 1));
    }

    private static Func<T, ValueTask> Synchronously<T>(Action<T> action) => context =>
    {
        action(context);
        return ValueTask.CompletedTask;
    };

    /// <summary>An application on this machine may use any port and path.</summary>
    private static bool IsLoopback(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.IsLoopback is var loopback
        && (loopback || uri.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase));

    private void CheckAuthorization(ValidateAuthorizationRequestContext c)
    {
        if (state.FindClient(c.ClientId) is not { IsMachine: false })
        {
            c.Reject(Errors.InvalidClient, "client is invalid");
        }
        else if (!IsLoopback(c.RedirectUri))
        {
            c.Reject(Errors.InvalidRequest, "redirect_uri did not match any of the client's registered redirect_uris");
        }
    }

    private void CheckToken(ValidateTokenRequestContext c)
    {
        if (state.FindClient(c.ClientId) is not { } client || !state.SecretFits(client, c.ClientSecret))
        {
            c.Reject(Errors.InvalidClient, "client authentication failed");
        }
        else if (client.IsMachine != c.Request.IsClientCredentialsGrantType())
        {
            c.Reject(Errors.UnauthorizedClient, "requested grant type is not allowed for this client");
        }
    }

    private static void CheckEndSession(ValidateEndSessionRequestContext c)
    {
        if (c.PostLogoutRedirectUri is not null && !IsLoopback(c.PostLogoutRedirectUri))
        {
            c.Reject(Errors.InvalidRequest, "post_logout_redirect_uri not registered");
        }
    }

    private void MakeOpaque(ApplyTokenResponseContext c)
    {
        if (c.Request?["x_opaque"] is not null && c.Response.AccessToken is { } token && AccessTokens.Peek(token) is { } claims)
        {
            c.Response.AccessToken = state.KeepOpaque(claims);
        }
    }

    private void Describe(ApplyConfigurationResponseContext c)
    {
        c.Response[Metadata.Issuer] = state.Issuer;
        c.Response[Metadata.UserInfoEndpoint] = state.Issuer + "/me";
        c.Response[Metadata.IntrospectionEndpoint] = state.Issuer + "/token/introspection";
        c.Response[Metadata.RevocationEndpoint] = state.Issuer + "/token/revocation";
        c.Response[Metadata.ClaimsSupported] = new OpenIddictParameter(["sub", "name", "preferred_username", "email", "email_verified", "groups", "sid", "auth_time", "iss"]);
    }
}
