using System.Globalization;
using LiteDB;

namespace Portal.Core.Storage.LiteDb;

/// <summary>
/// The data file, opened by this process alone. LiteDB takes no lock on Linux and two processes lose each other's writes
/// without an error, so the lock is our own file beside it.
/// </summary>
internal sealed class LiteDbFile : IDisposable
{
    private readonly FileStream fence;
    private readonly string log;

    private LiteDbFile(FileStream fence, string file)
    {
        this.fence = fence;
        log = LogOf(file);
        Database = new LiteDatabase(new ConnectionString
        {
            Filename = file,
            Connection = ConnectionType.Direct,
            Collation = new Collation(CultureInfo.InvariantCulture.LCID, CompareOptions.Ordinal),
        });
        Database.UtcDate = true;
    }

    public LiteDatabase Database { get; }

    /// <exception cref="StorageException">Not writable, or used by another process.</exception>
    public static LiteDbFile Open(string folder)
    {
        var file = Path.Combine(Path.GetFullPath(folder), "portal.db");
        FileStream? fence = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            fence = TakeFence(file + ".lock", folder);
            return new LiteDbFile(fence, file);
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
        Database.Dispose();
        fence.Dispose();
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
