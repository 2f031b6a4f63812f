namespace Portal.Core.Kubernetes;

/// <summary>How clusters' APIs are reached.</summary>
public sealed class KubernetesOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Kubernetes";

    /// <summary>Gets or sets how long one call may take before it counts as no answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets HTTP CONNECT proxies by region id, for clusters in private networks.</summary>
    public Dictionary<string, string> ConnectProxies { get; } = new(StringComparer.Ordinal);
}
