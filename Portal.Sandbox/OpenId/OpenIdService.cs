using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Keystone;
using Portal.Sandbox.World;

namespace Portal.Sandbox.OpenId;

/// <summary>The OpenID provider of the sandbox's company: OpenIddict without a database, with its sign-in page.</summary>
internal sealed class OpenIdService : ISandboxService
{
    private readonly SandboxContext context;
    private readonly OpenIdState state;
    private readonly TaskCompletionSource seeded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OpenIdService(SandboxContext context)
    {
        this.context = context;
        state = new OpenIdState(context);
        context.Share<IAccessTokens>(new AccessTokens(state, context.Clock));
    }

    public string Name => "oidc";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new("oidc", 26010)];

    public void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication();
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode()
                .SetAuthorizationEndpointUris("auth")
                .SetTokenEndpointUris("token")
                .SetEndSessionEndpointUris("session/end")
                .SetJsonWebKeySetEndpointUris("jwks")
                .AllowAuthorizationCodeFlow()
                .AllowRefreshTokenFlow()
                .AllowClientCredentialsFlow()
                .RequireProofKeyForCodeExchange()
                .DisableAccessTokenEncryption()
                .DisableResourceValidation()
                .DisableAudienceValidation()
                .DisableScopeValidation()
                .RegisterScopes("openid", "offline_access", "profile", "email", "groups")
                .SetAuthorizationCodeLifetime(TimeSpan.FromMinutes(1))
                .SetIdentityTokenLifetime(TimeSpan.FromMinutes(10))
                .SetRefreshTokenLifetime(TimeSpan.FromDays(30))
                .Configure(Late);
            new OpenIdEvents(state).Add(server);
            server.UseAspNetCore()
                .EnableAuthorizationEndpointPassthrough()
                .EnableTokenEndpointPassthrough()
                .EnableEndSessionEndpointPassthrough()
                .DisableTransportSecurityRequirement();
        });
    }

    public void Map(WebApplication app)
    {
        // Keys and address are known only now; OpenIddict reads its options at the first request.
        app.Use(async (http, next) =>
        {
            await seeded.Task.WaitAsync(http.RequestAborted);
            await next(http);
        });
        app.UseAuthentication();
        new AuthorizeEndpoint(state).Map(app);
        new TokenEndpoint(state).Map(app);
        new BearerEndpoints(state, context.Get<IAccessTokens>()).Map(app);
        new SignInEndpoint(state).Map(app);
    }

    public Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        state.Seed(context.Declarations.Object("oidc") ?? []);
        if (saved is JsonObject kept)
        {
            state.Load(kept);
        }

        seeded.TrySetResult();
        return Task.CompletedTask;
    }

    public JsonNode? Save() => seeded.Task.IsCompleted ? state.Save() : null;

    public void Tick(DateTimeOffset now) => state.Forget(now);

    public Task StopAsync() => Task.CompletedTask;

    private void Late(OpenIddictServerOptions options)
    {
        options.TimeProvider = context.Clock;
        options.Issuer = new Uri(state.Issuer);
        options.SigningCredentials.Add(new SigningCredentials(new RsaSecurityKey(state.Key) { KeyId = state.KeyId }, SecurityAlgorithms.RsaSha256));
        options.EncryptionCredentials.Add(new EncryptingCredentials(new SymmetricSecurityKey(state.EncryptionKey), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
    }
}
