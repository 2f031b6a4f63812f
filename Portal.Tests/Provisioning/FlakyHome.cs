using Portal.Core.Storage;

namespace Portal.Tests.Provisioning;

/// <summary>Refuses some writes; the last of them was applied nevertheless.</summary>
internal sealed class FlakyHome(IDocumentHome inner) : IDocumentHome
{
    public int Failures { get; set; }

    public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken) => inner.FindAsync(collection, id, cancellationToken);

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) =>
        inner.ListAsync(collection, key, afterId, limit, cancellationToken);

    public async Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken)
    {
        var left = Failures;
        if (left > 0)
        {
            Failures = left - 1;
            if (left == 1)
            {
                await inner.PutAsync(collection, document, expectedVersion, cancellationToken);
            }

            throw new StorageException("gone");
        }

        return await inner.PutAsync(collection, document, expectedVersion, cancellationToken);
    }

    public Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken) => inner.DeleteAsync(collection, id, expectedVersion, cancellationToken);

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) => inner.ListCollectionsAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
