using LiteDB;
using Portal.Core.Storage;
using Portal.Core.Storage.LiteDb;
using Portal.Core.Storage.Sqlite;
using Portal.Tests.Support;

namespace Portal.Tests.Storage;

public sealed class LiteDbImportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Folder_OfTheLiteDbDays_IsReadWhole_AndTheOldFileStays()
    {
        WriteOld(300);

        await using var home = await OpenAsync();

        var store = new DocumentStore(home);
        var found = (await store.FindAsync(Note.Type, "007", default))!;
        Assert.Equal((8, "text 7 ü"), (found.Version, found.Value.Text));
        Assert.Equal(Enumerable.Range(0, 30).Select(n => $"{(n * 10) + 3:D3}"), (await store.ListAsync(Note.Type, "tag:3", default)).Select(n => n.Id));
        Assert.Equal(9, await store.PutAsync(Note.Type, "007", found.Value with { Text = "since" }, 8, default));
        Assert.True(LiteDbImport.Finds(folder.Path));
    }

    [Fact]
    public async Task SecondStart_DoesNotBringTheOldBack()
    {
        WriteOld(1);
        await using (var first = await OpenAsync())
        {
            await new DocumentStore(first).DeleteAsync(Note.Type, "000", null, default);
        }

        await using var home = await OpenAsync();
        Assert.Null(await home.FindAsync("note", "000", default));
    }

    [Fact]
    public async Task Import_KilledHalfway_BeginsAgain()
    {
        WriteOld(3);
        await File.WriteAllTextAsync(folder.File("portal.sqlite.new"), "half a file");

        await using var home = await OpenAsync();

        Assert.Equal(3, (await home.ListAsync("note", null, null, 10, default)).Count);
    }

    private async Task<SqliteHome> OpenAsync()
    {
        var home = new SqliteHome(folder.Path);
        await home.OpenAsync(default);
        return home;
    }

    // As the portal wrote it: an index entry is key, separator, id.
    private void WriteOld(int count)
    {
        using var old = new LiteDatabase(folder.File("portal.db"));
        var notes = old.GetCollection("note");
        notes.EnsureIndex("k", "$.k[*]");
        for (var n = 0; n < count; n++)
        {
            notes.Insert(new BsonDocument
            {
                ["_id"] = $"{n:D3}",
                ["v"] = n + 1L,
                ["s"] = Note.Type.Schema,
                ["k"] = new BsonArray(new BsonValue($"tag:{n % 10}\u0001{n:D3}")),
                ["j"] = $$"""{"text":"text {{n}} ü","tags":["{{n % 10}}"]}""",
            });
        }
    }
}
