using Npgsql;

namespace Portal.Core.Storage.PostgreSql;

/// <summary>Makes the tables at start; replicas that start together wait for each other.</summary>
internal static class PostgreSqlSchema
{
    private const int Version = 1;

    // Any number that nobody else uses in this database.
    private const long Fence = 0x706F7274616C;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS documents (
            collection text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            version bigint NOT NULL,
            schema integer NOT NULL,
            keys text[] NOT NULL,
            value jsonb NOT NULL,
            PRIMARY KEY (collection, id));
        CREATE INDEX IF NOT EXISTS documents_keys ON documents USING gin (keys);
        CREATE TABLE IF NOT EXISTS storage_version (version integer NOT NULL);
        INSERT INTO storage_version SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM storage_version);
        """;

    public static async Task EnsureAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var ending = transaction.ConfigureAwait(false);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({Fence})", cancellationToken).ConfigureAwait(false);
        await RunAsync(connection, Tables, cancellationToken).ConfigureAwait(false);
        var found = await RunAsync(connection, "SELECT max(version) FROM storage_version", cancellationToken).ConfigureAwait(false);
        if (found is int version && version > Version)
        {
            throw new StorageException($"The database (option Portal:Storage:ConnectionString) was made by a newer version of the portal: {version}, this one knows {Version}.");
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var closing = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}
