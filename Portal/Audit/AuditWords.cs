using System.Globalization;
using Portal.Core.Audit;
using Portal.Core.Live;
using Portal.Provisioning;
using Portal.Shared;
using Portal.Shell;

namespace Portal.Audit;

/// <summary>Words for what was done.</summary>
public static class AuditWords
{
    /// <summary>Gives what was done; an unknown action is told by its code.</summary>
    public static string Action(AuditEntry entry) => AuditText.ResourceManager.GetString("Action." + entry.Action, CultureInfo.CurrentUICulture) ?? entry.Action;

    /// <summary>Gets whether a credential was only used; nothing changed.</summary>
    public static bool IsUse(AuditEntry entry) => entry.Action.EndsWith(".use", StringComparison.Ordinal);

    /// <summary>Gives how it ended.</summary>
    public static StateWord Result(AuditEntry entry) => entry.Result switch
    {
        "ok" => new(StateKind.Ok, AuditText.Done),
        "forbidden" or "Forbidden" => new(StateKind.Off, AuditText.Refused, entry.Result),
        _ => new(StateKind.Fail, AuditText.Failed, entry.Result),
    };

    /// <summary>Gives what it was done to: the name where the entry has it.</summary>
    public static string Subject(AuditEntry entry) =>
        entry.Details.GetValueOrDefault("name") ?? (entry.Subject.Split('/', 2) is [_, var id] ? Named(id, entry) : entry.Subject);

    // A plan's step says its name after the plan's id; an id is no name, so it is cut.
    private static string Named(string id, AuditEntry entry) => id.Split(' ') switch
    {
        [_, var step, ..] => PlanWords.Name(step),
        _ when id == entry.ProjectId => AuditText.ThisProject,
        _ when id.Length >= 32 && id.All(c => char.IsAsciiHexDigitLower(c) || c == '-') => id[..8] + "…",
        _ => id,
    };

    /// <summary>Gives the page of what it was done to, or null.</summary>
    public static string? Url(AuditEntry entry) => entry.Subject.Split('/', 2) switch
    {
        ["cluster", var id] when entry.Action != "cluster.create" || entry.Result == "ok" => ProjectRoutes.Cluster(entry.ProjectId, id),
        ["plan", var id] => ProjectRoutes.Plan(entry.ProjectId, id.Split(' ')[0], id.Split(' ') is [_, var step, ..] ? step : null),
        _ => null,
    };
}
