using System.Text;
using LiteDB;
using Portal.Core.Storage;
using Portal.Core.Storage.LiteDb;
using Portal.Tests.Support;

namespace Portal.Tests.Storage;

public sealed class LiteDbStoreTests : DocumentStoreTests, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private protected override Task<IDocumentHome?> NewHomeAsync() => Task.FromResult<IDocumentHome?>(new LiteDbHome(folder.Path));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Reopened_HasEverything()
    {
        await Store.PutAsync(Note.Type, "1", new Note { Text = "kept", Tags = ["a"] }, null, default);
        await Home.DisposeAsync();
        await Home.OpenAsync(default);

        Assert.Equal("kept", Assert.Single(await Store.ListAsync(Note.Type, "tag:a", default)).Value.Text);
    }

    /// <summary>What is flushed to disk after each write is the file that LiteDB writes to.</summary>
    [Fact]
    public async Task Written_LiesInTheLogThatIsFlushed()
    {
        await Store.PutAsync(Note.Type, "1", new Note { Text = "canary-in-log" }, null, default);

        Assert.Equal(folder.File("portal-log.db"), LiteDbFile.LogOf(folder.File("portal.db")));
        await using var log = new FileStream(folder.File("portal-log.db"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(log, Encoding.Latin1);
        Assert.Contains("canary-in-log", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondOpening_IsRefusedNamingTheOption()
    {
        await using var second = new LiteDbHome(folder.Path);

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
        await using var home = new LiteDbHome(folder.File("file"));

        var e = await Assert.ThrowsAsync<StorageException>(() => home.OpenAsync(default));
        Assert.Contains("Portal:Storage:DataFolder", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedFile_IsNamed()
    {
        using var other = new TemporaryFolder();
        await File.WriteAllTextAsync(other.File("portal.db"), new string('x', 20000));
        await using var home = new LiteDbHome(other.Path);

        var e = await Assert.ThrowsAsync<StorageException>(() => home.OpenAsync(default));
        Assert.Contains("Portal:Storage:DataFolder", e.Message, StringComparison.Ordinal);
    }

    /// <summary>LiteDB shows a new collection to readers before it is committed, and stops its engine when one looks.</summary>
    [Fact]
    public async Task Collections_ReadWhileTheyAreMade_StopNothing()
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

    [Fact]
    public async Task Engine_Stopped_IsOpenedAnewByTheNextReadOrWrite()
    {
        await Store.PutAsync(Note.Type, "1", new Note { Text = "kept", Tags = ["a"] }, null, default);

        StopEngine();
        Assert.Equal("kept", (await Store.FindAsync(Note.Type, "1", default))!.Value.Text);
        StopEngine();
        Assert.Single(await Store.ListAsync(Note.Type, "tag:a", default));
        StopEngine();
        await Store.PutAsync(Note.Type, "2", new Note { Text = "after", Tags = ["a"] }, 0, default);
        StopEngine();
        await Home.PutAsync("made_after", new RawDocument("1", 0, 1, ["a"], "{}"), null, default);
        StopEngine();
        Assert.Contains("made_after", await Home.ListCollectionsAsync(default));
        Assert.Equal(2, (await Store.ListAsync(Note.Type, "tag:a", default)).Count);
    }

    [Fact]
    public async Task Engine_StoppedAndTheFileGoneBad_IsAStorageExceptionUntilItCanBeOpened()
    {
        await Store.PutAsync(Note.Type, "1", new Note { Text = "kept" }, null, default);
        StopEngine();
        File.Move(folder.File("portal.db"), folder.File("aside.db"));
        Directory.CreateDirectory(folder.File("portal.db"));

        var e = await Assert.ThrowsAsync<StorageException>(() => Store.FindAsync(Note.Type, "1", default));
        Assert.Contains("cannot be opened again", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(() => Store.PutAsync(Note.Type, "1", new Note { Text = "lost" }, null, default));

        Directory.Delete(folder.File("portal.db"));
        File.Move(folder.File("aside.db"), folder.File("portal.db"));
        Assert.Equal("kept", (await Store.FindAsync(Note.Type, "1", default))!.Value.Text);
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
            await using var home = new LiteDbHome(own.Path);
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

    /// <summary>An error of the disk in the middle of an operation: LiteDB's engine ends itself.</summary>
    private void StopEngine()
    {
        static IEnumerable<BsonDocument> Failing()
        {
            yield return new BsonDocument();
            throw new IOException("the disk");
        }

        Assert.Throws<IOException>(() => ((LiteDbHome)Home).File.Run(database => database.GetCollection("stopping").Insert(Failing())));
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

/// <summary>Writes numbers to four documents until it is killed; prints each once it is acknowledged.</summary>
internal static class StorageWriterProcess
{
    public static async Task<int> RunAsync(string folder)
    {
        await using var home = new LiteDbHome(folder);
        try
        {
            await home.OpenAsync(default);
        }
        catch (StorageException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        var store = new DocumentStore(home);
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => WriteAsync(store, $"writer-{writer}", output)));
        return 0;
    }

    private static async Task WriteAsync(DocumentStore store, string id, StreamWriter output)
    {
        var last = await store.FindAsync(Note.Type, id, default);
        for (var n = last is null ? 1 : int.Parse(last.Value.Text, null) + 1; ; n++)
        {
            await store.PutAsync(Note.Type, id, new Note { Text = $"{n}", Tags = [$"{n}"] }, null, default);
            lock (output)
            {
                output.WriteLine($"{id} {n}");
            }
        }
    }
}
