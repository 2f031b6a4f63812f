using Microsoft.Data.Sqlite;

namespace Portal.Core.Storage.Sqlite;

/// <summary>Documents in one SQLite file. Readers go to the file directly, each on a connection of the pool; writes go through one queue.</summary>
internal sealed class SqliteHome(string folder) : IDocumentHome
{
    private SqliteFile? file;
    private SqliteWriter? writer;

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        file = SqliteFile.Open(folder);
        writer = new SqliteWriter(file);
        return Task.CompletedTask;
    }

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read(connection => SqliteDocuments.Find(connection, collection, id)));
    }

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<RawDocument>>(() => Read(connection => SqliteDocuments.List(connection, collection, key, afterId ?? "", limit)), cancellationToken);

    public Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken) =>
        Writer().WriteAsync(connection => SqliteDocuments.Put(connection, collection, document, expectedVersion), cancellationToken);

    public async Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken) =>
        await Writer().WriteAsync(connection => SqliteDocuments.Delete(connection, collection, id, expectedVersion) ? 1 : 0, cancellationToken).ConfigureAwait(false) == 1;

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(Read(connection => connection.Rows(r => r.GetString(0), "SELECT DISTINCT collection FROM documents ORDER BY collection")));

    public async ValueTask DisposeAsync()
    {
        if (writer is not null)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        file?.Dispose();
        (writer, file) = (null, null);
    }

    private SqliteWriter Writer() => writer ?? throw new StorageException("The storage is not open.");

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        var open = file ?? throw new StorageException("The storage is not open.");
        try
        {
            using var connection = open.Connect();
            return read(connection);
        }
        catch (SqliteException e)
        {
            throw new StorageException($"The data file cannot be read: {e.Message}", e);
        }
    }
}
