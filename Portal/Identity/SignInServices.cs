using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Portal.Core.Identity;
using Portal.Core.Identity.Sessions;
using Portal.Security;

namespace Portal.Identity;

/// <summary>Sign-in: the OpenID handler, the cookie, sessions, and how circuits know theirs.</summary>
internal static class SignInServices
{
    /// <summary>Adds the feature.</summary>
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddIdentity();
        services.AddHttpClient(OpenIdProvider.ClientName, client => client.Timeout = TimeSpan.FromSeconds(15));
        services.AddSingleton<OpenIdProvider>();
        services.AddSingleton<IIdentityProvider>(p => p.GetRequiredService<OpenIdProvider>());
        services.AddSingleton<ITicketStore, SessionTicketStore>();
        services.AddSingleton<SignInEvents>();
        services.AddSingleton<LogoutNotice>();
        services.AddScoped<AuthenticationStateProvider, SessionAuthenticationState>();
        services.AddScoped<PortalSession>();
        services.AddHostedService<SessionUpkeep>();
        services.AddAuthorization();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().AddOpenIdConnect();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<ITicketStore, IOptions<SecurityOptions>, IOptions<IdentityOptions>, IHostEnvironment>(Cookie);
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IOptions<OidcOptions>, IOptions<SecurityOptions>, IHostEnvironment>(Oidc);
    }

    private static void Cookie(CookieAuthenticationOptions cookie, ITicketStore store, IOptions<SecurityOptions> security, IOptions<IdentityOptions> identity, IHostEnvironment environment)
    {
        cookie.SessionStore = store;
        cookie.LoginPath = "/sign-in";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.SlidingExpiration = false;
        cookie.ExpireTimeSpan = identity.Value.Session.Absolute;
        PortalCookies.Shape(cookie.Cookie, "portal", security.Value, environment);
    }

    private static void Oidc(OpenIdConnectOptions oidc, IOptions<OidcOptions> options, IOptions<SecurityOptions> security, IHostEnvironment environment)
    {
        oidc.Authority = options.Value.Authority;
        oidc.RequireHttpsMetadata = false; // The options' check has said when http is allowed.
        oidc.ClientId = options.Value.ClientId;
        oidc.ClientSecret = options.Value.ReadSecret();
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.SaveTokens = false;
        oidc.DisableTelemetry = true;
        oidc.MapInboundClaims = false;
        oidc.GetClaimsFromUserInfoEndpoint = false;
        oidc.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        oidc.CallbackPath = "/sign-in/callback";
        oidc.SignedOutCallbackPath = "/sign-out/callback";
        oidc.SignedOutRedirectUri = "/signed-out";
        oidc.RemoteSignOutPath = "/sign-out/remote";
        oidc.BackchannelTimeout = TimeSpan.FromSeconds(15);
        oidc.EventsType = typeof(SignInEvents);
        oidc.Scope.Clear();
        foreach (var scope in options.Value.AskedScopes)
        {
            oidc.Scope.Add(scope);
        }

        PortalCookies.Shape(oidc.NonceCookie, "portal-nonce-", security.Value, environment);
        PortalCookies.Shape(oidc.CorrelationCookie, "portal-correlation-", security.Value, environment);
    }
}
