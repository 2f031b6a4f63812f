using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Monitoring.Metrics;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;

namespace Portal.Core.Monitoring;

/// <summary>Registers the feature.</summary>
public static class MonitoringServices
{
    /// <summary>Adds what receives clusters' alerts and asks for them, their silences and rules, and what asks for their numbers. Needs a document store, Live, Audit, Kubernetes, and Delivery's ways to the clusters' programs.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddOptions<AlertsOptions>();
        services.AddSingleton<AlertBooks>();
        services.AddSingleton<IClusterAlerts, ClusterAlerts>();
        services.AddSingleton<IProjectAlerts, ProjectAlerts>();
        services.AddSingleton<AlertWatch>();
        services.AddHostedService(s => s.GetRequiredService<AlertWatch>());
        services.AddSingleton<AlertmanagerApi>();
        services.AddSingleton<ISilences, ProjectSilences>();
        services.AddSingleton<RuleApi>();
        services.AddSingleton<IAlertRules, ProjectRules>();
        return services.AddReceivers().AddMetrics();
    }

    private static IServiceCollection AddReceivers(this IServiceCollection services)
    {
        services.AddSingleton<ReceiverBook>();
        services.AddSingleton<AlertmanagerControl>();
        services.AddSingleton<ReceiverLoader>();
        services.AddSingleton<ReceiverTrials>();
        services.AddSingleton<ReceiverUpkeep>();
        services.AddSingleton<IReceiverUpkeep>(s => s.GetRequiredService<ReceiverUpkeep>());
        services.AddHostedService(s => s.GetRequiredService<ReceiverUpkeep>());
        services.AddSingleton<IAlertReceivers, ProjectReceivers>();
        return services;
    }

    private static IServiceCollection AddMetrics(this IServiceCollection services)
    {
        services.AddOptions<MetricsOptions>();
        services.AddSingleton<SharedAnswers>();
        services.AddSingleton<PrometheusClient>();
        services.AddSingleton<IClusterMetrics, ClusterMetrics>();
        services.AddSingleton<IPanelPoints, PanelPointsService>();
        services.AddSingleton<IChartPlaces, ChartPlacesService>();
        services.AddSingleton<ILookEvents, KubernetesEvents>();
        services.AddSingleton<ILookNodes, NodeHistory>();
        services.AddSingleton<LookSources>();
        services.AddSingleton<IGrafanaDashboards, GrafanaDashboards>();
        services.AddSingleton<IGrafanaPanels, GrafanaPanels>();
        return services;
    }
}
