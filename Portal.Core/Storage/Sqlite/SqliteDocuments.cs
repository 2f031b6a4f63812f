using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Portal.Core.Storage.Sqlite;

/// <summary>Documents and their index keys in the two tables.</summary>
internal static class SqliteDocuments
{
    private const string Columns = "d.id, d.version, d.schema, d.keys, d.value";

    public static RawDocument? Find(SqliteConnection connection, string collection, string id) =>
        connection.Rows(Read, $"SELECT {Columns} FROM documents d WHERE collection = $1 AND id = $2", collection, id).FirstOrDefault();

    public static List<RawDocument> List(SqliteConnection connection, string collection, string? key, string afterId, int limit) => key is null
        ? connection.Rows(Read, $"SELECT {Columns} FROM documents d WHERE d.collection = $1 AND d.id > $2 ORDER BY d.id LIMIT $3", collection, afterId, limit)
        : connection.Rows(
            Read,
            $"""
            SELECT {Columns} FROM document_keys k JOIN documents d ON d.collection = k.collection AND d.id = k.id
            WHERE k.collection = $1 AND k.key = $4 AND k.id > $2 ORDER BY k.id LIMIT $3
            """,
            collection,
            afterId,
            limit,
            key);

    /// <summary>Writes at the version that is expected, or at any; gives the new version.</summary>
    public static long Put(SqliteConnection connection, string collection, RawDocument document, long? expectedVersion)
    {
        var now = connection.Rows(r => (Version: r.GetInt64(0), Schema: r.GetInt32(1)), "SELECT version, schema FROM documents WHERE collection = $1 AND id = $2", collection, document.Id).FirstOrDefault();
        Require(collection, document.Id, now.Version, expectedVersion);
        if (now.Schema > document.Schema)
        {
            throw new NewerSchemaException(collection, document.Id, now.Schema, document.Schema);
        }

        Insert(connection, collection, document with { Version = now.Version + 1 });
        return now.Version + 1;
    }

    /// <summary>Writes over what is there.</summary>
    public static void Insert(SqliteConnection connection, string collection, RawDocument document)
    {
        connection.Run(
            "INSERT OR REPLACE INTO documents (collection, id, version, schema, keys, value) VALUES ($1, $2, $3, $4, $5, $6)",
            collection,
            document.Id,
            document.Version,
            document.Schema,
            JsonSerializer.Serialize(document.Keys.AsEnumerable()),
            document.Json);
        connection.Run("DELETE FROM document_keys WHERE collection = $1 AND id = $2", collection, document.Id);
        foreach (var key in document.Keys.Distinct(StringComparer.Ordinal))
        {
            connection.Run("INSERT INTO document_keys (collection, key, id) VALUES ($1, $2, $3)", collection, key, document.Id);
        }
    }

    /// <summary>Deletes at the version that is expected, or at any; says whether it was there.</summary>
    public static bool Delete(SqliteConnection connection, string collection, string id, long? expectedVersion)
    {
        var now = connection.Scalar("SELECT version FROM documents WHERE collection = $1 AND id = $2", collection, id) as long? ?? 0;
        Require(collection, id, now, expectedVersion);
        connection.Run("DELETE FROM documents WHERE collection = $1 AND id = $2", collection, id);
        connection.Run("DELETE FROM document_keys WHERE collection = $1 AND id = $2", collection, id);
        return now != 0;
    }

    private static void Require(string collection, string id, long version, long? expectedVersion)
    {
        if (expectedVersion is { } expected && expected != version)
        {
            throw new StoreConflictException(collection, id);
        }
    }

    private static RawDocument Read(SqliteDataReader reader) => new(
        reader.GetString(0),
        reader.GetInt64(1),
        reader.GetInt32(2),
        [.. JsonSerializer.Deserialize<string[]>(reader.GetString(3))!],
        reader.GetString(4));
}
