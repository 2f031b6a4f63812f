using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Tests.Support.Fakes;

/// <summary>Programs' addresses as a site configured them; none where a test wants none.</summary>
internal sealed class FakeApps : IClusterApps
{
    /// <summary>Gets the programs that are offered.</summary>
    public HashSet<ClusterApp> Offered { get; } = [ClusterApp.Kibana, ClusterApp.Prometheus];

    public AppAddress? Find(Scope scope, string clusterId, string clusterName, ClusterApp app) =>
        Offered.Contains(app) ? new($"https://{app.ToString().ToLowerInvariant()}.{clusterName}.example", IsThroughPortal: false) : null;
}
