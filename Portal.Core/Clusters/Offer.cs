namespace Portal.Core.Clusters;

/// <summary>A node group of a cluster.</summary>
public sealed record NodeGroup
{
    /// <summary>Gets Magnum's uuid.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name: <c>default-worker</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the role: <c>master</c>, <c>worker</c> or a free one.</summary>
    public required string Role { get; init; }

    /// <summary>Gets how many nodes are wished.</summary>
    public required int NodeCount { get; init; }

    /// <summary>Gets the least number of nodes.</summary>
    public int MinNodeCount { get; init; }

    /// <summary>Gets the greatest number of nodes, or null for none.</summary>
    public int? MaxNodeCount { get; init; }

    /// <summary>Gets the flavor.</summary>
    public string? FlavorId { get; init; }

    /// <summary>Gets the image.</summary>
    public string? ImageId { get; init; }

    /// <summary>Gets whether it was made with the cluster (cannot be deleted alone).</summary>
    public bool IsDefault { get; init; }

    /// <summary>Gets the Heat stack.</summary>
    public string? StackId { get; init; }

    /// <summary>Gets Magnum's status.</summary>
    public required ClusterStatus Status { get; init; }
}

/// <summary>A Nova keypair of the person.</summary>
/// <param name="Name">Name, unique for the person.</param>
/// <param name="Fingerprint">Fingerprint.</param>
public sealed record Keypair(string Name, string Fingerprint);

/// <summary>A Nova flavor.</summary>
/// <param name="Id">Id; Magnum takes id or name.</param>
/// <param name="Name">Name.</param>
/// <param name="Cores">Virtual CPUs.</param>
/// <param name="MemoryMiB">Memory in MiB.</param>
/// <param name="DiskGiB">Root disk in GiB.</param>
public sealed record Flavor(string Id, string Name, int Cores, int MemoryMiB, int DiskGiB);

/// <summary>A Neutron network.</summary>
/// <param name="Id">Id; Magnum takes id or name.</param>
/// <param name="Name">Name, may be empty, not unique.</param>
/// <param name="IsExternal">Whether it leads out of the cloud.</param>
/// <param name="IsShared">Whether other projects share it.</param>
/// <param name="SubnetIds">Its subnets.</param>
public sealed record Network(string Id, string Name, bool IsExternal, bool IsShared, System.Collections.Immutable.ImmutableArray<string> SubnetIds);

/// <summary>A Glance image.</summary>
/// <param name="Id">Id; Magnum takes id or name.</param>
/// <param name="Name">Name.</param>
/// <param name="OsDistro">The property by which Magnum finds its driver, or null: then it finds none.</param>
public sealed record ImageRef(string Id, string Name, string? OsDistro);

/// <summary>How much of a resource the project may have and has.</summary>
/// <param name="Resource">Key of its name: <c>cores</c>, <c>memory</c>, <c>instances</c>, <c>volumes</c>, <c>gigabytes</c>, <c>floating-ips</c>, <c>load-balancers</c>, <c>server-groups</c>, <c>networks</c>, <c>routers</c>, <c>security-groups</c>, <c>clusters</c>.</param>
/// <param name="Used">In use now (reserved included).</param>
/// <param name="Limit">The limit, or null for no limit.</param>
/// <param name="Unit"><c>count</c>, <c>core</c>, <c>MiB</c> or <c>GiB</c>.</param>
public sealed record ProjectQuota(string Resource, long Used, long? Limit, string Unit)
{
    /// <summary>Gets what is left, or null for no limit; never negative.</summary>
    public long? Left => Limit is { } limit ? Math.Max(0, limit - Used) : null;
}

/// <summary>The room that a project has left.</summary>
/// <param name="Quotas">What could be read.</param>
/// <param name="Missing">What could not be read, by backend.</param>
public sealed record ProjectRoom(System.Collections.Immutable.ImmutableArray<ProjectQuota> Quotas, System.Collections.Immutable.ImmutableArray<ClusterProblem> Missing);
