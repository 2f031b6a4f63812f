using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Logs;

/// <summary>A search that a person kept.</summary>
public sealed record SavedSearch
{
    /// <summary>Gets how these documents are kept.</summary>
    internal static DocumentType<SavedSearch> Type { get; } = new("log_searches", 1, s => [SavedSearches.Key(s.Region, s.ProjectId)]);

    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets its name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the query part of the page's address, without the question mark.</summary>
    public required string Address { get; init; }

    /// <summary>Gets whether the whole project sees it.</summary>
    public required bool IsShared { get; init; }

    /// <summary>Gets who kept it, by Keystone user id.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets who kept it, by name.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets when (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets cloud and region.</summary>
    public required CloudRegion Region { get; init; }

    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }
}

/// <summary>The searches that people of a project kept: own ones, and those that they share with it.</summary>
public interface ISavedSearches
{
    /// <summary>Lists the person's own and the shared ones, by name. Needs <see cref="Capability.Read"/>.</summary>
    Task<IReadOnlyList<SavedSearch>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Keeps a search. One's own needs <see cref="Capability.Read"/>; one for the project <see cref="Capability.Write"/>.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="name">Its name, 1 to 80 characters.</param>
    /// <param name="address">Query part of the page's address, at most 4,000 characters.</param>
    /// <param name="isShared">Whether the whole project sees it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">Name or address are too long, or empty; or the person keeps 200 already.</exception>
    Task<SavedSearch> SaveAsync(Scope scope, string name, string address, bool isShared, CancellationToken cancellationToken);

    /// <summary>Deletes a search; false when it was gone. Another person's shared one needs <see cref="Capability.Write"/>.</summary>
    /// <exception cref="ForbiddenException">It is not the person's, and they may not change the project.</exception>
    Task<bool> DeleteAsync(Scope scope, string id, CancellationToken cancellationToken);
}
