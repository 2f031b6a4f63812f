using System.Collections.Immutable;
using System.Text;

namespace Portal.Core.Storage;

/// <summary>Types, schemas and limits over a home.</summary>
internal sealed class DocumentStore(IDocumentHome home) : IDocumentStore
{
    private const int MaxIdBytes = 400;
    private const int MaxKeyBytes = 500;

    /// <inheritdoc />
    public async Task<Stored<T>?> FindAsync<T>(DocumentType<T> type, string id, CancellationToken cancellationToken)
    {
        var document = await home.FindAsync(type.Collection, id, cancellationToken).ConfigureAwait(false);
        return document is null ? null : DocumentJson.Read(type, document);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Stored<T>>> ListAsync<T>(DocumentType<T> type, string? key, CancellationToken cancellationToken, int limit = 1000, string? afterId = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var documents = await home.ListAsync(type.Collection, key, afterId, limit, cancellationToken).ConfigureAwait(false);
        return [.. documents.Select(document => DocumentJson.Read(type, document))];
    }

    /// <inheritdoc />
    public Task<long> PutAsync<T>(DocumentType<T> type, string id, T value, long? expectedVersion, CancellationToken cancellationToken)
    {
        var keys = type.Keys(value).Distinct(StringComparer.Ordinal).ToImmutableArray();
        Check(type.Collection, id, keys);
        var document = new RawDocument(id, 0, type.Schema, keys, DocumentJson.Write(value));
        return home.PutAsync(type.Collection, document, expectedVersion, cancellationToken);
    }

    /// <inheritdoc />
    public Task<bool> DeleteAsync<T>(DocumentType<T> type, string id, long? expectedVersion, CancellationToken cancellationToken) =>
        home.DeleteAsync(type.Collection, id, expectedVersion, cancellationToken);

    private static void Check(string collection, string id, ImmutableArray<string> keys)
    {
        if (collection.Length is 0 or > 40 || collection.Any(c => c is not ((>= 'a' and <= 'z') or '_')))
        {
            throw new ArgumentException($"'{collection}' is no collection name.", nameof(collection));
        }

        if (!Fits(id, MaxIdBytes))
        {
            throw new ArgumentException($"An id of {collection} is empty, too long or holds control characters.", nameof(id));
        }

        if (keys.Length > 4 || !keys.All(key => Fits(key, MaxKeyBytes)))
        {
            throw new ArgumentException($"{collection}/{id}: at most 4 keys, of at most {MaxKeyBytes} bytes.", nameof(keys));
        }
    }

    private static bool Fits(string text, int bytes) => text.Length > 0 && !text.Any(char.IsControl) && Encoding.UTF8.GetByteCount(text) <= bytes;
}
