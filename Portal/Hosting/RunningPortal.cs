namespace Portal.Hosting;

/// <summary>A portal that listens, with what it was started with.</summary>
internal sealed class RunningPortal(WebApplication app, ICompanion? sandbox, DataFolderLock? folder) : IAsyncDisposable
{
    /// <summary>Gets the application.</summary>
    public WebApplication App { get; } = app;

    /// <summary>Gets the first address it listens on.</summary>
    public string Url => App.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);

    /// <summary>Says where it is and, in Development, who can sign in and what there is to try.</summary>
    public void Welcome(TextWriter output)
    {
        output.WriteLine($"The portal is ready at {Url}");
        sandbox?.Welcome(output);
        output.WriteLine("Ctrl-C ends it.");
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => EndAsync(App, sandbox, folder);

    /// <summary>Ends what was started so far, the portal before its sandbox, the lock at last.</summary>
    public static async ValueTask EndAsync(WebApplication? app, ICompanion? sandbox, DataFolderLock? folder)
    {
        if (app is not null)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        if (sandbox is not null)
        {
            await sandbox.DisposeAsync();
        }

        folder?.Dispose();
    }
}
