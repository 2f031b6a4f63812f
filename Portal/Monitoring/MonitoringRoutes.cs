using Portal.Monitoring.Alerts;
using Portal.Monitoring.Charts;
using Portal.Monitoring.Grafana;

namespace Portal.Monitoring;

/// <summary>The feature's addresses beside its pages.</summary>
internal static class MonitoringRoutes
{
    /// <summary>Maps them.</summary>
    public static void MapMonitoring(this WebApplication app)
    {
        app.MapAlerts();
        app.MapCharts();
        app.MapImportedDashboards();
    }
}
