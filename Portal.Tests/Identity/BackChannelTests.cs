using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Portal.Core.Identity.Sessions;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Log-out that begins at the provider: OpenID Connect Back-Channel Logout, with tokens of a key that the provider has beside its own.</summary>
public sealed class BackChannelTests(BackChannelTests.TrustingPortal portal) : IClassFixture<BackChannelTests.TrustingPortal>
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
    private readonly RsaSecurityKey foreign = new(RSA.Create(2048)) { KeyId = "second" };

    private PortalHost Host => portal.Host;

    [Fact]
    public async Task Notice_OfTheProvider_EndsTheSessionAndDeletesItsTokens()
    {
        var (session, sid) = await SignedInAsync();

        var status = await NotifyAsync(Token(sid));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Null(await Host.Get<ISessions>().TouchAsync(session, CancellationToken.None));
        Assert.Equal(HttpStatusCode.OK, await NotifyAsync(Token(sid)));
    }

    [Theory]
    [InlineData("foreign key")]
    [InlineData("other audience")]
    [InlineData("other issuer")]
    [InlineData("over")]
    [InlineData("no event")]
    [InlineData("an ID token")]
    [InlineData("no session")]
    [InlineData("not a token")]
    public async Task Notice_NotToBeBelieved_ChangesNothing(string flaw)
    {
        var (session, sid) = await SignedInAsync();

        var status = await NotifyAsync(flaw == "not a token" ? "eyJhbGciOiJub25lIn0.e30." : Token(sid, flaw));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotNull(await Host.Get<ISessions>().TouchAsync(session, CancellationToken.None));
    }

    private async Task<(string Session, string ProviderSession)> SignedInAsync()
    {
        var before = await SessionsAsync();
        using var browser = Host.NewBrowser();
        (await browser.SignInAsync("dana")).Dispose();
        var session = (await SessionsAsync()).Except(before).Single();
        var identity = new JsonWebToken(await Host.Get<ISessions>().FindIdTokenAsync(session, CancellationToken.None));
        return (session, identity.GetPayloadValue<string>("sid"));
    }

    private async Task<IReadOnlyList<string>> SessionsAsync() =>
        [.. (await Host.Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, CancellationToken.None)).Select(s => s.Id)];

    private async Task<HttpStatusCode> NotifyAsync(string token)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([new("logout_token", token)]);
        using var answer = await http.PostAsync(Host.Url + "/sign-out/notice", form);
        return answer.StatusCode;
    }

    private string Token(string sid, string flaw = "")
    {
        var now = DateTime.UtcNow;
        var claims = new Dictionary<string, object> { ["sub"] = "dana", ["jti"] = Guid.NewGuid().ToString() };
        if (flaw is not "no session")
        {
            claims["sid"] = sid;
        }

        if (flaw is not "no event")
        {
            claims["events"] = new Dictionary<string, object> { [LogoutEvent] = new Dictionary<string, object>() };
        }

        if (flaw is "an ID token")
        {
            claims["nonce"] = "n";
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = flaw is "other issuer" ? "http://elsewhere.example" : Host.Sandbox.Context.Address("oidc"),
            Audience = flaw is "other audience" ? "another" : "portal",
            IssuedAt = flaw is "over" ? now.AddHours(-2) : now,
            Expires = flaw is "over" ? now.AddHours(-1) : now.AddMinutes(2),
            Claims = claims,
            SigningCredentials = new SigningCredentials(flaw is "foreign key" ? foreign : portal.Key, SecurityAlgorithms.RsaSha256),
        });
    }

    /// <summary>A portal that also believes a key of the tests.</summary>
    public sealed class TrustingPortal : IAsyncLifetime
    {
        internal RsaSecurityKey Key { get; } = new(RSA.Create(2048)) { KeyId = "second" };

        internal PortalHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await PortalHost.StartAsync(configure: builder => builder.Services.PostConfigure<OpenIdConnectOptions>(
            OpenIdConnectDefaults.AuthenticationScheme, o => o.ConfigurationManager = new WithKey(o.ConfigurationManager!, Key)));

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }

    private sealed class WithKey(IConfigurationManager<OpenIdConnectConfiguration> provider, SecurityKey key) : IConfigurationManager<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
        {
            var configuration = await provider.GetConfigurationAsync(cancel);
            lock (key)
            {
                if (!configuration.SigningKeys.Contains(key))
                {
                    configuration.SigningKeys.Add(key);
                }
            }

            return configuration;
        }

        public void RequestRefresh() => provider.RequestRefresh();
    }
}
