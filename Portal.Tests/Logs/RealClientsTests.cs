using System.Diagnostics;
using Portal.Tests.Support;

namespace Portal.Tests.Logs;

/// <summary>The makers' own clients judge the sandbox's search server: every call of our builder, what is refused, and that a server of another make is not taken.</summary>
[Trait("lane", "real")]
public sealed class RealClientsTests
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "Portal.Tests", "Logs", "Clients");

    private static string? WhyNot => !File.Exists("/usr/bin/node") ? "Node is not installed." : !Directory.Exists(Path.Combine(Folder, "node_modules")) ? "The clients are not installed: npm ci in Portal.Tests/Logs/Clients." : null;

    [SkippableTheory]
    [InlineData("elastic9", "elasticsearch:9.1.0")]
    [InlineData("elastic8", "elasticsearch:8.19.2")]
    [InlineData("elastic8", "elasticsearch:9.1.0")]
    [InlineData("elastic7", "elasticsearch:7.17.14")]
    [InlineData("opensearch", "opensearch:2.19.1")]
    [InlineData("opensearch", "opensearch:3.1.0")]
    public async Task Client_OfTheMaker_GetsWhatItExpects(string client, string image)
    {
        Skip.If(WhyNot is not null, WhyNot);
        await using var server = await SearchServer.StartAsync(image);
        using var judge = Start(client, server, image);
        var said = new List<string>();
        while (await judge.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line is "shards" or "rejects")
            {
                server.Context.Switch(line == "shards" ? "search_shards_fail" : "search_rejects", true);
                server.Context.Switch("search_times_out", true);
                await judge.StandardInput.WriteLineAsync("go");
                await judge.StandardInput.FlushAsync();
                continue;
            }

            said.Add(line);
        }

        var error = await judge.StandardError.ReadToEndAsync();
        await judge.WaitForExitAsync();
        Assert.True(judge.ExitCode == 0 && !said.Exists(l => l.StartsWith("FAIL", StringComparison.Ordinal)), string.Join('\n', said) + error);
        Assert.Equal(15, said.Count);
    }

    [SkippableTheory]
    [InlineData("elastic8", "opensearch:2.19.1", "406")]
    [InlineData("elastic9", "opensearch:2.19.1", "406")]
    [InlineData("elastic7", "opensearch:2.19.1", "ProductNotSupportedError")]
    [InlineData("elastic9", "elasticsearch:8.19.2", "media_type_header_exception")]
    public async Task Client_OfAnotherMaker_RefusesTheServer(string client, string image, string why)
    {
        Skip.If(WhyNot is not null, WhyNot);
        await using var server = await SearchServer.StartAsync(image);
        using var judge = Start(client, server, image, "wrong");

        var said = await judge.StandardOutput.ReadToEndAsync();
        await judge.WaitForExitAsync();

        Assert.True(judge.ExitCode == 0 && said.Contains(why, StringComparison.Ordinal), said);
    }

    private static Process Start(string client, SearchServer server, string image, string mode = "")
    {
        var start = new ProcessStartInfo("/usr/bin/node", ["judge.mjs", client, server.Address.ToString(), image.StartsWith("opensearch", StringComparison.Ordinal) ? "admin" : "elastic", SearchServer.Password, mode])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
