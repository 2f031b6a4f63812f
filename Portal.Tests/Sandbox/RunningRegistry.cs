using System.Diagnostics;
using System.Text.RegularExpressions;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>Debian's <c>docker-registry</c> as a process of its own, on a port and in a folder of its own.</summary>
internal sealed partial class RunningRegistry : IDisposable
{
    public const string Program = "/usr/bin/docker-registry";

    private readonly TemporaryFolder folder;
    private readonly Process process;

    private RunningRegistry(Process process, TemporaryFolder folder, string url) => (this.process, this.folder, Url) = (process, folder, url);

    public string Url { get; }

    public static async Task<RunningRegistry> StartAsync()
    {
        var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config.yml");
        await File.WriteAllTextAsync(file, $$"""
            version: 0.1
            log:
              level: info
            storage:
              filesystem:
                rootdirectory: {{folder.Path}}/data
              delete: {enabled: true}
            http: {addr: "127.0.0.1:0"}
            """);
        var process = Process.Start(new ProcessStartInfo(Program, ["serve", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = new List<string>();
        var port = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        DataReceivedEventHandler read = (_, e) =>
        {
            lock (said)
            {
                said.Add(e.Data ?? "");
            }

            if (Listening().Match(e.Data ?? "") is { Success: true } match)
            {
                port.TrySetResult(match.Groups[1].Value);
            }
        };
        process.OutputDataReceived += read;
        process.ErrorDataReceived += read;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new RunningRegistry(process, folder, "http://127.0.0.1:" + await port.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        }
        catch (TimeoutException)
        {
            process.Kill();
            lock (said)
            {
                throw new InvalidOperationException("docker-registry did not start: " + string.Join('\n', said));
            }
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        folder.Dispose();
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
