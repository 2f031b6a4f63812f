using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>What came of asking a cluster's Alertmanager.</summary>
/// <param name="IsThere">Whether the cluster has the add-on.</param>
/// <param name="Answer">What it answered, or null when it did not.</param>
public sealed record AlertmanagerAnswer(bool IsThere, string? Answer);

/// <summary>Reaches clusters' Alertmanagers; Delivery has the way, by the API server's port-forward.</summary>
public interface IAlertmanagers
{
    /// <summary>Asks for <c>/api/v2/alerts</c>.</summary>
    /// <exception cref="BackendException">The cluster's API does not answer, or refuses.</exception>
    Task<AlertmanagerAnswer> AskAsync(ClusterKey cluster, CancellationToken cancellationToken);
}
