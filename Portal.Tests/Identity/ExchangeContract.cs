using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Where tokens are exchanged: a provider, and Keystone behind an Apache that looks at them in three ways.</summary>
internal sealed record ExchangeSite
{
    /// <summary>Gets the provider of <see cref="Keystone"/> and <see cref="ByIntrospection"/>.</summary>
    public required ProviderSite Provider { get; init; }

    /// <summary>Gets the Keystone that takes every token that the provider signed.</summary>
    public required string Keystone { get; init; }

    /// <summary>Gets the Keystone that takes tokens for its own audience only.</summary>
    public required string WithAudience { get; init; }

    /// <summary>Gets the provider of <see cref="WithAudience"/>.</summary>
    public required ProviderSite StrictProvider { get; init; }

    /// <summary>Gets the Keystone that asks the provider.</summary>
    public required string ByIntrospection { get; init; }

    public required string Member { get; init; }

    public required string[] Projects { get; init; }

    /// <summary>Gets people in a group that Keystone does not know, or in none.</summary>
    public required string[] Outsiders { get; init; }

    /// <summary>Lets some time pass, where it can be made to.</summary>
    public Action? LetTimePass { get; init; }
}

/// <summary>Every row of the exchange's table in the facts: what the portal makes of each answer. One suite for the sandbox and for real servers.</summary>
public abstract class ExchangeContract
{
    private protected const string Elsewhere = "urn:lab:other";

    private protected abstract Task<ExchangeSite> SiteAsync();

