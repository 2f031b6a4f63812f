using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Comparison;

/// <summary>A Keystone project, enabled or not.</summary>
/// <param name="Region">Cloud and region.</param>
/// <param name="Project">The project.</param>
/// <param name="Domain">The domain's name, or its id.</param>
/// <param name="IsDomainEnabled">Whether the domain is enabled.</param>
internal sealed record CloudProject(CloudRegion Region, Project Project, string Domain, bool IsDomainEnabled);

/// <summary>What a close look at one place found; a part that is null was not looked at.</summary>
/// <param name="Robots">The Harbor project's robots.</param>
/// <param name="Members">Its members.</param>
/// <param name="Refused">The places (<c>user</c>, <c>pull</c>, <c>push</c>) whose kept secret Harbor does not take.</param>
internal sealed record CloseLook(IReadOnlyList<RobotAccount>? Robots, IReadOnlyList<RegistryMember>? Members, ImmutableArray<string> Refused);

/// <summary>What the last comparison leaves to the next.</summary>
/// <param name="Again">Projects whose places are looked at closely again.</param>
/// <param name="Limits">Projects whose storage limits are.</param>
/// <param name="Cursor">Where the turns go on.</param>
internal sealed record LastLook(IReadOnlyCollection<string> Again, IReadOnlyCollection<string> Limits, string Cursor);

/// <summary>Everything that a comparison compares.</summary>
internal sealed record Survey
{
    public required IReadOnlyDictionary<string, CloudProject> Projects { get; init; }

    public required IReadOnlyDictionary<string, ProjectMapping> Mappings { get; init; }

    public required IReadOnlyDictionary<long, RegistryProject> HarborProjects { get; init; }

    public required IReadOnlyDictionary<long, RegistryUser> Users { get; init; }

    public IReadOnlyDictionary<string, CloseLook> Looks { get; init; } = ImmutableDictionary<string, CloseLook>.Empty;

    /// <summary>Gets the storage limits that were looked at, by Harbor project's id.</summary>
    public IReadOnlyDictionary<long, long> Limits { get; init; } = ImmutableDictionary<long, long>.Empty;

    /// <summary>Gets how many pages the lists had.</summary>
    public int Pages { get; init; }
}
