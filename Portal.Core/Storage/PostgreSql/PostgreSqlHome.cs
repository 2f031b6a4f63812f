using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;

namespace Portal.Core.Storage.PostgreSql;

/// <summary>Documents in one table of PostgreSQL; compare-and-set in SQL, so that any number of replicas may write.</summary>
internal sealed class PostgreSqlHome(string connectionString) : IDocumentHome
{
    private NpgsqlDataSource? source;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            source = NpgsqlDataSource.Create(connectionString);
            await PostgreSqlSchema.EnsureAsync(source, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StorageException("Option Portal:Storage:ConnectionString is not a connection string of PostgreSQL.");
        }
        catch (NpgsqlException e)
        {
            throw Unavailable(e);
        }
    }

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken) => RunAsync(
        "SELECT id, version, schema, keys, value::text FROM documents WHERE collection = $1 AND id = $2",
        [Text(collection), Text(id)],
        async command =>
        {
            var found = await ReadAsync(collection, command, cancellationToken).ConfigureAwait(false);
            return found.Count == 0 ? null : found[0];
        },
        cancellationToken);

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<RawDocument>>(
        $"""
        SELECT id, version, schema, keys, value::text FROM documents
        WHERE collection = $1 AND id > $2 {(key is null ? "" : "AND keys @> $4")} ORDER BY id LIMIT $3
        """,
        [Text(collection), Text(afterId ?? ""), new() { Value = limit }, .. key is null ? [] : new[] { Keys(collection, [key]) }],
        async command => await ReadAsync(collection, command, cancellationToken).ConfigureAwait(false),
        cancellationToken);

    public async Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken)
    {
        NpgsqlParameter[] parameters =
        [
            Text(collection), Text(document.Id), new() { Value = document.Schema }, Keys(collection, document.Keys),
            new() { Value = document.Json, NpgsqlDbType = NpgsqlDbType.Jsonb }, .. expectedVersion is > 0 ? new NpgsqlParameter[] { new() { Value = expectedVersion.Value } } : [],
        ];
        var version = await RunAsync(PutSql(expectedVersion), parameters, command => command.ExecuteScalarAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return version is long written ? written : throw await RefusalAsync(collection, document, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken)
    {
        var deleted = await RunAsync(
            $"DELETE FROM documents WHERE collection = $1 AND id = $2 {(expectedVersion is null ? "" : "AND version = $3")}",
            [Text(collection), Text(id), .. expectedVersion is { } v ? new NpgsqlParameter[] { new() { Value = v } } : []],
            command => command.ExecuteNonQueryAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return deleted > 0 || expectedVersion is null or 0 && await FindAsync(collection, id, cancellationToken).ConfigureAwait(false) is null
            ? deleted > 0
            : throw new StoreConflictException(collection, id);
    }

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) => RunAsync<IReadOnlyList<string>>(
        "SELECT DISTINCT collection FROM documents ORDER BY collection",
        [],
        async command =>
        {
            var names = new List<string>();
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var closing = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                names.Add(reader.GetString(0));
            }

            return names;
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string PutSql(long? expectedVersion) => expectedVersion switch
    {
        null => """
            INSERT INTO documents AS d (collection, id, schema, keys, value, version) VALUES ($1, $2, $3, $4, $5, 1)
            ON CONFLICT (collection, id) DO UPDATE SET schema = $3, keys = $4, value = $5, version = d.version + 1 WHERE d.schema <= $3
            RETURNING version
            """,
        0 => "INSERT INTO documents (collection, id, schema, keys, value, version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT DO NOTHING RETURNING version",
        _ => "UPDATE documents SET schema = $3, keys = $4, value = $5, version = version + 1 WHERE collection = $1 AND id = $2 AND version = $6 AND schema <= $3 RETURNING version",
    };

    private async Task<Exception> RefusalAsync(string collection, RawDocument document, CancellationToken cancellationToken)
    {
        var now = await FindAsync(collection, document.Id, cancellationToken).ConfigureAwait(false);
        return now?.Schema > document.Schema
            ? new NewerSchemaException(collection, document.Id, now.Schema, document.Schema)
            : new StoreConflictException(collection, document.Id);
    }

    private async Task<TResult> RunAsync<TResult>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlCommand, Task<TResult>> run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var command = (source ?? throw new StorageException("The storage is not open.")).CreateCommand(sql);
            await using var closing = command.ConfigureAwait(false);
            command.Parameters.AddRange(parameters);
            return await run(command).ConfigureAwait(false);
        }
        catch (NpgsqlException e)
        {
            throw Unavailable(e);
        }
    }

    private static async Task<List<RawDocument>> ReadAsync(string collection, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<RawDocument>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            ImmutableArray<string> keys = [.. reader.GetFieldValue<string[]>(3).Select(key => key[(collection.Length + 1)..])];
            found.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), keys, reader.GetString(4)));
        }

        return found;
    }

    // The collection stands before each key, so that the one index finds by both.
    private static NpgsqlParameter Keys(string collection, IEnumerable<string> keys) =>
        new() { Value = keys.Select(key => $"{collection}:{key}").ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static StorageException Unavailable(NpgsqlException e) =>
        new($"PostgreSQL (option Portal:Storage:ConnectionString) {(e is PostgresException p ? $"refuses: {p.SqlState} {p.MessageText}" : "does not answer")}.", e);
}
