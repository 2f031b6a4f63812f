using System.Globalization;
using LiteDB;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Storage.LiteDb;

/// <summary>
/// The data file, opened by this process alone. LiteDB takes no lock on Linux and two processes lose each other's writes
/// without an error, so the lock is our own file beside it.
/// </summary>
/// <remarks>
/// Two traps of LiteDB are met here. It shows a new collection to readers before it is committed, and a read in that moment
/// ("page type must be collection page") stops its engine: so a collection is made while nobody reads. And an engine that has
/// stopped, for that or for an error of the disk, refuses everything from then on: so it is opened anew.
/// </remarks>
internal sealed class LiteDbFile : IDisposable
{
    private readonly FileStream fence;
    private readonly string file;
    private readonly string log;
    private readonly ILogger logger;

    // Shared: the database is used. Exclusive: a collection is made, or the engine opened anew.
    private readonly ReaderWriterLockSlim gate = new();
    private readonly HashSet<string> made = [];
    private LiteDatabase database;

    private LiteDbFile(FileStream fence, string file, ILogger logger)
    {
        (this.fence, this.file, this.logger) = (fence, file, logger);
        log = LogOf(file);
        database = OpenDatabase(file);
    }

    /// <exception cref="StorageException">Not writable, or used by another process.</exception>
    public static LiteDbFile Open(string folder, ILogger logger)
    {
        var file = Path.Combine(Path.GetFullPath(folder), "portal.db");
        FileStream? fence = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            fence = TakeFence(file + ".lock", folder);
            return new LiteDbFile(fence, file, logger);
        }
        catch (Exception e) when (e is not StorageException)
        {
            // LiteDB meets a damaged file with exceptions of any kind.
            fence?.Dispose();
            throw new StorageException($"The data folder '{folder}' (option Portal:Storage:DataFolder) cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Gives the log that LiteDB writes to before the data file.</summary>
    public static string LogOf(string file) =>
        Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file) + "-log" + Path.GetExtension(file));

    /// <summary>
    /// Runs <paramref name="work"/> on this thread. When it fails because the engine has stopped, the engine is opened anew and, unless
    /// <paramref name="repeatable"/> says no, the work runs once more.
    /// </summary>
    /// <exception cref="StorageException">The engine has stopped and could not be opened.</exception>
    public T Run<T>(Func<LiteDatabase, T> work, Func<bool>? repeatable = null) => Recover(work, Shared, repeatable);

    /// <summary>Makes the collection and its index by key, unless it is known to be there. Only the writer calls it.</summary>
    public void EnsureCollection(string name)
    {
        if (!made.Contains(name))
        {
            Recover(current => current.GetCollection(name).EnsureIndex("k", "$.k[*]"), Exclusive, null);
            made.Add(name);
        }
    }

    /// <summary>Makes what was committed survive a loss of power: LiteDB writes its log, but does not flush it.</summary>
    public void Flush()
    {
        try
        {
            using var handle = File.OpenHandle(log, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(handle);
        }
        catch (FileNotFoundException)
        {
            // Just checkpointed: LiteDB has flushed the data file and removed the log.
        }
    }

    public void Dispose()
    {
        database.Dispose();
        fence.Dispose();
        gate.Dispose();
    }

    private static LiteDatabase OpenDatabase(string file) => new(new ConnectionString
    {
        Filename = file,
        Connection = ConnectionType.Direct,
        Collation = new Collation(CultureInfo.InvariantCulture.LCID, CompareOptions.Ordinal),
    })
    {
        UtcDate = true,
    };

    private static bool Runs(LiteDatabase database)
    {
        try
        {
            _ = database.GetCollectionNames().Count();
            return true;
        }
        catch (Exception)
        {
            // A stopped engine answers with the error that stopped it, or with what it has disposed of.
            return false;
        }
    }

    private T Recover<T>(Func<LiteDatabase, T> work, Func<Func<LiteDatabase, T>, T> locked, Func<bool>? repeatable)
    {
        LiteDatabase? used = null;
        try
        {
            return locked(current => work(used = current));
        }
        catch (Exception e)
        {
            // Not in a filter: that would run while the gate is still held.
            if (used is null || !Reopened(used, e) || repeatable?.Invoke() == false)
            {
                throw;
            }
        }

        return locked(work);
    }

    private bool Reopened(LiteDatabase used, Exception cause) => Exclusive(current =>
    {
        if (!ReferenceEquals(used, current))
        {
            return true;
        }

        if (Runs(used))
        {
            return false;
        }

        StorageLog.EngineStopped(logger, cause);
        try
        {
            // Has no file in hand any more; disposing it twice, after an opening that failed, is nothing.
            used.Dispose();
            database = OpenDatabase(file);
            return true;
        }
        catch (Exception e)
        {
            throw new StorageException($"The data file has failed ({cause.Message}) and cannot be opened again: {e.Message}", e);
        }
    });

    private T Shared<T>(Func<LiteDatabase, T> work)
    {
        gate.EnterReadLock();
        try
        {
            return work(database);
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    private T Exclusive<T>(Func<LiteDatabase, T> work)
    {
        gate.EnterWriteLock();
        try
        {
            return work(database);
        }
        finally
        {
            gate.ExitWriteLock();
        }
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
