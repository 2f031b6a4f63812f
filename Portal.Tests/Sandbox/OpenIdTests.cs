using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

public sealed class OpenIdTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Discovery_Asked_NamesEveryEndpointUnderTheIssuer()
    {
        using var http = new HttpClient();

        var document = (await http.GetFromJsonAsync<JsonObject>(sandbox.Address("oidc") + "/.well-known/openid-configuration"))!;

        var issuer = sandbox.Address("oidc");
        Assert.Equal(issuer, document["issuer"]!.GetValue<string>());
        foreach (var (name, path) in new[] { ("authorization_endpoint", "/auth"), ("token_endpoint", "/token"), ("jwks_uri", "/jwks"), ("end_session_endpoint", "/session/end"), ("userinfo_endpoint", "/me") })
        {
            Assert.Equal(issuer + path, document[name]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Code_Redeemed_GivesClaimsOfThePersonAndTheAudienceThatWasAsked()
    {
        using var person = new OpenIdPerson(sandbox.Address("oidc"));

        var tokens = await person.SignInAsync("dana", resource: "urn:keystone");

        var access = OpenIdPerson.ClaimsOf(tokens["access_token"]!.GetValue<string>());
        var id = OpenIdPerson.ClaimsOf(tokens["id_token"]!.GetValue<string>());
        Assert.Equal("urn:keystone", access["aud"]!.GetValue<string>());
        Assert.Equal("portal", id["aud"]!.GetValue<string>());
        Assert.Equal(sandbox.Address("oidc"), id["iss"]!.GetValue<string>());
        Assert.Equal("n", id["nonce"]!.GetValue<string>());
        foreach (var claims in new[] { access, id })
        {
            Assert.Equal("dana", claims["preferred_username"]!.GetValue<string>());
            Assert.Equal(["shop-developers", "lab-developers"], claims["groups"]!.AsArray().Select(g => g!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task Code_UsedTwice_IsRefusedTheSecondTime()
    {
        using var person = new OpenIdPerson(sandbox.Address("oidc"));
        var (back, _) = await person.AuthorizeAsync("luca");

        var first = await person.RedeemAsync(back!);
        var second = await person.RedeemAsync(back!);

        Assert.NotNull(first["access_token"]);
        Assert.Equal("invalid_grant", second["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task RefreshToken_UsedTwice_EndsTheGrant()
    {
        using var person = new OpenIdPerson(sandbox.Address("oidc"));
        var tokens = await person.SignInAsync("luca");

        var next = await person.RefreshAsync(tokens["refresh_token"]!.GetValue<string>());
        var again = await person.RefreshAsync(tokens["refresh_token"]!.GetValue<string>());
        var newest = await person.RefreshAsync(next["refresh_token"]!.GetValue<string>());

        Assert.NotNull(next["access_token"]);
        Assert.Equal("invalid_grant", again["error"]!.GetValue<string>());
        Assert.Equal("invalid_grant", newest["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task PromptNone_WithoutASession_IsLoginRequired()
    {
        using var person = new OpenIdPerson(sandbox.Address("oidc"));

        var (without, _) = await person.AuthorizeAsync("mei", prompt: "none");
        await person.SignInAsync("mei");
        var (with, _) = await person.AuthorizeAsync("mei", prompt: "none");

        Assert.Contains("error=login_required", without!.Query, StringComparison.Ordinal);
        Assert.Contains("code=", with!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndSession_Asked_EndsTheSessionAndItsRefreshTokens()
    {
        using var person = new OpenIdPerson(sandbox.Address("oidc"));
        var tokens = await person.SignInAsync("noor");

        using var end = await person.Browser.GetAsync($"/session/end?id_token_hint={tokens["id_token"]}&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A9999%2Fbye&state=x");
        var (silent, _) = await person.AuthorizeAsync("noor", prompt: "none");
        var refreshed = await person.RefreshAsync(tokens["refresh_token"]!.GetValue<string>());

        Assert.Equal("http://127.0.0.1:9999/bye?state=x", end.Headers.Location!.AbsoluteUri);
        Assert.Contains("error=login_required", silent!.Query, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", refreshed["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task SignInPage_WithAWrongPassword_SaysSoAndKeepsTheName()
    {
        using var person = new OpenIdPerson(sandbox.Address("oidc"));

        var (back, page) = await person.AuthorizeAsync("dana", "wrong");

        Assert.Null(back);
        Assert.Contains("Wrong user or password.", page, StringComparison.Ordinal);
        Assert.Contains("value=\"dana\"", page, StringComparison.Ordinal);
        Assert.Contains("Dana Okafor", page, StringComparison.Ordinal);
    }
}
