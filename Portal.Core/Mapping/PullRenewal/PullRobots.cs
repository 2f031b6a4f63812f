using System.Security.Cryptography;
using Portal.Core.Mapping.Steps;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.PullRenewal;

/// <summary>The robots that pull for a project's clusters: the first has the kind's name, each renewed one that and a few letters.</summary>
internal static class PullRobots
{
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Makes up a name.</summary>
    public static string NewName() => $"{RobotKind.Pull.Name}-{RandomNumberGenerator.GetString(Letters, 6)}";

    /// <summary>Gives those that are ours and neither the one in use nor the one that is to take its place.</summary>
    public static IEnumerable<RobotAccount> Before(ProjectMapping mapping, IEnumerable<RobotAccount> robots) => robots.Where(r =>
        r.Description == MappingTools.MarkOf(mapping.ProjectId) && r.FullName != mapping.Pull.FullName
        && r.FullName[(r.FullName.LastIndexOf('+') + 1)..] is var name && (name == RobotKind.Pull.Name || name.StartsWith(RobotKind.Pull.Name + "-", StringComparison.Ordinal))
        && name != mapping.NextPull?.Name);
}
