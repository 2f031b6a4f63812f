using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Logs.Containers;

/// <summary>A pod whose containers' logs can be read.</summary>
/// <param name="Name">Name.</param>
/// <param name="Containers">Containers, init containers first.</param>
/// <param name="Phase">Kubernetes' phase.</param>
/// <param name="Restarts">How often its containers were started again.</param>
public sealed record LogPod(string Name, ImmutableArray<LogContainer> Containers, string Phase, int Restarts);

/// <summary>A container of a pod.</summary>
/// <param name="Name">Name.</param>
/// <param name="Restarts">How often it was started again; without any it has no earlier log.</param>
public sealed record LogContainer(string Name, int Restarts);

/// <summary>One container's log.</summary>
/// <param name="Pod">Pod.</param>
/// <param name="Container">Container.</param>
public sealed record LogTarget(string Pod, string Container);

/// <summary>Which part of containers' logs is wanted.</summary>
public sealed record ContainerLogQuery
{
    /// <summary>Gets the namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Gets the containers, at most 20.</summary>
    public required ImmutableArray<LogTarget> Targets { get; init; }

    /// <summary>Gets whether lines go on to come.</summary>
    public bool Follow { get; init; } = true;

    /// <summary>Gets whether the life before the last restart is meant; it does not go on.</summary>
    public bool Previous { get; init; }

    /// <summary>Gets from when (UTC), or null for the last 500 lines of each.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>A line of a container.</summary>
/// <param name="Number">Number, one more with each line of a following.</param>
/// <param name="Target">Where it comes from.</param>
/// <param name="At">When it was written (UTC), by the node's clock.</param>
/// <param name="Text">The line, at most 16,000 characters of it.</param>
/// <param name="Severity">How bad it is, by its words.</param>
public sealed record ContainerLine(long Number, LogTarget Target, DateTimeOffset At, string Text, LogSeverity Severity);

/// <summary>What happened to a container's log.</summary>
/// <param name="Target">Which.</param>
/// <param name="Failure">Why it cannot be read (now), or null when it ended.</param>
/// <param name="IsOver">Whether nothing more comes.</param>
public sealed record LogTargetEnd(LogTarget Target, BackendException? Failure, bool IsOver);

/// <summary>What came in a quarter of a second.</summary>
/// <param name="Lines">Lines in the order of time.</param>
/// <param name="Ends">What happened to containers' logs.</param>
/// <param name="Dropped">How many lines were dropped, for they came faster than they were taken.</param>
public sealed record ContainerLogBatch(ImmutableArray<ContainerLine> Lines, ImmutableArray<LogTargetEnd> Ends, long Dropped);

/// <summary>
/// Containers' logs straight from a cluster's API, as the person by impersonation: the cluster's RBAC decides. They need no Elasticsearch.
/// </summary>
public interface IContainerLogs
{
    /// <summary>Lists the pods of a namespace.</summary>
    /// <exception cref="ForbiddenException">The cluster is another project's.</exception>
    /// <exception cref="BackendException">The cluster refuses or does not answer.</exception>
    Task<IReadOnlyList<LogPod>> ListPodsAsync(Scope scope, ClusterKey cluster, string inNamespace, CancellationToken cancellationToken);

    /// <summary>Follows containers' logs, merged. Ends when all have ended; keeps at most 10,000 lines that nobody took.</summary>
    /// <exception cref="ForbiddenException">The cluster is another project's.</exception>
    IAsyncEnumerable<ContainerLogBatch> FollowAsync(Scope scope, ClusterKey cluster, ContainerLogQuery query, CancellationToken cancellationToken);

    /// <summary>Opens the whole log of a container that the node keeps, at most 100 MiB, with times. Whoever opens it disposes it.</summary>
    /// <exception cref="ForbiddenException">The cluster is another project's.</exception>
    /// <exception cref="BackendException">The cluster refuses or does not answer.</exception>
    Task<Stream> OpenAsync(Scope scope, ClusterKey cluster, string inNamespace, LogTarget target, bool previous, CancellationToken cancellationToken);
}
