using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Portal.Tests.Lab;

namespace Portal.Tests.Support;

/// <summary>An OpenID provider and how this test is known to it.</summary>
/// <param name="Url">Issuer.</param>
/// <param name="RedirectUri">Where it sends people back to; nobody listens there.</param>
/// <param name="Secret">Secret of its clients for people.</param>
/// <param name="AudienceParameter">The parameter that names the API that a token is for.</param>
internal sealed record ProviderSite(string Url, string RedirectUri, string Secret, string AudienceParameter)
{
    /// <summary>Gets the scopes that are asked for.</summary>
    public string Scopes { get; init; } = "openid profile email offline_access";

    /// <summary>Gets whether clients name themselves in the header (RFC 6749 2.3.1) and not in the form.</summary>
    public bool BasicClients { get; init; }
}

/// <summary>Signs a person in at an OpenID provider, code and PKCE, as a client of its own.</summary>
internal static class ProviderSignIn
{
    private const string Keystone = "urn:lab:keystone";

    /// <summary>Gets the lab's provider.</summary>
    public static ProviderSite Lab { get; } = new(RunningLab.Provider, "http://127.0.0.1:9999/cb", "labpass", "resource") { BasicClients = true, Scopes = "openid profile email groups offline_access" };

    /// <summary>Gives a sandbox's provider.</summary>
    public static ProviderSite Sandbox(string url) => new(url, "http://127.0.0.1:1/callback", "portal-secret", "audience");

    /// <summary>Gives the token endpoint's answer.</summary>
    public static Task<JsonObject> TokensAsync(string provider, string user, string client = "portal", string? audience = Keystone) =>
        TokensAsync(Sandbox(provider), user, client, audience);

    /// <summary>Gives the token endpoint's answer.</summary>
    public static async Task<JsonObject> TokensAsync(ProviderSite site, string user, string client = "portal", string? audience = Keystone)
    {
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false });
        var verifier = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var named = audience is null ? "" : $"&{site.AudienceParameter}={Uri.EscapeDataString(audience)}";
        var start = $"{site.Url}/auth?client_id={client}&redirect_uri={Uri.EscapeDataString(site.RedirectUri)}&response_type=code&scope={Uri.EscapeDataString(site.Scopes)}&code_challenge={challenge}&code_challenge_method=S256&state=s&nonce=n{named}";
        var code = await CodeAsync(http, site, new Uri(start), user);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("grant_type", "authorization_code"), new("code", code), new("code_verifier", verifier), new("redirect_uri", site.RedirectUri),
        };
        if (site.BasicClients && audience is not null)
        {
            fields.Add(new(site.AudienceParameter, audience));
        }

        return await RedeemAsync(http, site, client, site.Secret, fields);
    }

    /// <summary>Gives an access token.</summary>
    public static Task<string> AccessTokenAsync(string provider, string user, string client = "portal", string? audience = Keystone) =>
        AccessTokenAsync(Sandbox(provider), user, client, audience);

    /// <summary>Gives an access token.</summary>
    public static async Task<string> AccessTokenAsync(ProviderSite site, string user, string client = "portal", string? audience = Keystone) =>
        (await TokensAsync(site, user, client, audience))["access_token"]!.GetValue<string>();

    /// <summary>Gives the access token of a machine: no person, no groups.</summary>
    public static Task<string> MachineTokenAsync(string provider) => MachineTokenAsync(Sandbox(provider));

    /// <summary>Gives the access token of a machine: no person, no groups.</summary>
    public static async Task<string> MachineTokenAsync(ProviderSite site)
    {
        using var http = new HttpClient();
        var fields = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials"), new(site.AudienceParameter, Keystone) };
        return (await RedeemAsync(http, site, "machine", "labpass", fields))["access_token"]!.GetValue<string>();
    }

    private static async Task<string> CodeAsync(HttpClient http, ProviderSite site, Uri url, string user)
    {
        for (var turn = 0; turn < 10; turn++)
        {
            var answer = await http.GetAsync(url);
            if (answer.StatusCode is HttpStatusCode.OK)
            {
                using var form = new FormUrlEncodedContent([new("login", user), new("password", "labpass")]);
                answer = await http.PostAsync(url, form);
            }

            url = new Uri(url, answer.Headers.Location ?? throw new InvalidOperationException($"{answer.StatusCode} at {url.AbsolutePath}"));
            if (url.AbsoluteUri.StartsWith(site.RedirectUri, StringComparison.Ordinal))
            {
                return HttpUtility.ParseQueryString(url.Query)["code"] ?? throw new InvalidOperationException(url.Query);
            }
        }

        throw new InvalidOperationException("The provider sends people around for ever.");
    }

    private static async Task<JsonObject> RedeemAsync(HttpClient http, ProviderSite site, string client, string secret, List<KeyValuePair<string, string>> fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{site.Url}/token");
        if (site.BasicClients)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client}:{secret}")));
        }
        else
        {
            fields.AddRange([new("client_id", client), new("client_secret", secret)]);
        }

        request.Content = new FormUrlEncodedContent(fields);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }
}
