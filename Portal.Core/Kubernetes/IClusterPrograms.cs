using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>A program that the platform installs in a cluster and whose HTTP API the portal asks.</summary>
public enum ClusterProgram
{
    /// <summary>Prometheus, <c>/api/v1/…</c>.</summary>
    Prometheus,

    /// <summary>Alertmanager, <c>/api/v2/…</c>.</summary>
    Alertmanager,

    /// <summary>Elasticsearch, as the user who may read logs and nothing else.</summary>
    Elasticsearch,

    /// <summary>Kibana, as nobody: only what it tells everyone.</summary>
    Kibana,
}

/// <summary>What is asked of a program.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query, beginning with a slash, encoded.</param>
public sealed record ProgramRequest(HttpMethod Method, string Path)
{
    /// <summary>Gets the body, or null.</summary>
    public string? Body { get; init; }

    /// <summary>Gets the body's media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Gets how long the answer may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets what is asked, in the words of an error: <c>ask Prometheus for a range</c>. Never a secret.</summary>
    public required string Operation { get; init; }
}

/// <summary>
/// HTTP to the platform's programs in a cluster, by port-forward through its API server with the portal's own identity; connections
/// are kept open between requests. The cluster is the unit of confidentiality: who may read its project may ask them.
/// </summary>
public interface IClusterPrograms
{
    /// <summary>Sends a request for a person. Answers of every status come back; the caller disposes them.</summary>
    /// <returns>The answer, read whole (at most 32 MiB), or null where the cluster does not have the program.</returns>
    /// <exception cref="ForbiddenException">The scope may not read the cluster's project.</exception>
    /// <exception cref="BackendException">The cluster or the program does not answer; <see cref="BackendException.Backend"/> is <c>kubernetes</c>
    /// when it is the cluster's API, else the program's name.</exception>
    Task<HttpResponseMessage?> SendAsync(ClusterKey cluster, Scope scope, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken);

    /// <summary>Sends a request for work in the background that belongs to nobody.</summary>
    /// <inheritdoc cref="SendAsync"/>
    Task<HttpResponseMessage?> SendAsPortalAsync(ClusterKey cluster, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken);
}
