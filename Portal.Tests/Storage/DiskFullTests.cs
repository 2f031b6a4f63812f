using Portal.Core.Storage;
using Portal.Core.Storage.Sqlite;
using Portal.Tests.Support;

namespace Portal.Tests.Storage;

public sealed class DiskFullTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, int> acknowledged = [];

    public void Dispose() => folder.Dispose();

    /// <summary>The kernel refuses what would make a file larger than allowed, as it refuses a write to a full disk.</summary>
    [Fact]
    public async Task Disk_FullAndRoomAgain_RefusesWritesAndGoesOn_LosesNothingAcknowledged()
    {
        using (var child = ChildProcess.StartOnASmallDisk("storage-writer", folder.Path))
        {
            await ReadUntilAsync(child, line => line.StartsWith("writer-", StringComparison.Ordinal), 20);
            await child.LimitFilesAsync(3 << 20);
            var refused = await ReadUntilAsync(child, line => line.StartsWith("refused", StringComparison.Ordinal), 8);
            Assert.StartsWith("refused The data file", refused, StringComparison.Ordinal);

            await child.LimitFilesAsync(null);
            await ReadUntilAsync(child, line => line.StartsWith("writer-", StringComparison.Ordinal), 100);
        }

        await using var home = new SqliteHome(folder.Path);
        await home.OpenAsync(default);
        var store = new DocumentStore(home);
        foreach (var (id, number) in acknowledged)
        {
            Assert.InRange(int.Parse((await store.FindAsync(Note.Type, id, default))!.Value.Text, null), number, int.MaxValue);
        }
    }

    private async Task<string> ReadUntilAsync(ChildProcess child, Func<string, bool> wanted, int times)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var line = await child.Process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException(await child.Process.StandardError.ReadToEndAsync(patience.Token));
            if (line.Split(' ') is ["writer-0" or "writer-1" or "writer-2" or "writer-3", var number])
            {
                acknowledged[line.Split(' ')[0]] = int.Parse(number, null);
            }

            if (wanted(line) && --times == 0)
            {
                return line;
            }
        }
    }
}
