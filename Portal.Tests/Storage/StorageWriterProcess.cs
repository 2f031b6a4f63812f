using System.Text;
using Portal.Core.Storage;
using Portal.Core.Storage.Sqlite;

namespace Portal.Tests.Storage;

/// <summary>Writes numbers to four documents until it is killed; prints each once it is acknowledged, or why it is refused.</summary>
internal static class StorageWriterProcess
{
    public static async Task<int> RunAsync(string folder)
    {
        await using var home = new SqliteHome(folder);
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
            Say(output, await TryAsync(store, id, n));
        }
    }

    private static async Task<string> TryAsync(DocumentStore store, string id, int n)
    {
        try
        {
            await store.PutAsync(Note.Type, id, new Note { Text = $"{n}", Tags = [$"{n}"] }, null, default);
            return $"{id} {n}";
        }
        catch (StorageException e)
        {
            return $"refused {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    private static void Say(StreamWriter output, string line)
    {
        lock (output)
        {
            output.WriteLine(line);
        }
    }
}
