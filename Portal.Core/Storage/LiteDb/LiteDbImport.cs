using System.Text;
using LiteDB;
using Microsoft.Data.Sqlite;
using Portal.Core.Storage.Sqlite;

namespace Portal.Core.Storage.LiteDb;

/// <summary>
/// Brings the documents of a data folder that was written up to November 2026, with LiteDB, into SQLite. The old file stays as it is.
/// </summary>
internal static class LiteDbImport
{
    private const char Separator = '\u0001';
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes("** This is a LiteDB file **");

    /// <summary>Gives the old data file of a folder.</summary>
    public static string NameIn(string folder) => Path.Combine(Path.GetFullPath(folder), "portal.db");

    /// <summary>Says whether the folder has an old data file.</summary>
    public static bool Finds(string folder)
    {
        if (!File.Exists(NameIn(folder)))
        {
            return false;
        }

        using var file = File.OpenRead(NameIn(folder));
        var head = new byte[32 + Mark.Length];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan(32).SequenceEqual(Mark);
    }

    /// <summary>Copies everything into a file aside, which takes its place when it is whole: a start that is killed here begins again.</summary>
    public static void Run(string folder)
    {
        var aside = SqliteFile.NameIn(folder) + ".new";
        File.Delete(aside);
        using (var old = new LiteDatabase(new ConnectionString { Filename = NameIn(folder), Connection = ConnectionType.Direct }) { UtcDate = true })
        using (var connection = SqliteFile.Connect(SqliteFile.ConnectionString(aside, pooling: false)))
        {
            using var transaction = connection.BeginTransaction();
            SqliteFile.MakeTables(connection);
            foreach (var collection in old.GetCollectionNames().ToList())
            {
                Copy(old, connection, collection);
            }

            transaction.Commit();
        }

        File.Move(aside, SqliteFile.NameIn(folder));
    }

    private static void Copy(LiteDatabase old, SqliteConnection connection, string collection)
    {
        foreach (var d in old.GetCollection(collection).FindAll())
        {
            var keys = d["k"].AsArray.Select(k => k.AsString[..k.AsString.IndexOf(Separator, StringComparison.Ordinal)]);
            SqliteDocuments.Insert(connection, collection, new RawDocument(d["_id"].AsString, d["v"].AsInt64, d["s"].AsInt32, [.. keys], d["j"].AsString));
        }
    }
}