    [Fact]
    public async Task GoodToken_GivesUnscopedTokenAndProjects()
    {
        var site = await SiteAsync();
        var keystone = At(site.WithAudience);

        var token = await keystone.ExchangeAsync(CoreIdentity.Region, await ProviderSignIn.AccessTokenAsync(site.StrictProvider, site.Member), CancellationToken.None);

        Assert.Equal(site.Member, token.UserName);
        Assert.Equal(64, token.UserId.Length);
        Assert.Null(token.Project);
        Assert.Empty(token.Catalog);
        var projects = await keystone.ListProjectsAsync(CoreIdentity.Region, token.Value, CancellationToken.None);
        Assert.Equal(site.Projects, projects.Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EmptyToken_SaysSignInAgain() => await RefusedAsync((await SiteAsync()).WithAudience, "", "invalid_token");

    [Fact]
    public async Task NoToken_IsRefusedByApacheWithItsReason()
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri((await SiteAsync()).WithAudience + "/v3/OS-FEDERATION/identity_providers/lab/protocols/openid/auth"), null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer error=\"invalid_request\", error_description=\"No bearer token found in the request\"", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Garbage_SaysSignInAgainAndIsNotRepeated()
    {
        var site = await SiteAsync();
        foreach (var keystone in new[] { site.Keystone, site.WithAudience })
        {
            var e = await RefusedAsync(keystone, "CANARY-not-a-token", "JWT token could not be validated");
            Assert.Equal("401 Unauthorized", e.Answer);
            Assert.DoesNotContain("CANARY", e.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SpoiltSignature_SaysSignInAgain()
    {
        var site = await SiteAsync();
        var good = await ProviderSignIn.AccessTokenAsync(site.StrictProvider, site.Member);

        var e = await RefusedAsync(site.WithAudience, good[..^6] + (good[^6] == 'A' ? 'B' : 'A') + good[^5..], "invalid_token");

        Assert.Equal("401 Unauthorized", e.Answer);
    }

    [Fact]
    public async Task ExpiredToken_SaysSignInAgain()
    {
        var site = await SiteAsync();
        var token = await ProviderSignIn.AccessTokenAsync(site.StrictProvider, site.Member, "portal-short");
        BackendException? refused = null;

        await Eventually.TrueAsync(
            async () =>
            {
                refused = await Record.ExceptionAsync(() => At(site.WithAudience).ExchangeAsync(CoreIdentity.Region, token, CancellationToken.None)) as BackendException;
                return refused is not null;
            },
            "a token of three seconds is refused",
            site.LetTimePass);

        Assert.Equal(BackendFailure.SignInAgain, refused!.Failure);
        Assert.Contains("invalid_token", refused.Challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IntrospectionSaysInactive_SaysSignInAgain() =>
        await RefusedAsync((await SiteAsync()).ByIntrospection, "not-a-token", "Reference token could not be introspected");

    [Fact]
    public async Task WrongAudience_IsTakenWhereNobodyAsks_AndNamedWhereApacheDoes()
    {
        var site = await SiteAsync();

        await At(site.Keystone).ExchangeAsync(CoreIdentity.Region, await ProviderSignIn.AccessTokenAsync(site.Provider, site.Member, audience: Elsewhere), CancellationToken.None);
        var e = await ThrowsAsync(At(site.WithAudience), await ProviderSignIn.AccessTokenAsync(site.StrictProvider, site.Member, audience: Elsewhere));

        Assert.Equal(BackendFailure.Forbidden, e.Failure);
        Assert.Equal(SignInProblem.WrongAudience, SignInProblems.Of(e));
    }

    [Fact]
    public async Task IdToken_IsTakenWhereNobodyAsks_AndNotWhereApacheDoes()
    {
        var site = await SiteAsync();

        await At(site.Keystone).ExchangeAsync(CoreIdentity.Region, await IdTokenAsync(site.Provider, site.Member), CancellationToken.None);
        var e = await ThrowsAsync(At(site.WithAudience), await IdTokenAsync(site.StrictProvider, site.Member));

        Assert.Equal(SignInProblem.WrongAudience, SignInProblems.Of(e));
    }

    [Fact]
    public async Task PersonInNoGroupThatKeystoneKnows_GetsATokenWithoutProjects()
    {
        var site = await SiteAsync();
        foreach (var person in site.Outsiders)
        {
            var token = await At(site.WithAudience).ExchangeAsync(CoreIdentity.Region, await ProviderSignIn.AccessTokenAsync(site.StrictProvider, person), CancellationToken.None);

            Assert.Empty(await At(site.WithAudience).ListProjectsAsync(CoreIdentity.Region, token.Value, CancellationToken.None));
        }
    }

    [Fact]
    public async Task NoMappingRuleFits_SaysForbidden()
    {
        var site = await SiteAsync();

        var e = await ThrowsAsync(At(site.Keystone), await ProviderSignIn.MachineTokenAsync(site.Provider));

        Assert.Equal(BackendFailure.Forbidden, e.Failure);
        Assert.Equal(SignInProblem.NoMapping, SignInProblems.Of(e));
    }

    [Theory]
    [InlineData("nope", "openid", BackendFailure.NotFound)]
    [InlineData("lab", "saml2", BackendFailure.Forbidden)]
    public async Task UnknownProviderOrProtocol_SaysSo(string identityProvider, string protocol, BackendFailure expected)
    {
        var site = await SiteAsync();
        var keystone = At(site.Keystone, cloud => (cloud.IdentityProvider, cloud.Protocol) = (identityProvider, protocol));

        var e = await ThrowsAsync(keystone, await ProviderSignIn.AccessTokenAsync(site.Provider, site.Member));

        Assert.Equal(expected, e.Failure);
    }

    [Fact]
    public async Task Rescope_DeadTokenOrForeignProject_AreToldApart()
    {
        var site = await SiteAsync();
        var keystone = At(site.WithAudience);
        var token = await keystone.ExchangeAsync(CoreIdentity.Region, await ProviderSignIn.AccessTokenAsync(site.StrictProvider, site.Member), CancellationToken.None);
        var project = (await keystone.ListProjectsAsync(CoreIdentity.Region, token.Value, CancellationToken.None))[0];
        Assert.Equal(project.Id, (await keystone.RescopeAsync(CoreIdentity.Region, token.Value, project.Id, CancellationToken.None)).Project!.Id);

        var foreign = await Assert.ThrowsAsync<BackendException>(() => keystone.RescopeAsync(CoreIdentity.Region, token.Value, new string('0', 32), CancellationToken.None));
        await keystone.RevokeAsync(CoreIdentity.Region, token.Value, CancellationToken.None);
        var dead = await Assert.ThrowsAsync<BackendException>(() => keystone.RescopeAsync(CoreIdentity.Region, token.Value, project.Id, CancellationToken.None));

        Assert.Equal((BackendFailure.Forbidden, BackendFailure.SignInAgain), (foreign.Failure, dead.Failure));
    }

    private protected static IKeystoneClient At(string url, Action<CloudOptions>? change = null) =>
        CoreIdentity.Services(url, TimeProvider.System, change).GetRequiredService<IKeystoneClient>();

    private static async Task<string> IdTokenAsync(ProviderSite provider, string user) =>
        (await ProviderSignIn.TokensAsync(provider, user))["id_token"]!.GetValue<string>();

    private static Task<BackendException> ThrowsAsync(IKeystoneClient keystone, string accessToken) =>
        Assert.ThrowsAsync<BackendException>(() => keystone.ExchangeAsync(CoreIdentity.Region, accessToken, CancellationToken.None));

    private static async Task<BackendException> RefusedAsync(string keystone, string accessToken, string challenge)
    {
        var e = await ThrowsAsync(At(keystone), accessToken);
        Assert.Equal(BackendFailure.SignInAgain, e.Failure);
        Assert.Equal(SignInProblem.TokenRefused, SignInProblems.Of(e));
        Assert.Contains(challenge, e.Challenge, StringComparison.Ordinal);
        return e;
    }
}
