using Portal.Core.Storage;
using Portal.Core.Storage.Sqlite;
using Portal.Tests.Support;

namespace Portal.Tests.Storage;

public sealed class SqliteStoreTests : DocumentStoreTests, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private protected override Task<IDocumentHome?> NewHomeAsync() => Task.FromResult<IDocumentHome?>(new SqliteHome(folder.Path));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Reopened_HasEverything()
    {
        await Store.PutAsync(Note.Type, "1", new Note { Text = "kept", Tags = ["a"] }, null, default);
        await Home.DisposeAsync();
        await Home.OpenAsync(default);

        Assert.Equal("kept", Assert.Single(await Store.ListAsync(Note.Type, "tag:a", default)).Value.Text);
    }

    /// <summary>Power can go at any moment: SQLite flushes its log with every commit only when it is told so.</summary>
    [Fact]
    public void Connection_FlushesWithEachCommit()
    {
        using var other = new TemporaryFolder();
        using var file = SqliteFile.Open(other.Path);
        using var connection = file.Connect();

        Assert.Equal(("wal", 2L), (connection.Scalar("PRAGMA journal_mode"), connection.Scalar("PRAGMA synchronous")));
    }

    [Fact]
    public async Task NewerFile_IsRefusedAndNamed()
    {
        await Home.DisposeAsync();
        using (var file = SqliteFile.Open(folder.Path))
        using (var connection = file.Connect())
        {
            connection.Run("PRAGMA user_version = 2");
        }

        var e = await Assert.ThrowsAsync<StorageException>(() => Home.OpenAsync(default));
        Assert.Equal($"The data folder '{folder.Path}' (option Portal:Storage:DataFolder) was written by a newer version of the portal: 2, this one knows 1.", e.Message);
    }

    [Fact]
    public async Task SecondOpening_IsRefusedNamingTheOption()
    {
        await using var second = new SqliteHome(folder.Path);

        var e = await Assert.ThrowsAsync<StorageException>(() => second.OpenAsync(default));
        Assert.Equal($"Another process uses the data folder '{folder.Path}' (option Portal:Storage:DataFolder). Stop it, or name another folder.", e.Message);
    }

    [Fact]
    public async Task SecondProcess_IsRefused()
    {
        using var other = ChildProcess.Start("storage-writer", folder.Path);
        await other.Process.WaitForExitAsync();

        Assert.Equal(1, other.Process.ExitCode);
        Assert.Contains("Another process uses the data folder", await other.Process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnusableFolder_IsNamed()
    {
        await File.WriteAllTextAsync(folder.File("file"), "");
        await using var home = new SqliteHome(folder.File("file"));

        var e = await Assert.ThrowsAsync<StorageException>(() => home.OpenAsync(default));
        Assert.Contains("Portal:Storage:DataFolder", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedFile_IsNamed()
    {
        using var other = new TemporaryFolder();
        await File.WriteAllTextAsync(other.File("portal.sqlite"), new string('x', 20000));
        await using var home = new SqliteHome(other.Path);

        var e = await Assert.ThrowsAsync<StorageException>(() => home.OpenAsync(default));
        Assert.Contains("Portal:Storage:DataFolder", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collections_ReadWhileTheyAreMade_FailsNothing()
    {
        var (name, done) = ("first", false);
        async Task ReadAsync()
        {
            while (!Volatile.Read(ref done))
            {
                await Home.FindAsync(Volatile.Read(ref name), "1", default);
                await Home.ListAsync(Volatile.Read(ref name), null, null, 10, default);
            }
        }

        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(ReadAsync)).ToList();
        try
        {
            for (var n = 0; n < 100; n++)
            {
                Volatile.Write(ref name, $"notes{n}");
                await Home.PutAsync(name, new RawDocument("1", 0, 1, ["a"], "{}"), null, default);
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            await Task.WhenAll(readers);
        }

        Assert.Equal(100, (await Home.ListCollectionsAsync(default)).Count);
    }

    /// <summary>Killed in mid-write, three times over one file: every acknowledged number is there, and the index agrees.</summary>
    [Fact]
    public async Task Killed_InMidWrite_LosesNothingAcknowledged()
    {
        using var own = new TemporaryFolder();
        var acknowledged = new Dictionary<string, int>();
        for (var round = 0; round < 3; round++)
        {
            await KillAfterAsync(own.Path, 150 + (round * 37), acknowledged);
            await using var home = new SqliteHome(own.Path);
            await home.OpenAsync(default);
            var store = new DocumentStore(home);
            foreach (var (id, number) in acknowledged)
            {
                var stored = (await store.FindAsync(Note.Type, id, default))!;
                Assert.True(int.Parse(stored.Value.Text, null) >= number, $"round {round}: {id} lost {number}, has {stored.Value.Text}");
                Assert.Contains(await store.ListAsync(Note.Type, $"tag:{stored.Value.Text}", default), s => s.Id == id);
            }
        }
    }

    private static async Task KillAfterAsync(string path, int writes, Dictionary<string, int> acknowledged)
    {
        using var child = ChildProcess.Start("storage-writer", path);
        for (var n = 0; n < writes; n++)
        {
            var line = await child.Process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await child.Process.StandardError.ReadToEndAsync());
            var parts = line.Split(' ');
            acknowledged[parts[0]] = int.Parse(parts[1], null);
        }

        child.Process.Kill();
        await child.Process.WaitForExitAsync();
    }
}
