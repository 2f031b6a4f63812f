using System.Diagnostics;
using Portal.Tests.Support;

namespace Portal.Tests.Hosting;

/// <summary>The first run of a clean clone: no configuration, the sandbox in the same process.</summary>
public sealed class DevelopmentTests
{
    [Fact]
    public async Task FirstRun_WithoutConfiguration_SaysWhoCanSignInAndEndsCleanlyAtCtrlC()
    {
        using var data = new TemporaryFolder();
        using var process = ChildProcess.StartForCtrlC(
            "portal", "--applicationName=Portal", $"--contentRoot={Path.Combine(RepositoryPaths.Root, "Portal")}", "--environment=Development",
            "--urls=http://127.0.0.1:0", "--Sandbox:AnyPorts=true", $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=Error");
        var said = await WelcomeAsync(process.Process.StandardOutput);

        Assert.Contains("Sign in with password labpass as", said, StringComparison.Ordinal);
        Assert.Contains("dana", said, StringComparison.Ordinal);
        Assert.Contains("Four things to try", said, StringComparison.Ordinal);
        using (var browser = new PortalBrowser(UrlIn(said)))
        {
            using var page = await browser.SignInAsync("dana");
            Assert.Equal("/projects", PortalBrowser.PathOf(page));
        }

        Process.Start("kill", $"-INT {process.Process.Id}").WaitForExit();

        // It ends in a second, and the host gives what runs eight; the rest is for other tests that have the processors.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.Process.WaitForExitAsync(patience.Token);
        Assert.Equal(0, process.Process.ExitCode);
        Assert.Equal("", (await process.Process.StandardError.ReadToEndAsync()).Trim());
        Assert.True(File.Exists(Path.Combine(data.Path, "sandbox", "world.json")));
    }

    private static string UrlIn(string said) => said.Split('\n')[0].Split(' ')[^1].Trim();

    private static async Task<string> WelcomeAsync(StreamReader output)
    {
        var said = new System.Text.StringBuilder();
        var begun = false;
        while (await output.ReadLineAsync() is { } line && !line.StartsWith("Ctrl-C", StringComparison.Ordinal))
        {
            begun |= line.StartsWith("The portal is ready at", StringComparison.Ordinal);
            said.Append(begun ? line + "\n" : "");
        }

        return said.ToString();
    }
}
