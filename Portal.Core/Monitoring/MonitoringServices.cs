using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Monitoring;

/// <summary>Registers the feature.</summary>
public static class MonitoringServices
{
    /// <summary>Adds what receives clusters' alerts and asks for them. Needs a document store, Live, Kubernetes, and Delivery's way to Alertmanagers.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddOptions<AlertsOptions>();
        services.AddSingleton<AlertBooks>();
        services.AddSingleton<IClusterAlerts, ClusterAlerts>();
        services.AddSingleton<IProjectAlerts, ProjectAlerts>();
        services.AddSingleton<AlertWatch>();
        services.AddHostedService(s => s.GetRequiredService<AlertWatch>());
        return services;
    }
}
