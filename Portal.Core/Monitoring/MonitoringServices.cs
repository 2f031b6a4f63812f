using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Monitoring;

/// <summary>Registers the feature.</summary>
public static class MonitoringServices
{
    /// <summary>Adds what receives clusters' alerts; needs a document store.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services.AddSingleton<IClusterAlerts, ClusterAlerts>();
}
