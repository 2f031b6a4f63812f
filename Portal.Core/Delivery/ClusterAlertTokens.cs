using Portal.Core.Addons.Initialisation;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Receivers;

namespace Portal.Core.Delivery;

/// <summary>What an add-on signs its messages to the portal with is what the receiver knows its cluster by.</summary>
internal sealed class ClusterAlertTokens(IClusterAlerts alerts, IReceiverUpkeep upkeep) : IAlertTokens
{
    public Task LearnAsync(ClusterKey cluster, string token, CancellationToken cancellationToken)
    {
        // People's receivers stand on its configuration, which may be another one now.
        upkeep.Attend(cluster);
        return alerts.LearnAsync(cluster, token, cancellationToken);
    }
}
