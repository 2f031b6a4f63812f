namespace Portal.Sandbox.Hosting;

/// <summary>What the sandbox is started with. Bound from the section <c>Sandbox</c>, or from the command line.</summary>
public sealed class SandboxOptions
{
    /// <summary>Gets or sets the file with the declarations of the world (as <c>replay.py --world</c> prints them), or null for the demo world.</summary>
    public string? World { get; set; }

    /// <summary>Gets or sets the address of the control API, or null for the configured port on loopback.</summary>
    public string? Control { get; set; }

    /// <summary>Gets or sets the folder in which the world is kept over restarts, or null to keep it in memory only.</summary>
    public string? Data { get; set; }

    /// <summary>Gets or sets whether what was kept is thrown away at start.</summary>
    public bool Fresh { get; set; }

    /// <summary>Gets or sets by how much simulated durations (creation of a cluster, start of a pod) are shortened; 1 is as slow as real.</summary>
    public double Pace { get; set; } = 20;

    /// <summary>Gets or sets how many extra projects, clusters and objects the demo world has; 1 is the small company.</summary>
    public int Scale { get; set; } = 1;

    /// <summary>Gets or sets whether the demo's cluster shop-prod has a past: a good release an hour ago, and a bad one ten minutes ago.</summary>
    public bool Story { get; set; }

    /// <summary>Gets or sets the password of every user whose declaration has none of its own.</summary>
    public string Password { get; set; } = "labpass";

    /// <summary>Gets or sets whether every port is chosen by the system instead of the fixed ones (tests that run side by side).</summary>
    public bool AnyPorts { get; set; }

    /// <summary>Gets ports by endpoint name (<c>keystone</c>, <c>magnum</c>, …), over the fixed defaults.</summary>
    public Dictionary<string, int> Ports { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the audience that an access token must have to be exchanged, or null when Apache does not ask for one (the recorded servers).</summary>
    public string? RequiredAudience { get; set; }

    /// <summary>Gets what only Harbor is started with.</summary>
    public HarborOptions Harbor { get; } = new();
}

/// <summary>What the sandbox's Harbor is started with.</summary>
public sealed class HarborOptions
{
    /// <summary>Gets or sets the address of a registry (Debian's <c>docker-registry</c>) that keeps what is pushed, or null when Harbor keeps it itself.</summary>
    public string? RegistryUrl { get; set; }
}
