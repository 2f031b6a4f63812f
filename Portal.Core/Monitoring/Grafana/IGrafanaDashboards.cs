using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>The Grafana dashboards that a project imported. Everybody of the project sees them.</summary>
public interface IGrafanaDashboards
{
    /// <summary>Lists them by name. Needs <see cref="Capability.Read"/>.</summary>
    Task<IReadOnlyList<ImportedDashboard>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Says what would be shown of a file, and keeps nothing. Needs <see cref="Capability.Write"/>.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="json">The file, at most 1 MiB.</param>
    /// <exception cref="ClusterInvalidException">It is no dashboard, or too large: the field is <c>json</c>, the codes begin with <c>dashboard-</c>.</exception>
    GrafanaDashboard Check(Scope scope, string json);

    /// <summary>Keeps a dashboard. Needs <see cref="Capability.Write"/>.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="name">Its name, 1 to 80 characters.</param>
    /// <param name="json">The file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterInvalidException">See <see cref="Check"/>; or the name is missing, too long or taken (field <c>name</c>), or the project keeps 50 already.</exception>
    Task<ImportedDashboard> ImportAsync(Scope scope, string name, string json, CancellationToken cancellationToken);

    /// <summary>Gives one, or null where the project has none by this id. Needs <see cref="Capability.Read"/>.</summary>
    Task<(ImportedDashboard File, GrafanaDashboard Dashboard)?> FindAsync(Scope scope, string id, CancellationToken cancellationToken);

    /// <summary>Deletes one; false when it was gone. Needs <see cref="Capability.Write"/>.</summary>
    Task<bool> RemoveAsync(Scope scope, string id, CancellationToken cancellationToken);
}
