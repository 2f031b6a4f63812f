using Portal.Monitoring.Alerts;
using Portal.Shared;

namespace Portal.Shell;

/// <summary>An entry of the drawer and of the bottom bar.</summary>
/// <param name="Name">Name.</param>
/// <param name="Drawing">One of <see cref="LineIcons"/>.</param>
/// <param name="Url">Address in a project.</param>
/// <param name="Key">The letter after g.</param>
/// <param name="IsExact">Whether only this very address is the entry's place.</param>
/// <param name="Group">Group label before it, or null.</param>
public sealed record ProjectEntry(string Name, string Drawing, Func<string, string> Url, string Key, bool IsExact, string? Group)
{
    /// <summary>Gets the component that counts what needs someone there, or null.</summary>
    public Type? Count { get; init; }
}

/// <summary>The entries of a project; a feature adds its own here.</summary>
public static class ProjectEntries
{
    /// <summary>Gives the entries in the language of the person; the platform team's too where the person is an administrator.</summary>
    public static IReadOnlyList<ProjectEntry> All(bool isAdministrator) =>
    [
        new(ShellText.Overview, LineIcons.Overview, ProjectRoutes.Overview, "o", true, null),
        new(ShellText.Clusters, LineIcons.Cluster, ProjectRoutes.Clusters, "c", false, null),
        new(ShellText.Images, LineIcons.Image, id => ProjectRoutes.Images(id), "i", false, null),
        new(ShellText.Charts, LineIcons.Chart, id => ProjectRoutes.Charts(id), "h", false, ShellText.GroupObserve),
        new(ShellText.Alerts, LineIcons.Bell, id => ProjectRoutes.Alerts(id), "m", false, null) { Count = typeof(AlertCount) },
        new(ShellText.Logs, LineIcons.Lines, id => ProjectRoutes.Logs(id), "l", false, null),
        new(ShellText.Activity, LineIcons.Activity, ProjectRoutes.Activity, "a", false, ShellText.GroupProject),
        .. isAdministrator ? [new(ShellText.Mapping, LineIcons.Network, ProjectRoutes.Mapping, "m", false, ShellText.GroupShared)] : Array.Empty<ProjectEntry>(),
    ];
}
