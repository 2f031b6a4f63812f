using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Storage;

namespace Portal.Tests.Storage;

/// <summary>What every home does; run on each.</summary>
public abstract class DocumentStoreTests : IAsyncLifetime
{
    private IDocumentHome? home;

    private protected IDocumentHome Home => home!;

    private protected IDocumentStore Store => new DocumentStore(Home);

    public virtual async Task InitializeAsync()
    {
        home = await NewHomeAsync();
        await (home?.OpenAsync(default) ?? Task.CompletedTask);
    }

    public virtual async Task DisposeAsync() => await (home?.DisposeAsync() ?? ValueTask.CompletedTask);

    /// <summary>Gives a home that is not open, or null when this machine has none.</summary>
    private protected abstract Task<IDocumentHome?> NewHomeAsync();

    [SkippableFact]
    public async Task Document_Written_IsReadBackWhole()
    {
        Need();
        var note = new Note
        {
            Text = "Grüße ✓ \"quoted\" \u0001",
            Tags = ["a", "b"],
            Colour = Colour.Blue,
            At = new DateTimeOffset(2026, 11, 22, 23, 59, 1, 234, TimeSpan.Zero),
            Life = TimeSpan.FromMilliseconds(1500),
            More = ImmutableDictionary<string, string>.Empty.Add("Key", "value"),
            Any = JsonDocument.Parse("""{"n":[1,2.5,null,true]}""").RootElement,
        };

        var version = await Store.PutAsync(Note.Type, "n/1", note, 0, default);

        var stored = await Store.FindAsync(Note.Type, "n/1", default);
        Assert.Equal(1, version);
        Assert.Equal(1, stored!.Version);
        Assert.Equal(note.Text, stored.Value.Text);
        Assert.Equal(note.Tags.AsEnumerable(), stored.Value.Tags);
        Assert.Equal((note.Colour, note.At, note.Life), (stored.Value.Colour, stored.Value.At, stored.Value.Life));
        Assert.Equal("value", stored.Value.More["Key"]);
        Assert.True(JsonElement.DeepEquals(note.Any.Value, stored.Value.Any!.Value));
    }

    [SkippableFact]
    public async Task Text_WithNul_IsWrittenWithoutIt()
    {
        Need();
        await Store.PutAsync(Note.Type, "1", new Note { Text = "a\0b \\u0000" }, null, default);

        Assert.Equal("a\ufffdb \\u0000", (await Store.FindAsync(Note.Type, "1", default))!.Value.Text);
    }

