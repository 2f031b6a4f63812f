using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring;

/// <summary>Registers the feature.</summary>
public static class MonitoringServices
{
    /// <summary>Adds what receives clusters' alerts and asks for them, and what asks for their numbers. Needs a document store, Live, Kubernetes, and Delivery's ways to the clusters' programs.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddOptions<AlertsOptions>();
        services.AddSingleton<AlertBooks>();
        services.AddSingleton<IClusterAlerts, ClusterAlerts>();
        services.AddSingleton<IProjectAlerts, ProjectAlerts>();
        services.AddSingleton<AlertWatch>();
        services.AddHostedService(s => s.GetRequiredService<AlertWatch>());
        return services.AddMetrics();
    }

    private static IServiceCollection AddMetrics(this IServiceCollection services)
    {
        services.AddOptions<MetricsOptions>();
        services.AddSingleton<SharedAnswers>();
        services.AddSingleton<PrometheusClient>();
        services.AddSingleton<IClusterMetrics, ClusterMetrics>();
        services.AddSingleton<IPanelPoints, PanelPointsService>();
        services.AddSingleton<IChartPlaces, ChartPlacesService>();
        return services;
    }
}
