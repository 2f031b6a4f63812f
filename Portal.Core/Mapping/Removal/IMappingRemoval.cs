using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <summary>Takes away the place of a Keystone project that is gone, for the platform team: every method needs <see cref="Capability.Administer"/>. A project that is there, also a disabled one, keeps its place.</summary>
public interface IMappingRemoval
{
    /// <summary>Says what exactly would go, and changes nothing.</summary>
    Task<RemovalPreview> PreviewAsync(Scope scope, string projectId, CancellationToken cancellationToken);

    /// <summary>Begins the plan that takes the place away, in the scope's project. Audited.</summary>
    /// <param name="scope">Who asks.</param>
    /// <param name="projectId">Keystone project id of the place.</param>
    /// <param name="typedName">The Harbor project's name as it was typed; needed when there are images.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BackendException"><see cref="BackendFailure.Conflict"/>: Keystone has the project, nothing is there, or the name was not typed.</exception>
    Task<Plan> RemoveAsync(Scope scope, string projectId, string? typedName, CancellationToken cancellationToken);
}

/// <summary>What would go with a place.</summary>
public sealed record RemovalPreview
{
    /// <summary>Gets the Keystone project id.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets why it cannot be taken away, or null.</summary>
    public Reason? Blocked { get; init; }

    /// <summary>Gets the Harbor project that goes, or null when there is none of ours.</summary>
    public string? HarborProject { get; init; }

    /// <summary>Gets how many repositories go with it.</summary>
    public long Repositories { get; init; }

    /// <summary>Gets how many bytes they use.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the robot accounts that go, the portal's own and those that people made in the project.</summary>
    public ImmutableArray<string> Robots { get; init; } = [];

    /// <summary>Gets the Harbor user that goes, or null.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets what has the place's names and is somebody else's: it stays.</summary>
    public ImmutableArray<Reason> Left { get; init; } = [];

    /// <summary>Gets whether the portal has a record of the place, which goes last.</summary>
    public bool HasRecord { get; init; }

    /// <summary>Gets whether the name must be typed.</summary>
    public bool NeedsName => Repositories > 0;
}
