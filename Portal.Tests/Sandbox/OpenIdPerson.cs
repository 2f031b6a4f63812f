using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace Portal.Tests.Sandbox;

/// <summary>A person with a browser at the sandbox's identity provider, and the application that sent them there.</summary>
internal sealed class OpenIdPerson(string issuer) : IDisposable
{
    private const string RedirectUri = "http://127.0.0.1:9999/cb";
    private readonly HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(issuer) };
    private readonly string verifier = Base64Url(RandomNumberGenerator.GetBytes(32));

    public HttpClient Browser => browser;

    /// <summary>Sends the browser to the provider; gives where it comes back to the application, or the provider's page.</summary>
    public async Task<(Uri? Back, string Page)> AuthorizeAsync(string login, string password = "labpass", string client = "portal", string? resource = null, string? prompt = null)
    {
        var query = $"/auth?client_id={client}&response_type=code&redirect_uri={Uri.EscapeDataString(RedirectUri)}&scope=openid%20profile%20email%20groups&state=s&nonce=n"
            + $"&code_challenge={Base64Url(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))}&code_challenge_method=S256"
            + (resource is null ? "" : "&resource=" + Uri.EscapeDataString(resource)) + (prompt is null ? "" : "&prompt=" + prompt);
        var url = new Uri(browser.BaseAddress!, query);
        for (var hop = 0; hop < 6; hop++)
        {
            var answer = await browser.GetAsync(url);
            var page = await answer.Content.ReadAsStringAsync();
            if (Regex.Match(page, "<form[^>]*action=\"([^\"]*)\"") is { Success: true } form && answer.Headers.Location is null)
            {
                using var fields = new FormUrlEncodedContent(new Dictionary<string, string> { ["login"] = login, ["password"] = password });
                answer = await browser.PostAsync(new Uri(url, HttpUtility.HtmlDecode(form.Groups[1].Value)), fields);
                page = await answer.Content.ReadAsStringAsync();
            }

            if (answer.Headers.Location is not { } next)
            {
                return (null, page);
            }

            url = new Uri(url, next);
            if (url.AbsoluteUri.StartsWith(RedirectUri, StringComparison.Ordinal))
            {
                return (url, page);
            }
        }

        throw new InvalidOperationException("The provider sends the browser in a circle.");
    }

    public Task<JsonObject> RedeemAsync(Uri back, string client = "portal") => TokenAsync(new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = HttpUtility.ParseQueryString(back.Query)["code"]!,
        ["redirect_uri"] = RedirectUri,
        ["code_verifier"] = verifier,
        ["client_id"] = client,
    });

    public Task<JsonObject> RefreshAsync(string refreshToken, string client = "portal") => TokenAsync(new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = refreshToken,
        ["client_id"] = client,
    });

    public async Task<JsonObject> SignInAsync(string login, string client = "portal", string? resource = null, string password = "labpass")
    {
        var (back, page) = await AuthorizeAsync(login, password, client: client, resource: resource);
        return back is null ? throw new InvalidOperationException(page) : await RedeemAsync(back, client);
    }

    public static JsonObject ClaimsOf(string jwt)
    {
        var part = jwt.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonNode.Parse(Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '=')))!.AsObject();
    }

    public void Dispose() => browser.Dispose();

    private async Task<JsonObject> TokenAsync(Dictionary<string, string> fields)
    {
        fields["client_secret"] = "portal-secret";
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync("/token", form);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
