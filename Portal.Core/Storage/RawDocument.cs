using System.Collections.Immutable;

namespace Portal.Core.Storage;

/// <summary>A document as it lies on disk.</summary>
/// <param name="Id">Id, unique in its collection.</param>
/// <param name="Version">Version for compare-and-set.</param>
/// <param name="Schema">Schema number it was written with.</param>
/// <param name="Keys">Index keys.</param>
/// <param name="Json">Its JSON.</param>
internal sealed record RawDocument(string Id, long Version, int Schema, ImmutableArray<string> Keys, string Json);

/// <summary>A home of documents; knows nothing of their types. Refuses to write over a newer schema.</summary>
internal interface IDocumentHome : IAsyncDisposable
{
    /// <summary>Opens it, makes what is missing. Called once, before anything else.</summary>
    /// <exception cref="StorageException">It cannot be opened; one sentence naming the option.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>Writes; <see cref="RawDocument.Version"/> of the argument does not count.</summary>
    Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken);

    Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken);
}
