using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>
/// Gives what imported dashboards show: by the dashboard's and the panel's id and the variables' values, never by an expression. Needs
/// <see cref="Capability.Read"/>; refuses another project's dashboard and another project's cluster.
/// </summary>
public interface IGrafanaPanels
{
    /// <summary>Opens a dashboard: finds what can be chosen for its variables, and what is.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="cluster">Which cluster's Prometheus.</param>
    /// <param name="dashboardId">Which dashboard.</param>
    /// <param name="values">Values of variables by name; what is missing is what the dashboard begins with.</param>
    /// <param name="window">The grid.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The dashboard, or null where the project has none by this id. Variables whose query failed say so.</returns>
    /// <exception cref="ForbiddenException">The cluster is of another project, or the person may not read.</exception>
    Task<GrafanaView?> OpenAsync(
        Scope scope, ClusterKey cluster, string dashboardId, IReadOnlyDictionary<string, ImmutableArray<string>> values, RangeWindow window, CancellationToken cancellationToken);

    /// <summary>Gives the lines of a panel over time, at most 40. What fails is in the answer.</summary>
    /// <exception cref="ForbiddenException">The cluster is of another project, or the person may not read.</exception>
    Task<GrafanaLines> LinesAsync(Scope scope, GrafanaView view, GrafanaPanel panel, CancellationToken cancellationToken);

    /// <summary>Gives the numbers or the table of a panel. What fails is in the answer.</summary>
    /// <inheritdoc cref="LinesAsync"/>
    Task<GrafanaReading> ReadAsync(Scope scope, GrafanaView view, GrafanaPanel panel, CancellationToken cancellationToken);
}
