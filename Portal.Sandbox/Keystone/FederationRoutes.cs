using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Keystone;

/// <summary>The exchange of an access token for an unscoped token, behind Apache's mod_auth_openidc.</summary>
internal sealed class FederationRoutes(KeystoneState state, TokenDesk desk, AuthRoutes auth, SandboxContext context)
{
    private const string Exchange = "/v3/OS-FEDERATION/identity_providers/{idp}/protocols/{protocol}/auth";

    public void Map(WebApplication app, KeystoneRouter router) =>
        app.MapMethods(Exchange, ["GET", "POST"], http => ExchangeAsync(http, router));

    /// <summary>Makes the unscoped token for what the provider has said of a user.</summary>
    /// <exception cref="KeystoneFault">404 unknown provider or protocol, 401 no rule matches.</exception>
    public TokenRecord LogIn(string providerId, string protocolId, JsonObject claims)
    {
        var provider = state.Providers.Get(providerId);
        var protocol = state.Protocols.FirstOrDefault(p => p.IdentityProvider == providerId && p.Id == protocolId)
            ?? throw new KeystoneFault(404, $"Could not find federated protocol {protocolId} for Identity Provider: {providerId}.", "Not Found");
        if (provider.Flag("enabled") == false)
        {
            throw new KeystoneFault(403, $"Identity Provider {providerId} is disabled.", "Forbidden");
        }

        var assertion = Assertion(claims);
        var remotes = provider.List("remote_ids").Texts().ToList();
        if (remotes.Count > 0 && !remotes.Contains(assertion.GetValueOrDefault("OIDC-iss") ?? ""))
        {
            throw new KeystoneFault(403, "Incoming identity provider identifier not included among the accepted identifiers.", "Forbidden");
        }

        var rules = state.Mappings.Find(protocol.Mapping).List("rules");
        var mapped = (rules is null ? null : ClaimMapping.Apply(rules, assertion)) ?? throw KeystoneFault.Unauthorized();
        var user = Shadow(provider, protocolId, mapped);
        var groups = Groups(mapped);
        Remember(user.Text("id")!, providerId, groups);
        return desk.Issue(
            new TokenRecord
            {
                Id = "",
                UserId = user.Text("id")!,
                Methods = [protocolId],
                AuditIds = [],
                IssuedAt = context.Clock.Now,
                ExpiresAt = desk.NewExpiry(),
                IdentityProvider = providerId,
                Protocol = protocolId,
                Groups = groups,
            },
            new TokenScope());
    }

    private static Dictionary<string, string> Assertion(JsonObject claims)
    {
        var assertion = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in claims)
        {
            var text = value is JsonArray list ? string.Join(';', list.Texts()) : value is JsonValue v && v.TryGetValue<string>(out var s) ? s : value?.ToJsonString();
            if (!string.IsNullOrEmpty(text))
            {
                assertion["OIDC-" + name] = text;
            }
            else if (value is JsonArray)
            {
                assertion["OIDC-" + name] = "";
            }
        }

        return assertion;
    }

    private async Task ExchangeAsync(HttpContext http, KeystoneRouter router)
    {
        var protocol = (string)http.Request.RouteValues["protocol"]!;
        JsonObject? claims = null;
        if (protocol == "openid")
        {
            var bearer = Bearer(http);
            if (bearer is null)
            {
                await ApachePage.UnauthorizedAsync(http, Challenge("invalid_request", "No bearer token found in the request"));
                return;
            }

            var introspects = http.Connection.LocalPort == new Uri(context.Address("introspection")).Port;
            var tokens = context.Find<IAccessTokens>();
            claims = introspects ? tokens?.Introspect(bearer) : tokens?.Verify(bearer);
            if (claims is null)
            {
                await ApachePage.UnauthorizedAsync(http, Challenge("invalid_token", introspects ? "Reference token could not be introspected" : "JWT token could not be validated"));
                return;
            }

            if (context.Options.RequiredAudience is { } audience && !Audiences(claims).Contains(audience))
            {
                // mod_auth_openidc 2.4.12 gives no reason for what `Require claim` refuses.
                await ApachePage.UnauthorizedAsync(http);
                return;
            }
        }

        await router.HandleAsync(http, call => auth.Answer(Log(call, claims)), anonymous: true);
    }

    private TokenRecord Log(KeystoneCall call, JsonObject? claims)
    {
        _ = state.Providers.Get(call["idp"]);
        return claims is null || !state.Settings.Methods.Contains(call["protocol"])
            ? throw KeystoneFault.UnsupportedMethod(state.Settings.Methods)
            : LogIn(call["idp"], call["protocol"], claims);
    }

    private static string Challenge(string error, string description) => $"Bearer error=\"{error}\", error_description=\"{description}\"";

    private static IEnumerable<string> Audiences(JsonObject claims) =>
        claims["aud"] is JsonArray list ? list.Texts() : claims.Text("aud") is { } one ? [one] : [];

    private static string? Bearer(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.FirstOrDefault();

        // The word alone is a token that cannot be read; servers cut the space behind it.
        return header?.Equals("Bearer", StringComparison.OrdinalIgnoreCase) == true ? string.Empty
            : header?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true ? header[7..].Trim()
            : null;
    }

    private JsonObject Shadow(JsonObject provider, string protocol, MappedUser mapped)
    {
        var domain = provider.Text("domain_id")!;
        var id = KeystoneState.FederatedUserId(domain, mapped.Name);
        var user = state.Users.Find(id) ?? state.Users.Put(new JsonObject
        {
            ["id"] = id,
            ["domain_id"] = domain,
            ["enabled"] = true,
            ["password_expires_at"] = null,
            ["options"] = new JsonObject(),
            ["federated"] = new JsonArray(new JsonObject
            {
                ["idp_id"] = provider.Text("id"),
                ["protocols"] = new JsonArray(new JsonObject { ["protocol_id"] = protocol, ["unique_id"] = Uri.EscapeDataString(mapped.Name) }),
            }),
        });
        user["name"] = mapped.Name;
        if (mapped.Email is not null)
        {
            user["email"] = mapped.Email;
        }

        return user.IsEnabled() ? user : throw KeystoneFault.Unauthorized();
    }

    private List<string> Groups(MappedUser mapped)
    {
        // Groups that Keystone does not have are passed over in silence.
        var ids = new List<string>(mapped.GroupIds.Where(g => state.Groups.Find(g) is not null));
        foreach (var (name, domainName, domainId) in mapped.Groups)
        {
            var domain = domainId ?? state.Domains.Named(domainName).Text("id");
            if (domain is not null && state.Groups.Named(name, domain).Text("id") is { } id)
            {
                ids.Add(id);
            }
        }

        return [.. ids.Distinct()];
    }

    private void Remember(string userId, string provider, List<string> groups)
    {
        foreach (var group in groups)
        {
            state.Memberships.RemoveAll(m => m.UserId == userId && m.GroupId == group && m.VerifiedAt is not null);
            state.Memberships.Add(new Membership(userId, group) { VerifiedAt = context.Clock.Now, IdentityProvider = provider });
        }
    }
}
