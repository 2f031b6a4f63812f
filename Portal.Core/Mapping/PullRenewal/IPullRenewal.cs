using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.PullRenewal;

/// <summary>The credential that the project's clusters pull with: how old it is, and its renewal, during which two robots are alive.</summary>
public interface IPullRenewal
{
    /// <summary>Gives how it stands, or null while the project has no place; needs <see cref="Capability.Read"/>.</summary>
    /// <exception cref="BackendException">Harbor failed.</exception>
    Task<PullSecretState?> FindAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>
    /// Renews it: the plan that makes a second robot, gives it to every cluster, and takes the one before away when all have it,
    /// started or joined; needs <see cref="Capability.Write"/>. Audited.
    /// </summary>
    /// <exception cref="BackendException"><see cref="BackendFailure.NotFound"/>: the project has no place yet.</exception>
    /// <exception cref="SubjectLockedException">Another plan changes the place.</exception>
    Task<Plan> RenewAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>How the pull credential stands.</summary>
/// <param name="Robot">The robot's full name.</param>
/// <param name="MadeAt">When it was made (UTC, Harbor's clock), or null when Harbor does not have it any more.</param>
/// <param name="Before">Robots of before that are still alive.</param>
/// <param name="Clusters">How many clusters of the project the portal gives it to.</param>
/// <param name="Plan">The plan that changes the place now, or null.</param>
public sealed record PullSecretState(string Robot, DateTimeOffset? MadeAt, ImmutableArray<string> Before, int Clusters, Plan? Plan);

/// <summary>The clusters that hold the pull credential; Delivery knows them.</summary>
public interface IPullSecretHolders
{
    /// <summary>Lists the clusters of a project that the portal has access to.</summary>
    Task<IReadOnlyList<ClusterKey>> ListAsync(string projectId, CancellationToken cancellationToken);

    /// <summary>Gives what people call a cluster; its id when Magnum does not tell.</summary>
    Task<string> NameAsync(ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Puts the credential in place of the one before in every namespace of a cluster that has one; gives how many were changed.</summary>
    /// <exception cref="BackendException">The cluster does not answer, or refuses.</exception>
    Task<int> RenewAsync(ClusterKey cluster, RegistryCredential credential, CancellationToken cancellationToken);
}
