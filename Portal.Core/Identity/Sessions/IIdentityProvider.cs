using Portal.Core.Backends;

namespace Portal.Core.Identity.Sessions;

/// <summary>What the OpenID provider gave for a session. Secrets: never in logs.</summary>
public sealed record ProviderTokens
{
    /// <summary>Gets the access token, made for Keystone's audience.</summary>
    public required string AccessToken { get; init; }

    /// <summary>Gets the end of the access token's life, UTC, by our clock.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets until when the access token is used without asking for a new one.</summary>
    public required DateTimeOffset FreshUntil { get; init; }

    /// <summary>Gets the refresh token, or null when the provider gives none.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Gets the ID token, needed to end the provider's session.</summary>
    public string? IdToken { get; init; }

    /// <summary>Hides the secrets.</summary>
    public override string ToString() => $"provider's tokens until {ExpiresAt:O}";
}

/// <summary>The OpenID provider, as far as a session needs it after the sign-in.</summary>
public interface IIdentityProvider
{
    /// <summary>Gets a new access token for a refresh token. A provider that rotates gives a new refresh token too.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.SignInAgain"/>: the refresh token is not good any more; others: no answer.</exception>
    Task<ProviderTokens> RefreshAsync(string refreshToken, CancellationToken cancellationToken);
}
