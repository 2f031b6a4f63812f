using System.Net.Http.Headers;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery.Apps;

/// <summary>The way to one program of one cluster, for one request; given back when the request is done.</summary>
/// <param name="Http">Sends over connections that are port-forwards to a ready pod; kept open between requests. Not the caller's to dispose.</param>
/// <param name="Login">As whom the program is asked, or null for nobody; a secret.</param>
/// <param name="Lease">Keeps the connections while the request lasts.</param>
public sealed record AppWay(HttpMessageInvoker Http, AuthenticationHeaderValue? Login, IDisposable? Lease = null) : IDisposable
{
    /// <summary>Gives the way back.</summary>
    public void Dispose() => Lease?.Dispose();

    /// <summary>Hides the login.</summary>
    public override string ToString() => "way to a program";
}

/// <summary>Lets people into the pages of clusters' programs, of their own projects only.</summary>
public interface IAppGateway
{
    /// <summary>Looks whether a person may see a program and the cluster has it, and writes into the audit that they open it.</summary>
    /// <returns>False where the cluster does not have the program.</returns>
    /// <exception cref="ForbiddenException">The scope may not see it.</exception>
    /// <exception cref="BackendException">The cluster is not one of the project's that the portal is in, or does not answer.</exception>
    Task<bool> EnterAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken);

    /// <summary>Says whether the cluster has the program.</summary>
    /// <exception cref="ForbiddenException">The scope may not see it.</exception>
    /// <exception cref="BackendException">As for <see cref="EnterAsync"/>.</exception>
    Task<bool> IsInstalledAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken);

    /// <summary>Gives the way for a request.</summary>
    /// <exception cref="ForbiddenException">The scope may not see it.</exception>
    /// <exception cref="BackendException">The cluster is not one of the project's that the portal is in, or does not answer.</exception>
    Task<AppWay> OpenAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken);

    /// <summary>Says that the program did not take the login: it is read again for the next request.</summary>
    /// <exception cref="ForbiddenException">The scope may not see it.</exception>
    void Refuse(Scope scope, string clusterId, ClusterApp app);
}
