using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes.Watching;

/// <summary>What is known of the watched objects at one moment.</summary>
/// <param name="Items">The objects, in the order of namespace and name; while <paramref name="Silence"/> is there, those of before.</param>
/// <param name="AsOf">When the API was last heard of (UTC), or null when it never was.</param>
/// <param name="Silence">Why there is no answer now, or null while all is well.</param>
public sealed record Watched<T>(ImmutableArray<T> Items, DateTimeOffset? AsOf, BackendException? Silence)
{
    /// <summary>Gets whether anything can be said at all: a list came, or an attempt failed.</summary>
    public bool IsKnown => AsOf is not null || Silence is not null;
}

/// <summary>A kind of objects to watch, and the little that is kept of each.</summary>
internal sealed record WatchKind<T>(KubernetesResource Resource, string? LabelSelector, Func<JsonObject, T> Read);

/// <summary>What viewers share: everyone of an access group sees the same of a kind in a cluster.</summary>
internal sealed record WatchKey(ClusterKey Cluster, KubernetesResource Resource, string? LabelSelector, string Group);

/// <summary>Gives a cluster's API to what a whole access group shares.</summary>
internal interface IGroupConnector
{
    /// <summary>Checks that the person may look into the cluster, and gives the group whose view is theirs.</summary>
    /// <exception cref="ForbiddenException">The scope is of another project, or may not read.</exception>
    /// <exception cref="BackendException"><see cref="BackendFailure.NotFound"/>: the portal has no identity in this cluster yet.</exception>
    Task<string> EnterAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives the API as a user that stands for the group. The identity is looked up each time, so a renewed one is taken.</summary>
    Task<KubernetesApi> AsGroupAsync(ClusterKey cluster, string group, CancellationToken cancellationToken);
}
