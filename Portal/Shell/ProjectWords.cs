using Portal.Core.Identity;
using Portal.Shared;

namespace Portal.Shell;

/// <summary>What stands under a project's name where projects are chosen.</summary>
internal static class ProjectWords
{
    /// <summary>Gives its description; among projects of the same name (of several domains) also the domain's id, the only thing that Keystone tells a member of it beforehand. Null when there is nothing to say.</summary>
    public static string? Detail(Project project, IReadOnlyList<Project> all)
    {
        var isAlone = all.Count(p => string.Equals(p.Name, project.Name, StringComparison.OrdinalIgnoreCase)) < 2;
        var domain = isAlone ? null : Sentence.With(ShellText.OfDomain, ("domain", project.DomainId));
        var parts = new[] { project.Description, domain }.Where(p => !string.IsNullOrEmpty(p));
        return string.Join(" · ", parts) is { Length: > 0 } text ? text : null;
    }
}
