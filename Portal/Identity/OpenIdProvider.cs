using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Portal.Core.Backends;
using Portal.Core.Identity.Sessions;

namespace Portal.Identity;

/// <summary>The provider's token endpoint, for sessions that go on after the browser has left.</summary>
internal sealed class OpenIdProvider(IOptionsMonitor<OpenIdConnectOptions> handler, IOptions<OidcOptions> options, IHttpClientFactory clients, TimeProvider time) : IIdentityProvider
{
    /// <summary>Name of the HTTP client.</summary>
    public const string ClientName = "provider";

    private const string Backend = "provider";
    private const string Operation = "renew the session";

    public async Task<ProviderTokens> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        var discovery = await DiscoverAsync(cancellationToken);
        using var form = new FormUrlEncodedContent(Form(refreshToken));
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var response = await client.PostAsync(discovery.TokenEndpoint, form, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode ? Read(body) : throw Refusal(response.StatusCode, body);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new BackendException(Backend, Operation, BackendFailure.Unreachable, e.GetType().Name);
        }
    }

    /// <summary>Gives the provider's discovery document, cached.</summary>
    /// <exception cref="BackendException">The provider does not answer.</exception>
    public async Task<OpenIdConnectConfiguration> DiscoverAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await handler.Get(OpenIdConnectDefaults.AuthenticationScheme).ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new BackendException(Backend, "read the discovery document", BackendFailure.Unreachable, inner: e);
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Form(string refreshToken)
    {
        yield return new("grant_type", "refresh_token");
        yield return new("refresh_token", refreshToken);
        yield return new("client_id", options.Value.ClientId);
        if (options.Value.ReadSecret() is { } secret)
        {
            yield return new("client_secret", secret);
        }

        if (options.Value.Audience is { } audience)
        {
            yield return new("audience", audience);
        }

        if (options.Value.Resource is { } resource)
        {
            yield return new("resource", resource);
        }
    }

    private ProviderTokens Read(byte[] body)
    {
        var answer = JsonSerializer.Deserialize<TokenWire>(body);
        if (answer?.AccessToken is null)
        {
            throw new BackendException(Backend, Operation, BackendFailure.Unexpected, "no access token in the answer");
        }

        return Tokens(answer.AccessToken, answer.RefreshToken, answer.IdToken, answer.ExpiresIn, time.GetUtcNow());
    }

    /// <summary>Puts the provider's answer together.</summary>
    public static ProviderTokens Tokens(string accessToken, string? refreshToken, string? idToken, double? expiresIn, DateTimeOffset now)
    {
        var life = TimeSpan.FromSeconds(expiresIn is > 0 ? expiresIn.Value : 300);
        return new ProviderTokens
        {
            AccessToken = accessToken,
            RefreshToken = refreshToken,
            IdToken = idToken,
            ExpiresAt = now + life,
            FreshUntil = Lifetimes.FreshUntil(now, life),
        };
    }

    // RFC 6749 5.2: 400 (or 401 for the client) with "error"; only invalid_grant is about this session.
    private static BackendException Refusal(HttpStatusCode status, byte[] body)
    {
        string? error = null;
        try
        {
            error = JsonSerializer.Deserialize<ErrorWire>(body)?.Error;
        }
        catch (JsonException)
        {
            // A page of a proxy.
        }

        var failure = error is "invalid_grant" or "interaction_required" or "login_required" ? BackendFailure.SignInAgain
            : status is HttpStatusCode.TooManyRequests ? BackendFailure.Throttled
            : (int)status >= 500 ? BackendFailure.Broken
            : BackendFailure.Unexpected;
        return new BackendException(Backend, Operation, failure, error, status);
    }

    private sealed record TokenWire(
        [property: JsonPropertyName("access_token")] string? AccessToken,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken,
        [property: JsonPropertyName("id_token")] string? IdToken,
        [property: JsonPropertyName("expires_in")] double? ExpiresIn);

    private sealed record ErrorWire([property: JsonPropertyName("error")] string? Error);
}
