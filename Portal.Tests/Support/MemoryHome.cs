using Portal.Core.Storage;

namespace Portal.Tests.Support;

/// <summary>A home of documents in memory, with the rules of the real ones; several stores over it are several replicas.</summary>
internal sealed class MemoryHome : IDocumentHome
{
    private readonly Dictionary<string, SortedDictionary<string, RawDocument>> collections = [];
    private readonly Lock door = new();

    /// <summary>Gives a store over a new home.</summary>
    public static IDocumentStore NewStore() => new DocumentStore(new MemoryHome());

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken) =>
        Locked(() => Collection(collection).GetValueOrDefault(id), cancellationToken);

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<RawDocument>>(
            () => [.. Collection(collection).Values.Where(d => (key is null || d.Keys.Contains(key)) && string.CompareOrdinal(d.Id, afterId) > 0).Take(limit)],
            cancellationToken);

    public Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken) => Locked(
        () =>
        {
            var now = Require(collection, document.Id, expectedVersion);
            if (now?.Schema > document.Schema)
            {
                throw new NewerSchemaException(collection, document.Id, now.Schema, document.Schema);
            }

            var version = (now?.Version ?? 0) + 1;
            Collection(collection)[document.Id] = document with { Version = version };
            return version;
        },
        cancellationToken);

    public Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken) => Locked(
        () =>
        {
            Require(collection, id, expectedVersion);
            return Collection(collection).Remove(id);
        },
        cancellationToken);

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<string>>(() => [.. collections.Keys.Order(StringComparer.Ordinal)], cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private RawDocument? Require(string collection, string id, long? expectedVersion)
    {
        var now = Collection(collection).GetValueOrDefault(id);
        return expectedVersion is null || expectedVersion == (now?.Version ?? 0) ? now : throw new StoreConflictException(collection, id);
    }

    private SortedDictionary<string, RawDocument> Collection(string name)
    {
        if (!collections.TryGetValue(name, out var found))
        {
            collections[name] = found = new(StringComparer.Ordinal);
        }

        return found;
    }

    private async Task<T> Locked<T>(Func<T> run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (door)
        {
            return run();
        }
    }
}
