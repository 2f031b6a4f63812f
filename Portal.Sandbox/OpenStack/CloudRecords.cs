namespace Portal.Sandbox.OpenStack;

/// <summary>A Nova flavor.</summary>
internal sealed record Flavor
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public int Vcpus { get; init; }

    /// <summary>Gets the memory in MiB.</summary>
    public int Ram { get; init; }

    /// <summary>Gets the disk in GiB.</summary>
    public int Disk { get; init; }

    /// <summary>Gets whether no compute host can take it: servers of it end with "No valid host".</summary>
    public bool NoHost { get; init; }
}

/// <summary>A Nova keypair; it belongs to a user, not to a project.</summary>
internal sealed record Keypair
{
    /// <summary>Gets the user's id, or the name while the user has never signed in.</summary>
    public required string User { get; init; }

    public required string Name { get; init; }

    public required string PublicKey { get; init; }

    public required string Fingerprint { get; init; }

    public string Type { get; init; } = "ssh";

    public int Id { get; init; }

    public DateTimeOffset Created { get; init; }
}

/// <summary>A Glance image.</summary>
internal sealed record Image
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? OsDistro { get; init; }

    public string Visibility { get; init; } = "public";

    public string? Owner { get; init; }

    public long Size { get; init; } = 1_700_000_000;

    public int MinDisk { get; init; }

    public DateTimeOffset Created { get; init; }
}

/// <summary>A Neutron network with its subnets.</summary>
internal sealed record Network
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public bool External { get; init; }

    public bool Shared { get; init; }

    public string ProjectId { get; init; } = "";

    public IReadOnlyList<Subnet> Subnets { get; init; } = [];

    public DateTimeOffset Created { get; init; }
}

/// <summary>A Neutron subnet.</summary>
internal sealed record Subnet(string Id, string Name, string Cidr);
