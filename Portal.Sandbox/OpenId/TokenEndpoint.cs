using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Portal.Sandbox.OpenId;

/// <summary><c>/token</c>: codes once, refresh tokens rotated, machines by their secret.</summary>
internal sealed class TokenEndpoint(OpenIdState state)
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public void Map(WebApplication app) => app.MapPost("/token", HandleAsync);

    private async Task HandleAsync(HttpContext http)
    {
        var request = http.GetOpenIddictServerRequest()!;
        var client = state.FindClient(request.ClientId)!;
        if (request.IsClientCredentialsGrantType())
        {
            await http.SignInAsync(Scheme, OpenIdPrincipal.ForMachine(client, Resources(request)));
            return;
        }

        var proof = (await http.AuthenticateAsync(Scheme)).Principal;
        var principal = proof is null ? null : request.IsAuthorizationCodeGrantType() ? Redeem(proof, client, request) : Refresh(proof, client, request);
        if (principal is null)
        {
            await http.ForbidAsync(Scheme, new AuthenticationProperties(new Dictionary<string, string?>
            {
                [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
                [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "grant request is invalid",
            }));
            return;
        }

        await http.SignInAsync(Scheme, principal);
    }

    private static IEnumerable<string> Resources(OpenIddictRequest request) => request.GetResources().Concat(request.GetAudiences()).Distinct();

    private ClaimsPrincipal? Redeem(ClaimsPrincipal proof, OpenIdClient client, OpenIddictRequest request)
    {
        if (proof.GetClaim(OpenIdPrincipal.Code) is not { } code || !state.UseCode(code))
        {
            return null;
        }

        return Make(proof, client, request, grant: null);
    }

    private ClaimsPrincipal? Refresh(ClaimsPrincipal proof, OpenIdClient client, OpenIddictRequest request) =>
        state.Rotate(proof.GetClaim(OpenIdPrincipal.Grant), proof.GetClaim(OpenIdPrincipal.Refresh)) is { } grant && grant.Client == client.Id
            ? Make(proof, client, request, grant) : null;

    private ClaimsPrincipal? Make(ClaimsPrincipal proof, OpenIdClient client, OpenIddictRequest request, OpenIdGrant? grant)
    {
        var user = state.FindUser(proof.GetClaim(Claims.PreferredUsername));
        var sid = proof.GetClaim(OpenIdPrincipal.Session);
        if (user is null || sid is null || (grant is null && state.FindSession(sid) is null))
        {
            return null;
        }

        var signedIn = long.TryParse(proof.GetClaim(Claims.AuthenticationTime), out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        var asked = Resources(request).ToList();
        var principal = OpenIdPrincipal.ForUser(user, client, new OpenIdSession(sid, user.Login, signedIn), proof.GetScopes(), asked.Count > 0 ? asked : proof.GetResources());
        grant ??= state.StartGrant(user.Login, client.Id, sid);
        principal.SetClaim(OpenIdPrincipal.Grant, grant.Id);
        principal.SetClaim(OpenIdPrincipal.Refresh, grant.Current);
        return principal;
    }
}
