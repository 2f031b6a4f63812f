using System.Text.Json.Nodes;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>
/// One cluster's API as one identity (the portal, a person, an access group). The only way to a cluster; sets the
/// impersonation headers and checks every name. All members fail as <see cref="BackendException"/> with backend
/// <c>kubernetes</c>, or as <see cref="ArgumentException"/> when a name is not valid (nothing is sent then).
/// </summary>
public interface IKubernetesApi
{
    /// <summary>Gives the server's version, <c>v1.31.4</c>, with its suffix.</summary>
    Task<string> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Gives an object, or null when it is not there.</summary>
    Task<JsonObject?> FindAsync(KubernetesResource resource, string? inNamespace, string name, CancellationToken cancellationToken);

    /// <summary>Lists objects in pages of 500; a 410 in between begins again.</summary>
    Task<IReadOnlyList<JsonObject>> ListAsync(KubernetesResource resource, string? inNamespace, CancellationToken cancellationToken, string? labelSelector = null, string? fieldSelector = null);

    /// <summary>Hands on the objects of all namespaces page by page, so that what is not needed is not kept; a 410 in between begins again from the first page.</summary>
    Task ReadAsync(KubernetesResource resource, Action<IEnumerable<JsonObject>> take, CancellationToken cancellationToken, string? fieldSelector = null);

    /// <summary>Server-side apply with the portal's field manager. Conflicts are 409 with the other manager's name unless forced.</summary>
    Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken cancellationToken, bool force = false, bool dryRun = false);

    /// <summary>Creates an object, or posts to a subresource such as <c>token</c>.</summary>
    Task<JsonObject> CreateAsync(KubernetesResource resource, string? inNamespace, JsonObject body, CancellationToken cancellationToken, string? name = null, string? subresource = null);

    /// <summary>Deletes an object; false when it was not there. What it made goes first (foreground), or stays without an owner (<paramref name="orphan"/>).</summary>
    Task<bool> DeleteAsync(KubernetesResource resource, string? inNamespace, string name, CancellationToken cancellationToken, bool orphan = false);

    /// <summary>Asks whether this identity may do something (SelfSubjectAccessReview).</summary>
    Task<bool> CanAsync(string verb, string group, string resource, string? inNamespace, CancellationToken cancellationToken);

    /// <summary>Opens a container's log, line by line with times; empty for a pod that is not on a node yet. Whoever opens it disposes it.</summary>
    /// <exception cref="BackendException">Also <see cref="BackendFailure.Invalid"/> with the API's sentence: the container waits to start, or has no earlier life.</exception>
    Task<Stream> OpenLogAsync(string inNamespace, string pod, PodLogRequest request, CancellationToken cancellationToken);

    /// <summary>Opens a raw connection to a port of a pod through the API server.</summary>
    Task<Stream> ConnectAsync(string inNamespace, string pod, int port, CancellationToken cancellationToken);
}

/// <summary>Which part of a container's log is asked for.</summary>
/// <param name="Container">Container.</param>
public sealed record PodLogRequest(string Container)
{
    /// <summary>Gets whether the answer goes on while the container writes.</summary>
    public bool Follow { get; init; }

    /// <summary>Gets whether the container's life before its last restart is meant.</summary>
    public bool Previous { get; init; }

    /// <summary>Gets from when (UTC), or null for all that is kept.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets how many of the last lines to begin with, or null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>Gets the most bytes, or null.</summary>
    public long? MostBytes { get; init; }
}

/// <summary>Gives access to clusters' APIs.</summary>
public interface IClusterConnector
{
    /// <summary>Gives the API as the portal itself. Only provisioning and shared watches use it.</summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.NotFound"/>: the portal has no identity in this cluster yet.</exception>
    Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Gives the API as the person of the scope (impersonated), so that the cluster's RBAC decides and its audit log names them.</summary>
    /// <exception cref="ForbiddenException">The scope is of another project, or may not read.</exception>
    Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives the API with an explicit identity; for the bootstrap, whose certificate is kept in memory only.</summary>
    IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity);
}

/// <summary>How the portal reaches a cluster and proves who it is.</summary>
/// <param name="ApiAddress">Address of the API, https.</param>
/// <param name="AuthorityPem">The cluster's CA certificate.</param>
/// <param name="CertificatePem">Client certificate.</param>
/// <param name="PrivateKeyPem">Its key; a secret.</param>
public sealed record ClusterIdentity(string ApiAddress, string AuthorityPem, string CertificatePem, string PrivateKeyPem)
{
    /// <summary>Hides the key.</summary>
    public override string ToString() => $"identity at {ApiAddress}";
}
