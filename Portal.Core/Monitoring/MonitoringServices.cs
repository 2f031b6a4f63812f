using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;

namespace Portal.Core.Monitoring;

/// <summary>Registers the feature.</summary>
public static class MonitoringServices
{
    /// <summary>Adds what receives clusters' alerts and asks for them, and their silences. Needs a document store, Live, Audit, Kubernetes, and Delivery's ways into clusters.</summary>
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
        return services;
    }
}
