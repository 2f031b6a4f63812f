using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>An add-on as the cluster itself shows it now.</summary>
public sealed record AddonHealth
{
    /// <summary>Gets the add-on's name in the catalog.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the version that is installed, or null when nothing of it is there.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the version that the site offers, when it is another one; else null.</summary>
    public string? Offered { get; init; }

    /// <summary>Gets the kind of state.</summary>
    public required StateKind Kind { get; init; }

    /// <summary>Gets the code of its word: <c>ready</c>, <c>degraded</c>, <c>not-working</c>, <c>missing</c>, <c>changed-by-hand</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Gets why (pod, container, message; or what is missing), or null when it is ready.</summary>
    public Reason? Reason { get; init; }

    /// <summary>Gets its workloads.</summary>
    public ImmutableArray<WorkloadHealth> Workloads { get; init; } = [];
}

/// <summary>A Deployment, DaemonSet or StatefulSet of an add-on.</summary>
/// <param name="Kind">Kubernetes kind.</param>
/// <param name="Name">Namespace and name.</param>
/// <param name="Ready">Ready pods.</param>
/// <param name="Wanted">Pods wanted.</param>
/// <param name="IsReady">Whether it is ready by its own measure (all pods, of the newest version).</param>
public sealed record WorkloadHealth(string Kind, string Name, long Ready, long Wanted, bool IsReady);

/// <summary>Reads how a cluster's add-ons are, from the cluster.</summary>
public interface IAddonHealthReader
{
    /// <summary>Reads some add-ons, as the person of the scope.</summary>
    /// <exception cref="BackendException">The cluster's API does not answer, or the portal has no identity in it yet (<see cref="BackendFailure.NotFound"/>).</exception>
    /// <exception cref="ForbiddenException">The person may not read.</exception>
    Task<IReadOnlyList<AddonHealth>> ReadAsync(Scope scope, string clusterId, IReadOnlyList<string> addons, CancellationToken cancellationToken);
}
