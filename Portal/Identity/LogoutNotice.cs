using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Portal.Core.Backends;

namespace Portal.Identity;

/// <summary>Reads the provider's back-channel log-out token (OpenID Connect Back-Channel Logout 1.0).</summary>
internal sealed class LogoutNotice(OpenIdProvider provider, IOptions<OidcOptions> options, ILogger<LogoutNotice> logger)
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>Gives the provider's session id that has ended, or null when the notice is not to be believed.</summary>
    public async Task<string?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            var discovery = await provider.DiscoverAsync(cancellationToken);
            var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
            {
                ValidIssuer = discovery.Issuer,
                ValidAudience = options.Value.ClientId,
                IssuerSigningKeys = discovery.SigningKeys,
            });
            return result.IsValid ? SessionOf((JsonWebToken)result.SecurityToken) : Refuse(result.Exception?.GetType().Name ?? "not valid");
        }
        catch (BackendException e)
        {
            return Refuse(e.Failure.ToString());
        }
    }

    // A nonce would make it an ID token, which must not pass for a notice.
    private string? SessionOf(JsonWebToken token)
    {
        if (token.TryGetPayloadValue<object>("nonce", out _) || !token.TryGetPayloadValue<System.Text.Json.JsonElement>("events", out var events) || !events.TryGetProperty(Event, out _))
        {
            return Refuse("not a log-out token");
        }

        return token.TryGetPayloadValue<string>("sid", out var session) && session.Length > 0 ? session : Refuse("no sid");
    }

    private string? Refuse(string reason)
    {
        logger.NoticeRefused(reason);
        return null;
    }
}
