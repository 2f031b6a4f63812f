namespace Portal.Core.Monitoring.Looks;

/// <summary>Everything that tells of a range beside numbers and alerts.</summary>
/// <param name="Logs">Logs.</param>
/// <param name="Events">Kubernetes' events.</param>
/// <param name="Deliveries">Deliveries.</param>
/// <param name="Nodes">Nodes that came and left.</param>
public sealed record LookSources(ILookLogs Logs, ILookEvents Events, ILookDeliveries Deliveries, ILookNodes Nodes);
