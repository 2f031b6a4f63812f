using Portal.Core.Backends;

namespace Portal.Core.Identity.Keystone;

/// <summary>Keystone v3, as far as the portal needs it. Tokens are arguments: they never travel by hidden state.</summary>
public interface IKeystoneClient
{
    /// <summary>Exchanges the identity provider's access token for an unscoped Keystone token.</summary>
    /// <exception cref="BackendException">
    /// <see cref="BackendFailure.SignInAgain"/>: the token is not valid (any more); <see cref="BackendFailure.Forbidden"/>: no mapping for
    /// this person, or (<see cref="BackendException.IsPage"/>: it is Apache that refuses) made for another audience;
    /// <see cref="BackendFailure.NotFound"/>: the identity provider is unknown in Keystone.
    /// </exception>
    Task<KeystoneToken> ExchangeAsync(CloudRegion region, string accessToken, CancellationToken cancellationToken);

    /// <summary>Lists the projects that the token's user may enter.</summary>
    Task<IReadOnlyList<Project>> ListProjectsAsync(CloudRegion region, string token, CancellationToken cancellationToken);

    /// <summary>Gives a token for a project. It ends when <paramref name="token"/> does.</summary>
    /// <exception cref="BackendException">
    /// <see cref="BackendFailure.SignInAgain"/>: <paramref name="token"/> is no longer good (Keystone says 404);
    /// <see cref="BackendFailure.Forbidden"/>: not this user's project (Keystone says 401).
    /// </exception>
    Task<KeystoneToken> RescopeAsync(CloudRegion region, string token, string projectId, CancellationToken cancellationToken);

    /// <summary>Gives a token of the portal's service user, in a project, or in its own when <paramref name="projectId"/> is null.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.Forbidden"/>: wrong password, or no role in the project (Keystone tells them not apart).</exception>
    Task<KeystoneToken> SignInServiceUserAsync(CloudRegion region, string? projectId, CancellationToken cancellationToken);

    /// <summary>Gives an unscoped token of the portal's service user.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.Forbidden"/>: wrong name or password.</exception>
    Task<KeystoneToken> SignInServiceUserUnscopedAsync(CloudRegion region, CancellationToken cancellationToken);

    /// <summary>Lists all enabled projects of the cloud; <paramref name="token"/> must be an administrator's.</summary>
    Task<IReadOnlyList<Project>> ListAllProjectsAsync(CloudRegion region, string token, CancellationToken cancellationToken);

    /// <summary>Lists all projects of the cloud, enabled or not, in one answer; <paramref name="token"/> must be an administrator's.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.Unexpected"/>: Keystone left some out (its option <c>list_limit</c>).</exception>
    Task<IReadOnlyList<Project>> ListProjectsOfCloudAsync(CloudRegion region, string token, CancellationToken cancellationToken);

    /// <summary>Gives a project of the cloud, enabled or not, or null when Keystone has none of that id; <paramref name="token"/> must be an administrator's.</summary>
    Task<Project?> FindProjectOfCloudAsync(CloudRegion region, string projectId, string token, CancellationToken cancellationToken);

    /// <summary>Lists all domains of the cloud, enabled or not; <paramref name="token"/> must be an administrator's.</summary>
    Task<IReadOnlyList<Domain>> ListDomainsAsync(CloudRegion region, string token, CancellationToken cancellationToken);

    /// <summary>Asks Keystone what a token says; null when it is no longer good.</summary>
    Task<KeystoneToken?> FindTokenAsync(CloudRegion region, string token, CancellationToken cancellationToken);

    /// <summary>Ends a token's life. Gives no error when it had ended already. Tokens made from it live on.</summary>
    Task RevokeAsync(CloudRegion region, string token, CancellationToken cancellationToken);
}
