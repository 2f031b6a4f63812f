using System.Security.Claims;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Sandbox.OpenId;

/// <summary>Makes what tokens are written from.</summary>
internal static class OpenIdPrincipal
{
    /// <summary>Claims that stay in codes and refresh tokens, which only this provider reads.</summary>
    public const string Code = "sb_code";

    public const string Grant = "sb_grant";

    public const string Refresh = "sb_refresh";

    public const string Session = "sid";

    private const string JsonArray = "JSON_ARRAY";

    public static ClaimsPrincipal ForUser(OpenIdUser user, OpenIdClient client, OpenIdSession session, IEnumerable<string> scopes, IEnumerable<string> resources)
    {
        var identity = Identity(user.Subject, user.FullName);
        identity.AddClaim(new Claim(Claims.PreferredUsername, user.Login));
        identity.AddClaim(new Claim(Claims.Email, user.Email));
        identity.AddClaim(new Claim(Claims.EmailVerified, "true", ClaimValueTypes.Boolean));
        identity.AddClaim(new Claim("groups", JsonSerializer.Serialize(user.Groups), JsonArray));
        identity.AddClaim(new Claim(Session, session.Id));
        identity.AddClaim(new Claim(Claims.AuthenticationTime, session.SignedInAt.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), ClaimValueTypes.Integer64));
        return Finish(identity, client, scopes, resources);
    }

    public static ClaimsPrincipal ForMachine(OpenIdClient client, IEnumerable<string> resources) =>
        Finish(Identity(client.Id, null), client, [], resources);

    private static ClaimsIdentity Identity(string subject, string? name)
    {
        var identity = new ClaimsIdentity("sandbox", Claims.Name, Claims.Role);
        identity.AddClaim(new Claim(Claims.Subject, subject));
        if (name is not null)
        {
            identity.AddClaim(new Claim(Claims.Name, name));
        }

        return identity;
    }

    private static ClaimsPrincipal Finish(ClaimsIdentity identity, OpenIdClient client, IEnumerable<string> scopes, IEnumerable<string> resources)
    {
        var principal = new ClaimsPrincipal(identity);
        var asked = resources.ToList();
        principal.SetScopes(client.IsMachine ? [] : scopes.Append(Scopes.OfflineAccess).Distinct());
        principal.SetResources(asked.Count > 0 ? asked : [client.Id]);
        principal.SetAccessTokenLifetime(TimeSpan.FromSeconds(client.AccessTokenSeconds));
        principal.SetDestinations(claim => claim.Type.StartsWith("sb_", StringComparison.Ordinal) ? [] : [Destinations.AccessToken, Destinations.IdentityToken]);
        return principal;
    }
}
