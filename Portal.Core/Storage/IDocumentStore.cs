using System.Collections.Immutable;

namespace Portal.Core.Storage;

/// <summary>
/// Describes one kind of document: its collection, its schema number with the upgrades to it, and the keys it can be
/// listed by. One static instance per kind, beside the document's record.
/// </summary>
/// <param name="Collection">Collection (table) name: lower case, <c>[a-z_]</c>.</param>
/// <param name="Schema">Schema number written with each document; a newer one read is refused.</param>
/// <param name="Keys">Index keys of a document (at most 4), such as <c>project:ID</c>; documents are listed by one exact key.</param>
/// <typeparam name="T">The document: a record that System.Text.Json round-trips.</typeparam>
public sealed record DocumentType<T>(string Collection, int Schema, Func<T, IEnumerable<string>> Keys)
{
    /// <summary>Gets the upgrades: at index n the change of the JSON from schema n to n + 1.</summary>
    public ImmutableDictionary<int, Action<System.Text.Json.Nodes.JsonObject>> Upgrades { get; init; } =
        ImmutableDictionary<int, Action<System.Text.Json.Nodes.JsonObject>>.Empty;
}

/// <summary>A document with the version that a compare-and-set asks for.</summary>
/// <param name="Id">Id, unique in its collection.</param>
/// <param name="Version">1 at first, one more with each change.</param>
/// <param name="Value">The document.</param>
public sealed record Stored<T>(string Id, long Version, T Value);

/// <summary>Somebody else changed the document first.</summary>
public sealed class StoreConflictException(string collection, string id) : Exception($"{collection}/{id} was changed by somebody else.")
{
    /// <summary>Gets the document's id.</summary>
    public string Id { get; } = id;
}

/// <summary>Documents with versions; two homes (SQLite, PostgreSQL), the same tests. What is acknowledged is on disk.</summary>
public interface IDocumentStore
{
    /// <summary>Gives a document, or null.</summary>
    Task<Stored<T>?> FindAsync<T>(DocumentType<T> type, string id, CancellationToken cancellationToken);

    /// <summary>Lists documents that have an index key (null: all), by id, at most <paramref name="limit"/>, after an id.</summary>
    Task<IReadOnlyList<Stored<T>>> ListAsync<T>(DocumentType<T> type, string? key, CancellationToken cancellationToken, int limit = 1000, string? afterId = null);

    /// <summary>
    /// Writes a document. <paramref name="expectedVersion"/>: 0 = must not exist yet, n = must be at n, null = whatever is there.
    /// Gives the new version.
    /// </summary>
    /// <exception cref="StoreConflictException">The document is not at the expected version.</exception>
    Task<long> PutAsync<T>(DocumentType<T> type, string id, T value, long? expectedVersion, CancellationToken cancellationToken);

    /// <summary>Deletes a document; gives false when it was not there.</summary>
    /// <exception cref="StoreConflictException">The document is not at the expected version.</exception>
    Task<bool> DeleteAsync<T>(DocumentType<T> type, string id, long? expectedVersion, CancellationToken cancellationToken);
}

/// <summary>Encrypts small secrets at rest under the master key (envelope encryption, key id inside).</summary>
public interface ISecretProtector
{
    /// <summary>Encrypts; <paramref name="purpose"/> is bound to the ciphertext, so that one secret cannot stand for another.</summary>
    string Protect(string purpose, string plaintext);

    /// <summary>Decrypts what <see cref="Protect"/> gave.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">Wrong key, wrong purpose or damaged text.</exception>
    string Unprotect(string purpose, string ciphertext);
}
