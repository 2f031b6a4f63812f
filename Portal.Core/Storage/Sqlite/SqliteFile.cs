using Microsoft.Data.Sqlite;
using Portal.Core.Storage.LiteDb;

namespace Portal.Core.Storage.Sqlite;

/// <summary>
/// The data file, opened by this process alone: SQLite would let a second portal in, whose plans and caches would not know of
/// the first one's, so there is a lock of our own beside it.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    private const int Version = 1;

    private const string Tables = """
        CREATE TABLE documents (
            collection TEXT NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            schema INTEGER NOT NULL,
            keys TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (collection, id));
        CREATE TABLE document_keys (
            collection TEXT NOT NULL,
            key TEXT NOT NULL,
            id TEXT NOT NULL,
            PRIMARY KEY (collection, key, id)) WITHOUT ROWID;
        CREATE INDEX document_keys_of ON document_keys (collection, id);
        PRAGMA user_version = 1;
        """;

    private readonly FileStream fence;
    private readonly string connectionString;

    private SqliteFile(FileStream fence, string file)
    {
        this.fence = fence;
        connectionString = ConnectionString(file);
    }

    /// <summary>Gives the data file of a folder.</summary>
    public static string NameIn(string folder) => Path.Combine(Path.GetFullPath(folder), "portal.sqlite");

    /// <exception cref="StorageException">Not writable, used by another process, damaged, or of a newer portal.</exception>
    public static SqliteFile Open(string folder)
    {
        FileStream? fence = null;
        try
        {
            Directory.CreateDirectory(Path.GetFullPath(folder));
            fence = TakeFence(NameIn(folder) + ".lock", folder);
            var file = new SqliteFile(fence, NameIn(folder));
            if (!File.Exists(NameIn(folder)) && LiteDbImport.Finds(folder))
            {
                LiteDbImport.Run(folder);
            }

            file.MakeTables(folder);
            return file;
        }
        catch (Exception e)
        {
            fence?.Dispose();
            throw e is StorageException ? e : new StorageException($"The data folder '{folder}' (option Portal:Storage:DataFolder) cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Opens a connection, from the pool where one is free.</summary>
    public SqliteConnection Connect() => Connect(connectionString);

    public void Dispose()
    {
        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        fence.Dispose();
    }

    /// <summary>Makes the tables of a file that is not the portal's own yet.</summary>
    internal static void MakeTables(SqliteConnection connection) => connection.Run(Tables);

    internal static SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();

            // What is acknowledged survives a loss of power: the log is flushed with each commit.
            connection.Run("PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static string ConnectionString(string file, bool pooling = true) => new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Pooling = pooling,
        DefaultTimeout = 30,
    }.ToString();

    private void MakeTables(string folder)
    {
        using var connection = Connect();
        connection.Run("PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction();
        switch (connection.Scalar("PRAGMA user_version"))
        {
            case 0L:
                MakeTables(connection);
                break;
            case long found and > Version:
                throw new StorageException($"The data folder '{folder}' (option Portal:Storage:DataFolder) was written by a newer version of the portal: {found}, this one knows {Version}.");
        }

        transaction.Commit();
    }

    private static FileStream TakeFence(string path, string folder)
    {
        var existed = File.Exists(path);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (existed && e is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException))
        {
            throw new StorageException($"Another process uses the data folder '{folder}' (option Portal:Storage:DataFolder). Stop it, or name another folder.", e);
        }
    }
}
