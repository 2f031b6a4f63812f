using Portal.Core.Backends;

namespace Portal.Core.Clusters.Heat;

/// <summary>The Heat stack behind a cluster, in domain words. Throws <see cref="BackendException"/>; Heat says 403 for another project's stack.</summary>
public interface IHeatClient
{
    /// <summary>Gives a stack by its id, or null.</summary>
    Task<Stack?> FindStackAsync(Scope scope, string stackId, CancellationToken cancellationToken);

    /// <summary>Lists the newest events, newest first, nested stacks included.</summary>
    Task<IReadOnlyList<StackEvent>> ListEventsAsync(Scope scope, Stack stack, int limit, CancellationToken cancellationToken);

    /// <summary>Lists resources; with <paramref name="failedOnly"/> those that failed, nested stacks included, the deepest last.</summary>
    Task<IReadOnlyList<StackResource>> ListResourcesAsync(Scope scope, Stack stack, bool failedOnly, CancellationToken cancellationToken);

    /// <summary>Lists resources of all nested stacks by state (<c>FAILED</c>, <c>IN_PROGRESS</c>, or null for all) and type (or null), the deepest last.</summary>
    Task<IReadOnlyList<StackResource>> ListNestedAsync(Scope scope, Stack stack, string? state, string? type, CancellationToken cancellationToken);
}
