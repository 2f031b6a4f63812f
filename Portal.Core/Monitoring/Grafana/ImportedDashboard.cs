using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>A dashboard that a project keeps: what is known of it without its file.</summary>
public sealed record ImportedDashboard
{
    /// <summary>Gets how these documents are kept.</summary>
    internal static DocumentType<ImportedDashboard> Type { get; } = new("grafana_dashboards", 1, d => [Key(d.Region, d.ProjectId)]);

    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets its name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets how many panels it shows.</summary>
    public required int Panels { get; init; }

    /// <summary>Gets how many things of the file are not shown at all.</summary>
    public required int Lost { get; init; }

    /// <summary>Gets who imported it, by Keystone user id.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets who imported it, by name.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets when (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets cloud and region.</summary>
    public required CloudRegion Region { get; init; }

    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gives the key by which a project's dashboards are listed.</summary>
    internal static string Key(CloudRegion region, string projectId) => $"project:{region.Cloud}/{region.Region}/{projectId}";
}

/// <summary>The file of a dashboard, as it was given: a later portal may show more of it.</summary>
internal sealed record DashboardFile
{
    /// <summary>Gets how these documents are kept: by the dashboard's id.</summary>
    public static DocumentType<DashboardFile> Type { get; } = new("grafana_files", 1, _ => []);

    /// <summary>Gets the JSON.</summary>
    public required string Json { get; init; }
}
