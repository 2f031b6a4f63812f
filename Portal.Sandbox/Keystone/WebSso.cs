using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Keystone;

/// <summary>The browser's way in: mod_auth_openidc as a relying party, then Keystone's page that posts the token to a dashboard.</summary>
internal sealed class WebSso(KeystoneState state, FederationRoutes federation, SandboxContext context, HttpClient provider)
{
    private const string Session = "mod_auth_openidc_session";
    private const string Page = """
        <!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml">
          <head>
            <title>Keystone WebSSO redirect</title>
          </head>
          <body>
             <form id="sso" name="sso" action="$host" method="post">
               Please wait...
               <br/>
               <input type="hidden" name="token" id="token" value="$token"/>
               <noscript>
                 <input type="submit" name="submit_no_javascript" id="submit_no_javascript"
                    value="If your JavaScript is disabled, please click to continue"/>
               </noscript>
             </form>
             <script type="text/javascript">
               window.onload = function() {
                 document.forms['sso'].submit();
               }
             </script>
          </body>
        </html>

        """;

    private readonly ConcurrentDictionary<string, JsonObject> sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Verifier, string ReturnTo)> pending = new(StringComparer.Ordinal);

    private string RedirectUri => context.Address("keystone") + "/v3/oidc-redirect";

    public void Map(WebApplication app, KeystoneRouter router)
    {
        app.MapGet("/v3/auth/OS-FEDERATION/websso/{protocol}", http => EnterAsync(http, router));
        app.MapGet("/v3/auth/OS-FEDERATION/identity_providers/{idp}/protocols/{protocol}/websso", http => EnterAsync(http, router));
        app.MapGet("/v3/oidc-redirect", BackAsync);
    }

    private async Task EnterAsync(HttpContext http, KeystoneRouter router)
    {
        if (http.Request.Cookies[Session] is { } cookie && sessions.TryGetValue(cookie, out var claims))
        {
            await router.HandleAsync(http, call => Form(call, claims), anonymous: true);
        }
        else if (http.Request.Headers.XRequestedWith == "XMLHttpRequest")
        {
            await ApachePage.UnauthorizedAsync(http);
        }
        else
        {
            await StartAsync(http);
        }
    }

    private Task StartAsync(HttpContext http)
    {
        var (name, verifier) = (Random(20), Random(32));
        var challenge = Base64Url(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        pending[name] = (verifier, context.Address("keystone") + http.Request.Path + http.Request.QueryString);
        http.Response.Headers.CacheControl = "no-cache, no-store, max-age=0";
        http.Response.Headers.SetCookie = $"mod_auth_openidc_state_{name}={Random(24)}; Path=/; HttpOnly";
        return ApachePage.FoundAsync(
            http,
            $"{context.Address("oidc")}/auth?response_type=code&scope=openid%20profile%20email%20groups&client_id=keystone&state={name}"
            + $"&redirect_uri={Uri.EscapeDataString(RedirectUri)}&nonce={Random(32)}&code_challenge={challenge}&code_challenge_method=S256");
    }

    private async Task BackAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var name = query["state"].ToString();
        if (http.Request.Cookies["mod_auth_openidc_state_" + name] is null || !pending.TryRemove(name, out var login) || query["code"].ToString() is not { Length: > 0 } code)
        {
            await ApachePage.BadRequestAsync(http);
            return;
        }

        if (await RedeemAsync(code, login.Verifier, http.RequestAborted) is not { } claims)
        {
            await ApachePage.UnauthorizedAsync(http);
            return;
        }

        var session = Random(24);
        sessions[session] = claims;
        http.Response.Headers.SetCookie = new[]
        {
            $"mod_auth_openidc_state_{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly",
            $"{Session}={session}; Path=/; HttpOnly",
        };
        await ApachePage.FoundAsync(http, login.ReturnTo);
    }

    private async Task<JsonObject?> RedeemAsync(string code, string verifier, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = verifier,
            ["client_id"] = "keystone",
            ["client_secret"] = context.Options.Password,
        });
        using var answer = await provider.PostAsync(new Uri(context.Address("oidc") + "/token"), form, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            return null;
        }

        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).Text("id_token");
        return token is null ? null : context.Find<IAccessTokens>()?.Verify(token);
    }

    private KeystoneAnswer Form(KeystoneCall call, JsonObject claims)
    {
        var origin = call.Query("origin") ?? throw KeystoneFault.BadRequest("Request must have an origin query parameter");
        if (!state.Settings.TrustedDashboards.Contains(origin))
        {
            throw KeystoneFault.Unauthorized();
        }

        var issuer = claims.Text("iss") ?? "";
        var idp = call.Http.Request.RouteValues["idp"] as string
            ?? state.Providers.All.FirstOrDefault(p => p.List("remote_ids").Texts().Contains(issuer)).Text("id")
            ?? throw KeystoneFault.NotFound("Identity Provider", issuer);
        var token = federation.LogIn(idp, call["protocol"], claims);
        return new KeystoneAnswer(200)
        {
            Html = Page.ReplaceLineEndings("\n").Replace("$host", origin, StringComparison.Ordinal).Replace("$token", token.Id, StringComparison.Ordinal),
        };
    }

    private static string Random(int bytes) => Base64Url(RandomNumberGenerator.GetBytes(bytes));

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
