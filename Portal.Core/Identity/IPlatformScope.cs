using Portal.Core.Backends;

namespace Portal.Core.Identity;

/// <summary>
/// Hands out the portal's own credential: a token of the service user scoped to the tenant's project, for one piece of
/// work. Each use is audited with the person who asked. Only code that has checked that person's capability may call it.
/// </summary>
public interface IPlatformScope
{
    /// <summary>Gives a scope of the service user in the tenant's project.</summary>
    /// <param name="region">Cloud and region.</param>
    /// <param name="projectId">The tenant's project.</param>
    /// <param name="purpose">What for, for the audit: <c>plan/ID cluster.bootstrap</c>.</param>
    /// <param name="askedBy">Who asked, or null for work that nobody asked for (pollers, renewal).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BackendException">The service user may not enter that project, or Keystone does not answer.</exception>
    Task<Scope> ForProjectAsync(CloudRegion region, string projectId, string purpose, string? askedBy, CancellationToken cancellationToken);

    /// <summary>Gives a scope of the service user in its own project, for admin listings.</summary>
    Task<Scope> ForCloudAsync(CloudRegion region, string purpose, CancellationToken cancellationToken);
}

/// <summary>The scopes of signed-in people. A circuit knows its session's id through a claim; tokens stay here.</summary>
public interface ISessionScopes
{
    /// <summary>Gives the scope of a session in a project that it may enter.</summary>
    /// <exception cref="BackendException">Not the session's project (<see cref="BackendFailure.Forbidden"/>), session over (<see cref="BackendFailure.SignInAgain"/>), Keystone down.</exception>
    Task<Scope> EnterAsync(string sessionId, string projectId, CancellationToken cancellationToken);

    /// <summary>Lists the projects that the session may enter.</summary>
    Task<IReadOnlyList<Project>> ListProjectsAsync(string sessionId, CancellationToken cancellationToken);
}

/// <summary>A Keystone project.</summary>
/// <param name="Id">Keystone id; the key of everything.</param>
/// <param name="Name">Name, unique in its domain only.</param>
/// <param name="DomainId">Domain.</param>
/// <param name="Description">Description, may be empty.</param>
/// <param name="IsEnabled">Whether it is enabled.</param>
public sealed record Project(string Id, string Name, string DomainId, string Description, bool IsEnabled);

/// <summary>A Keystone domain.</summary>
/// <param name="Id">Keystone id.</param>
/// <param name="Name">Name.</param>
/// <param name="IsEnabled">Whether it is enabled; nobody enters a project of one that is not.</param>
public sealed record Domain(string Id, string Name, bool IsEnabled);