    [SkippableFact]
    public async Task Put_AtAnotherVersion_IsRefusedAndChangesNothing()
    {
        Need();
        await Store.PutAsync(Note.Type, "1", new Note { Text = "one" }, 0, default);
        await Store.PutAsync(Note.Type, "1", new Note { Text = "two" }, 1, default);

        await Assert.ThrowsAsync<StoreConflictException>(() => Store.PutAsync(Note.Type, "1", new Note { Text = "x" }, 0, default));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.PutAsync(Note.Type, "1", new Note { Text = "x" }, 1, default));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.PutAsync(Note.Type, "2", new Note { Text = "x" }, 1, default));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.DeleteAsync(Note.Type, "1", 1, default));
        Assert.Equal((2, "two"), await Store.FindAsync(Note.Type, "1", default) is { } s ? (s.Version, s.Value.Text) : default);
        Assert.Null(await Store.FindAsync(Note.Type, "2", default));
    }

    [SkippableFact]
    public async Task Delete_SaysWhetherItWasThere()
    {
        Need();
        await Store.PutAsync(Note.Type, "1", new Note { Text = "one" }, null, default);

        Assert.True(await Store.DeleteAsync(Note.Type, "1", 1, default));
        Assert.False(await Store.DeleteAsync(Note.Type, "1", null, default));
        Assert.Null(await Store.FindAsync(Note.Type, "1", default));
        Assert.Equal(1, await Store.PutAsync(Note.Type, "1", new Note { Text = "again" }, 0, default));
    }

    [SkippableFact]
    public async Task List_ByKey_FollowsTheLastWrite()
    {
        Need();
        await Store.PutAsync(Note.Type, "1", new Note { Text = "one", Tags = ["a", "b"] }, null, default);
        await Store.PutAsync(Note.Type, "2", new Note { Text = "two", Tags = ["b"] }, null, default);
        await Store.PutAsync(Note.Type, "1", new Note { Text = "one", Tags = ["c"] }, null, default);

        Assert.Empty(await Store.ListAsync(Note.Type, "tag:a", default));
        Assert.Equal(["2"], (await Store.ListAsync(Note.Type, "tag:b", default)).Select(s => s.Id));
        Assert.Equal(["1"], (await Store.ListAsync(Note.Type, "tag:c", default)).Select(s => s.Id));
        Assert.Equal(["1", "2"], (await Store.ListAsync(Note.Type, null, default)).Select(s => s.Id));
        Assert.Empty(await Store.ListAsync(Note.Type, "tag", default));
        Assert.Empty(await Store.ListAsync(Note.Type with { Collection = "empty" }, "tag:a", default));
    }

    [SkippableFact]
    public async Task List_InPages_GivesEachOnceInOrder()
    {
        Need();
        string[] ids = ["a", "B", "é", "a/1", "Z", "10", "9", "ü", "aa", "_"];
        foreach (var id in ids)
        {
            await Store.PutAsync(Note.Type, id, new Note { Text = id, Tags = ["t", "u"] }, 0, default);
        }

        foreach (var key in new[] { null, "tag:t" })
        {
            var seen = new List<string>();
            while (await Store.ListAsync(Note.Type, key, default, 3, seen.LastOrDefault()) is { Count: > 0 } page)
            {
                seen.AddRange(page.Select(s => s.Id));
            }

            Assert.Equal(ids.Order(StringComparer.Ordinal), seen);
        }
    }

    [SkippableFact]
    public async Task TenThousandDocuments_ListedByKey_AreFoundInOrder()
    {
        Need();

        // Few at once: ten thousand that wait together for ten connections are a test of the time-out.
        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, stop) =>
            await Store.PutAsync(Note.Type, $"{n:D5}", new Note { Text = new string('x', 200), Tags = [$"{n % 100}", n < 5000 ? "low" : "high"] }, 0, stop));

        var found = await Store.ListAsync(Note.Type, "tag:42", default);
        var first = await Store.ListAsync(Note.Type, "tag:high", default, 20, "07000");

        Assert.Equal(Enumerable.Range(0, 100).Select(n => $"{(n * 100) + 42:D5}"), found.Select(s => s.Id));
        Assert.Equal(Enumerable.Range(7001, 20).Select(n => $"{n:D5}"), first.Select(s => s.Id));
    }

    [SkippableFact]
    public async Task TwoWriters_CompareAndSet_LoseNothing()
    {
        Need();
        await Store.PutAsync(Note.Type, "count", new Note { Text = "0" }, 0, default);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var done = 0; done < 25;)
            {
                var now = (await Store.FindAsync(Note.Type, "count", default))!;
                try
                {
                    await Store.PutAsync(Note.Type, "count", new Note { Text = $"{int.Parse(now.Value.Text, null) + 1}" }, now.Version, default);
                    done++;
                }
                catch (StoreConflictException)
                {
                    // The other was first.
                }
            }
        }));

        var end = (await Store.FindAsync(Note.Type, "count", default))!;
        Assert.Equal("200", end.Value.Text);
        Assert.Equal(201, end.Version);
    }

    [SkippableFact]
    public async Task ManyCreators_OneWins()
    {
        Need();
        var won = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            try
            {
                return await Store.PutAsync(Note.Type, "lock", new Note { Text = $"{n}" }, 0, default) == 1;
            }
            catch (StoreConflictException)
            {
                return false;
            }
        }));

        Assert.Single(won, true);
    }

    [SkippableFact]
    public async Task OlderSchema_IsUpgradedOnRead()
    {
        Need();
        await Home.PutAsync("note", new RawDocument("old", 0, 1, [], """{"title":"hello"}"""), null, default);

        Assert.Equal("hello!", (await Store.FindAsync(Note.Type, "old", default))!.Value.Text);
    }

    [SkippableFact]
    public async Task OldSchema_WithoutUpgrade_IsNamed()
    {
        Need();
        await Home.PutAsync("note", new RawDocument("ancient", 0, 0, [], "{}"), null, default);

        var e = await Assert.ThrowsAsync<StorageException>(() => Store.FindAsync(Note.Type, "ancient", default));
        Assert.Contains("note/ancient has schema 0", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task NewerSchema_IsNeitherReadNorWrittenOver()
    {
        Need();
        await Home.PutAsync("note", new RawDocument("future", 0, 3, ["tag:f"], """{"text":"later"}"""), null, default);

        var e = await Assert.ThrowsAsync<NewerSchemaException>(() => Store.FindAsync(Note.Type, "future", default));
        Assert.Equal((3, 2), (e.Found, e.Known));
        await Assert.ThrowsAsync<NewerSchemaException>(() => Store.ListAsync(Note.Type, "tag:f", default));
        await Assert.ThrowsAsync<NewerSchemaException>(() => Store.PutAsync(Note.Type, "future", new Note { Text = "x" }, null, default));
        await Assert.ThrowsAsync<NewerSchemaException>(() => Store.PutAsync(Note.Type, "future", new Note { Text = "x" }, 1, default));
        Assert.Contains("later", (await Home.FindAsync("note", "future", default))!.Json, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task BadIdOrKey_IsRefused()
    {
        Need();
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Note.Type, "", new Note { Text = "" }, null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Note.Type, new string('i', 401), new Note { Text = "" }, null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Note.Type, "a\u0001", new Note { Text = "" }, null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Note.Type, "a", new Note { Text = "", Tags = ["a", "b", "c", "d", "e"] }, null, default));
        await Store.PutAsync(Note.Type, new string('i', 400), new Note { Text = "", Tags = [new string('k', 490)] }, null, default);
        Assert.Single(await Store.ListAsync(Note.Type, "tag:" + new string('k', 490), default));
    }

    [SkippableFact]
    public async Task CancelledCall_IsCancelled()
    {
        Need();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(Note.Type, "1", new Note { Text = "" }, null, cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.FindAsync(Note.Type, "1", cancel.Token));
        Assert.Null(await Store.FindAsync(Note.Type, "1", default));
    }

    [SkippableFact]
    public async Task Rewrap_MovesEverySecretToTheActiveKey()
    {
        Need();
        var old = SecretProtectorTests.Keys("old");
        var both = SecretProtectorTests.Keys("new", "old");
        var secret = new SecretProtector(old).Protect("p", "s3cret");
        await Store.PutAsync(Note.Type, "1", new Note { Text = secret, Tags = ["x"], More = ImmutableDictionary<string, string>.Empty.Add("k", secret) }, null, default);
        await Store.PutAsync(Note.Type, "2", new Note { Text = "plain" }, null, default);

        var rewrap = new SecretRewrap(Home, new SecretProtector(both));
        Assert.Equal(1, await rewrap.RunAsync(default));
        Assert.Equal(0, await rewrap.RunAsync(default));

        var note = (await Store.FindAsync(Note.Type, "1", default))!;
        var onlyNew = new SecretProtector(SecretProtectorTests.Keys("new"));
        Assert.Equal("s3cret", onlyNew.Unprotect("p", note.Value.Text));
        Assert.Equal("s3cret", onlyNew.Unprotect("p", note.Value.More["k"]));
        Assert.Equal("1", Assert.Single(await Store.ListAsync(Note.Type, "tag:x", default)).Id);
    }

    private void Need() => Skip.If(home is null, "This machine has no such storage.");
}

public sealed class MemoryStoreTests : DocumentStoreTests
{
    private protected override Task<IDocumentHome?> NewHomeAsync() => Task.FromResult<IDocumentHome?>(new Support.MemoryHome());
}
