namespace Portal.Core.Kubernetes;

/// <summary>How clusters' APIs are reached.</summary>
public sealed class KubernetesOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Kubernetes";

    /// <summary>Gets or sets how long one call may take before it counts as no answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets whether the insides of clusters are watched; without it they are asked again and again (for proxies that hold streams back).</summary>
    public bool Watch { get; set; } = true;

    /// <summary>Gets or sets how long one watch may last before the API ends it and the portal begins the next.</summary>
    public TimeSpan WatchTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a watch is kept after its last viewer has left.</summary>
    public TimeSpan WatchLinger { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the longest pause between two attempts to reach a cluster that does not answer; they begin at a second and double.</summary>
    public TimeSpan WatchRetryLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how much of its life the portal's certificate in a cluster has left, in percent, when it is renewed.</summary>
    public int RenewAtPercentLeft { get; set; } = 33;

    /// <summary>Gets or sets how often the portal looks for certificates to renew, and for silent clusters whose authority was rotated; one that could not be renewed is tried again then.</summary>
    public TimeSpan RenewalEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets HTTP CONNECT proxies by region id, for clusters in private networks.</summary>
    public Dictionary<string, string> ConnectProxies { get; } = new(StringComparer.Ordinal);
}
