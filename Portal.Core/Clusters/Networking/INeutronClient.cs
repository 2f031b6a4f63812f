using Portal.Core.Backends;

namespace Portal.Core.Clusters.Networking;

/// <summary>What the portal asks of Neutron. Throws <see cref="BackendException"/>.</summary>
public interface INeutronClient
{
    /// <summary>Lists the networks that the project sees.</summary>
    Task<IReadOnlyList<Network>> ListNetworksAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists the ports with an address of a subnet, at most 50; none for an empty id.</summary>
    Task<IReadOnlyList<Port>> ListPortsAsync(Scope scope, string subnetId, CancellationToken cancellationToken);

    /// <summary>Gives floating IPs, networks, routers and security groups.</summary>
    Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>What the portal asks of Octavia. Throws <see cref="BackendException"/>.</summary>
public interface IOctaviaClient
{
    /// <summary>Lists the project's load balancers.</summary>
    Task<IReadOnlyList<LoadBalancer>> ListLoadBalancersAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives load balancers.</summary>
    Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>A Neutron port.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name, may be empty.</param>
/// <param name="DeviceOwner">What kind of thing it belongs to: <c>compute:nova</c>, <c>Octavia</c>.</param>
/// <param name="DeviceId">Which one, may be empty.</param>
public sealed record Port(string Id, string Name, string DeviceOwner, string DeviceId);

/// <summary>An Octavia load balancer.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name, may be empty.</param>
/// <param name="Description">Description; Kubernetes puts the cluster's id there.</param>
/// <param name="Status">Octavia's provisioning status: <c>ACTIVE</c>, <c>PENDING_CREATE</c>, <c>ERROR</c>.</param>
public sealed record LoadBalancer(string Id, string Name, string Description, string Status);
