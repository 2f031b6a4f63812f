namespace Portal.Hosting;

/// <summary>Holds the data folder for this process before anything else is started on it, the sandbox included.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream file;

    private DataFolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the folder, making it when it is missing.</summary>
    /// <exception cref="StartupException">It cannot be written, or another process has it.</exception>
    public static DataFolderLock Take(WebApplicationBuilder builder)
    {
        var folder = Folder(builder);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {folder} cannot be made ({e.Message.TrimEnd('.')}). Set Portal:Storage:DataFolder to a folder that the portal may write.");
        }

        try
        {
            return new DataFolderLock(new FileStream(Path.Combine(folder, "portal.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException($"The data folder {folder} cannot be written ({e.Message.TrimEnd('.')}). Set Portal:Storage:DataFolder to a folder that the portal may write.");
        }
        catch (IOException)
        {
            throw new StartupException($"Another portal uses the data folder {folder}. Stop it, or set Portal:Storage:DataFolder to another folder.");
        }
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();

    private static string Folder(WebApplicationBuilder builder)
    {
        try
        {
            return FoundationServices.StorageAt(builder).DataFolder;
        }
        catch (InvalidOperationException)
        {
            // A value of the section is not readable: say it with all the other wrong options.
            OptionCheck.Run(builder.Configuration);
            throw;
        }
    }
}
