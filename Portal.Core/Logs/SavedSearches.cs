using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Logs;

/// <inheritdoc />
internal sealed class SavedSearches(IDocumentStore store, IAuditLog audit, TimeProvider time) : ISavedSearches
{
    /// <summary>How many a project keeps at most.</summary>
    public const int Most = 500;

    public async Task<IReadOnlyList<SavedSearch>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var all = await store.ListAsync(SavedSearch.Type, Key(scope.Region, scope.ProjectId), cancellationToken).ConfigureAwait(false);
        return [.. all.Select(s => s.Value).Where(s => IsSeen(s, scope)).OrderBy(s => s.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(s => s.Id, StringComparer.Ordinal)];
    }

    public async Task<SavedSearch> SaveAsync(Scope scope, string name, string address, bool isShared, CancellationToken cancellationToken)
    {
        scope.Demand(isShared ? Capability.Write : Capability.Read);
        if (name.Trim() is not { Length: > 0 and <= 80 } title || address.Length > 4000)
        {
            throw new ArgumentException("A name of 1 to 80 characters and an address of at most 4,000 are needed.", nameof(name));
        }

        var all = await store.ListAsync(SavedSearch.Type, Key(scope.Region, scope.ProjectId), cancellationToken).ConfigureAwait(false);
        if (all.Count >= Most)
        {
            throw new ArgumentException($"The project keeps {Most} searches already.", nameof(name));
        }

        var search = new SavedSearch
        {
            Id = Guid.NewGuid().ToString("N"),
            Name = title,
            Address = address.TrimStart('?'),
            IsShared = isShared,
            UserId = scope.UserId,
            UserName = scope.UserName,
            At = time.GetUtcNow(),
            Region = scope.Region,
            ProjectId = scope.ProjectId,
        };
        await store.PutAsync(SavedSearch.Type, search.Id, search, 0, cancellationToken).ConfigureAwait(false);
        if (isShared)
        {
            await audit.WriteAsync(scope, "log-search.share", $"log-search/{search.Id}", "ok", cancellationToken, details: Details(search)).ConfigureAwait(false);
        }

        return search;
    }

    public async Task<bool> DeleteAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var found = await store.FindAsync(SavedSearch.Type, id, cancellationToken).ConfigureAwait(false);
        if (found is null || found.Value.ProjectId != scope.ProjectId || found.Value.Region != scope.Region || !IsSeen(found.Value, scope))
        {
            return false;
        }

        if (found.Value.UserId != scope.UserId)
        {
            scope.Demand(Capability.Write);
        }

        var deleted = await store.DeleteAsync(SavedSearch.Type, id, null, cancellationToken).ConfigureAwait(false);
        await audit.WriteAsync(scope, "log-search.delete", $"log-search/{id}", "ok", cancellationToken, details: Details(found.Value)).ConfigureAwait(false);
        return deleted;
    }

    /// <summary>Gives the key by which a project's searches are listed.</summary>
    public static string Key(CloudRegion region, string projectId) => $"project:{region.Cloud}/{region.Region}/{projectId}";

    private static bool IsSeen(SavedSearch search, Scope scope) => search.IsShared || search.UserId == scope.UserId;

    private static Dictionary<string, string> Details(SavedSearch search) => new(StringComparer.Ordinal) { ["name"] = search.Name };
}
