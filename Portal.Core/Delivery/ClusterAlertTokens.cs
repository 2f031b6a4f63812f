using Portal.Core.Addons.Initialisation;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Delivery;

/// <summary>What an add-on signs its messages to the portal with is what the receiver knows its cluster by.</summary>
internal sealed class ClusterAlertTokens(IClusterAlerts alerts) : IAlertTokens
{
    public Task LearnAsync(ClusterKey cluster, string token, CancellationToken cancellationToken) => alerts.LearnAsync(cluster, token, cancellationToken);
}
