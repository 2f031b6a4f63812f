namespace Portal.Sandbox.World;

/// <summary>What a Keystone token says; how the other services know a caller.</summary>
/// <param name="UserId">Keystone user id.</param>
/// <param name="UserName">User name.</param>
/// <param name="ProjectId">Project the token is scoped to, or null when unscoped.</param>
/// <param name="ProjectName">Name of that project.</param>
/// <param name="DomainId">Domain of that project.</param>
/// <param name="Roles">Role names, implied ones included.</param>
/// <param name="ExpiresAt">End of its life.</param>
public sealed record TokenInfo(
    string UserId, string UserName, string? ProjectId, string? ProjectName, string? DomainId, IReadOnlySet<string> Roles, DateTimeOffset ExpiresAt)
{
    /// <summary>Gets whether the caller is an administrator of the cloud (role <c>admin</c> on any project).</summary>
    public bool IsAdmin => Roles.Contains("admin");
}

/// <summary>Shared by Keystone with the services behind its auth middleware.</summary>
public interface ITokenAuthority
{
    /// <summary>Gives what a token says, or null when it is unknown, revoked or expired.</summary>
    TokenInfo? Validate(string? token);

    /// <summary>Gives a project's name and domain, or null.</summary>
    (string Id, string Name, string DomainId)? FindProject(string idOrName);

    /// <summary>Gives a user's name, or null. Federated users have 64 hex digits.</summary>
    (string Id, string Name)? FindUser(string idOrName);
}

/// <summary>A node as Nova and Magnum made it.</summary>
/// <param name="Name">Node name, DNS-1123.</param>
/// <param name="Role"><c>master</c> or <c>worker</c> (or another node group role).</param>
/// <param name="Address">Private address.</param>
/// <param name="Cores">Virtual CPUs of its flavor.</param>
/// <param name="MemoryMiB">Memory of its flavor.</param>
/// <param name="NodeGroup">Node group name.</param>
public sealed record KubernetesNodeSpec(string Name, string Role, string Address, int Cores, int MemoryMiB, string NodeGroup);

/// <summary>What Magnum tells about a cluster whose servers are up.</summary>
/// <param name="Id">Magnum uuid.</param>
/// <param name="Name">Cluster name.</param>
/// <param name="ProjectId">Keystone project.</param>
/// <param name="Version">Kubernetes version with a leading v.</param>
/// <param name="Authority">The cluster's CA; its API serves with a certificate of it and believes client certificates of it.</param>
/// <param name="Nodes">Masters and workers.</param>
public sealed record KubernetesClusterSpec(
    string Id, string Name, string ProjectId, string Version, CertificateAuthority Authority, IReadOnlyList<KubernetesNodeSpec> Nodes);

/// <summary>Shared by the Kubernetes part with Magnum: one API server per cluster.</summary>
public interface IKubernetesFleet
{
    /// <summary>Gives the address that a cluster's API has or will have (<c>https://127.x.y.z:6443</c>); stable over restarts where possible.</summary>
    string ReserveAddress(string clusterId);

    /// <summary>Brings a cluster's API up, or brings it back with its kept objects; twice changes nothing.</summary>
    Task StartAsync(KubernetesClusterSpec spec, CancellationToken cancellationToken);

    /// <summary>Says which nodes there are now (resize, upgrade). Unknown clusters are ignored.</summary>
    void SetNodes(string clusterId, IReadOnlyList<KubernetesNodeSpec> nodes);

    /// <summary>Lets a node's kubelet fall silent, or report again: its condition <c>Ready</c>, as the node life-cycle controller sets it. Unknown clusters and nodes are ignored.</summary>
    void Silence(string clusterId, string node, bool isSilent);

    /// <summary>Replaces the CA after a rotation: the API starts anew, with a new serving certificate; open connections are cut, old client certificates refused.</summary>
    Task RotateAsync(string clusterId, CertificateAuthority authority, CancellationToken cancellationToken);

    /// <summary>Stops a cluster's API server: nobody listens, every connection ends; its objects stay. Unknown clusters are ignored.</summary>
    Task HaltAsync(string clusterId);

    /// <summary>Starts a stopped API server again, at its address.</summary>
    Task ResumeAsync(string clusterId, CancellationToken cancellationToken);

    /// <summary>Forgets a cluster's history, as etcd's compaction does: watches from older versions get 410.</summary>
    void Compact(string clusterId);

    /// <summary>Ends a cluster's API and forgets its objects.</summary>
    Task RemoveAsync(string clusterId);
}
