using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Storage;

/// <summary>Finds the master keys; in Development makes them on the first run.</summary>
internal sealed class MasterKeySource(MasterKeyOptions options, StorageOptions storage, bool development, ILogger<MasterKeySource> logger)
{
    /// <exception cref="StorageException">No keys, or beside what they lock.</exception>
    public MasterKeys Load()
    {
        if (!string.IsNullOrWhiteSpace(options.Keys))
        {
            return string.IsNullOrWhiteSpace(options.File)
                ? MasterKeys.Parse(options.Keys, "Portal:MasterKey:Keys")
                : throw new StorageException("Options Portal:MasterKey:File and Portal:MasterKey:Keys are both set; set one.");
        }

        if (string.IsNullOrWhiteSpace(options.File) && !development)
        {
            throw new StorageException("No master key: set option Portal:MasterKey:File (outside the data folder) or Portal:MasterKey:Keys.");
        }

        var file = Path.GetFullPath(string.IsNullOrWhiteSpace(options.File) ? Path.Combine(storage.DataFolder, "master.key") : options.File);
        CheckPlace(file);
        if (!File.Exists(file) && development)
        {
            Make(file);
        }

        return MasterKeys.Parse(Read(file), "Portal:MasterKey:File");
    }

    private void CheckPlace(string file)
    {
        var folder = Path.GetFullPath(storage.DataFolder) + Path.DirectorySeparatorChar;
        if (!file.StartsWith(folder, StringComparison.Ordinal))
        {
            return;
        }

        if (!development)
        {
            throw new StorageException("Option Portal:MasterKey:File: the key must not lie in the data folder, beside what it locks.");
        }

        StorageLog.KeyBesideDocuments(logger, file);
    }

    private void Make(string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, mode);
            writer.WriteLine($"dev:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");
            StorageLog.KeyMade(logger, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The master key '{file}' (options Portal:MasterKey:File, Portal:Storage:DataFolder) cannot be made: {e.Message}", e);
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The master key (option Portal:MasterKey:File) cannot be read: {e.Message}", e);
        }
    }
}
