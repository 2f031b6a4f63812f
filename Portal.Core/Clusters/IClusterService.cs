using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>
/// The project's clusters and what is done with them. Every method checks the scope's capability
/// (<see cref="Capability.Read"/> to see, <see cref="Capability.Write"/> to change), gives only the project's own
/// clusters, and throws <see cref="BackendException"/> when a backend fails.
/// </summary>
public interface IClusterService
{
    /// <summary>
    /// Follows the project's clusters: last known rows at once with their age (<see cref="LiveSnapshot{T}.AsOf"/> is
    /// <see cref="DateTimeOffset.MinValue"/> and the rows are empty before the first answer), then changes.
    /// </summary>
    Task<LiveSnapshot<ClusterView>> WatchAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Says how fresh the rows are, first at once, then after each poll. Endless until cancelled.</summary>
    IAsyncEnumerable<ClusterFreshness> WatchFreshnessAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives one cluster: the last known row, or asked now; null when it is not there or another project's.</summary>
    Task<ClusterView?> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Gives a cluster again after each change, null when it is gone. Endless until cancelled.</summary>
    IAsyncEnumerable<ClusterView?> WatchOneAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Asks Magnum for the project's clusters now instead of at the next poll.</summary>
    Task RefreshAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Checks what was typed, by Magnum's own rules and the project's room. Fast enough for every pause while typing.</summary>
    Task<ClusterCheck> CheckAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken);

    /// <summary>Creates a cluster with the person's token and starts its initialisation. Sent twice with the same <paramref name="intentId"/> it creates one.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="spec">What was asked.</param>
    /// <param name="intentId">Made by the page once per form (a GUID), kept over a lost connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterInvalidException">Something is to be corrected; Magnum's own refusals come this way too.</exception>
    Task<CreatedCluster> CreateAsync(Scope scope, ClusterSpec spec, string intentId, CancellationToken cancellationToken);

    /// <summary>Changes the number of workers (of the default group, or of <paramref name="nodeGroup"/>) by a plan.</summary>
    /// <exception cref="ClusterInvalidException">The count is out of bounds.</exception>
    /// <exception cref="ClusterActionException">Not possible now.</exception>
    /// <exception cref="SubjectLockedException">Another plan changes the cluster.</exception>
    Task<Plan> ResizeAsync(Scope scope, string clusterId, int nodeCount, string? nodeGroup, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a cluster a new certificate authority by a plan, and the portal a certificate of it. Everybody's kubeconfig ends with the old one.
    /// </summary>
    /// <exception cref="ClusterActionException">Not possible now.</exception>
    /// <exception cref="SubjectLockedException">Another plan changes the cluster.</exception>
    Task<Plan> RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Deletes a cluster by a plan; <paramref name="typedName"/> must be its name.</summary>
    /// <exception cref="ClusterInvalidException">The name typed is another.</exception>
    /// <exception cref="ClusterActionException">Not possible now.</exception>
    /// <exception cref="SubjectLockedException">Another plan changes the cluster.</exception>
    Task<Plan> DeleteAsync(Scope scope, string clusterId, string typedName, CancellationToken cancellationToken);

    /// <summary>Starts the initialisation of a cluster that has none, or whose last one ended without success.</summary>
    /// <exception cref="ClusterActionException">Not possible now.</exception>
    /// <exception cref="SubjectLockedException">Another plan changes the cluster.</exception>
    Task<Plan> InitialiseAsync(Scope scope, string clusterId, string profile, CancellationToken cancellationToken);
}

/// <summary>What a project may choose from when it creates a cluster. Needs <see cref="Capability.Read"/>; cached for a minute.</summary>
public interface IClusterOffer
{
    /// <summary>Lists the templates that the project sees, hidden ones left out.</summary>
    Task<IReadOnlyList<ClusterTemplate>> ListTemplatesAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists the person's keypairs (they belong to the person, not to the project).</summary>
    Task<IReadOnlyList<Keypair>> ListKeypairsAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Keeps the person's public key under a name; needs <see cref="Capability.Write"/>.</summary>
    /// <exception cref="ClusterInvalidException">Name or key are not accepted.</exception>
    Task<Keypair> ImportKeypairAsync(Scope scope, string name, string publicKey, CancellationToken cancellationToken);

    /// <summary>Lists the flavors.</summary>
    Task<IReadOnlyList<Flavor>> ListFlavorsAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists the networks that the project sees.</summary>
    Task<IReadOnlyList<Network>> ListNetworksAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists the images that the project sees.</summary>
    Task<IReadOnlyList<ImageRef>> ListImagesAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives the project's quotas; a backend that does not answer is named, the others stay.</summary>
    Task<ProjectRoom> GetRoomAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>What lies under a cluster's state. Needs <see cref="Capability.Read"/>; another project's cluster is <see cref="BackendFailure.NotFound"/>.</summary>
public interface IClusterEvidence
{
    /// <summary>Lists the node groups.</summary>
    Task<IReadOnlyList<NodeGroup>> ListNodeGroupsAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Lists the newest Heat events, newest first, nested stacks included; empty while there is no stack.</summary>
    Task<IReadOnlyList<StackEvent>> ListEventsAsync(Scope scope, string clusterId, int limit, CancellationToken cancellationToken);

    /// <summary>Lists the Heat resources that failed, nested stacks included.</summary>
    Task<IReadOnlyList<StackResource>> ListFailedResourcesAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Says why the cluster failed, is late or is out of reach; null when it is in order. Reads nothing then.</summary>
    Task<Explanation?> ExplainAsync(Scope scope, string clusterId, CancellationToken cancellationToken);
}
