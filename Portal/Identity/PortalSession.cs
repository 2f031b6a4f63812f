using Microsoft.AspNetCore.Components.Authorization;
using Portal.Core.Backends;
using Portal.Core.Identity;

namespace Portal.Identity;

/// <summary>The signed-in person, for components: their name, projects, choices. Holds no token.</summary>
public sealed class PortalSession(AuthenticationStateProvider authentication, ISessionScopes scopes, IUserPreferences preferences)
{
    /// <summary>Gives the scope of a project.</summary>
    /// <exception cref="BackendException">See <see cref="ISessionScopes.EnterAsync"/>.</exception>
    public async Task<Scope> EnterAsync(string projectId, CancellationToken cancellationToken) =>
        await scopes.EnterAsync(await SessionIdAsync(), projectId, cancellationToken);

    /// <summary>Lists the projects that the person may enter, by name.</summary>
    /// <exception cref="BackendException">Session over, or Keystone does not answer.</exception>
    public async Task<IReadOnlyList<Project>> ListProjectsAsync(CancellationToken cancellationToken) =>
        await scopes.ListProjectsAsync(await SessionIdAsync(), cancellationToken);

    /// <summary>Gives the person's name, or null when nobody is signed in.</summary>
    public async Task<string?> FindNameAsync() => (await authentication.GetAuthenticationStateAsync()).User.FindFirst(PortalClaims.Name)?.Value;

    /// <summary>Gives a choice of the person (<see cref="PreferenceKeys"/>), or null.</summary>
    public async Task<string?> FindPreferenceAsync(string key, CancellationToken cancellationToken) =>
        await UserIdAsync() is { } user ? await preferences.FindAsync(user, key, cancellationToken) : null;

    /// <summary>Keeps a choice of the person.</summary>
    public async Task PutPreferenceAsync(string key, string? value, CancellationToken cancellationToken)
    {
        if (await UserIdAsync() is { } user)
        {
            await preferences.PutAsync(user, key, value, cancellationToken);
        }
    }

    private async Task<string?> UserIdAsync() => (await authentication.GetAuthenticationStateAsync()).User.FindFirst(PortalClaims.UserId)?.Value;

    private async Task<string> SessionIdAsync() =>
        (await authentication.GetAuthenticationStateAsync()).User.SessionId()
        ?? throw new BackendException("portal", "find the session", BackendFailure.SignInAgain, "nobody is signed in");
}
