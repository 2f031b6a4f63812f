using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portal.Tests.Support;

namespace Portal.Tests.Replay;

/// <summary>The sandbox as a program of its own, started as the judge of others starts it.</summary>
public sealed class SandboxProgramTests
{
    [SkippableFact]
    public async Task Program_WithWorldAndControl_PlaysAScenario()
    {
        Skip.If(RepositoryPaths.Shared is null, "The shared material is not beside this checkout.");
        var scenario = Judge.FileOf("keystone/federation-expiry");
        var world = await Judge.WriteWorldAsync(scenario);
        var control = $"http://127.0.0.1:{FreePort()}/control";
        using var process = Start(world, control);
        try
        {
            var addresses = await AddressesAsync(process);
            Assert.Equal(new Uri(control).Port, new Uri(addresses["control"]).Port);

            var (passed, said) = await Judge.PlayAsync(scenario, addresses, null);

            Assert.True(passed, said);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            File.Delete(world);
        }
    }

    [Fact]
    public async Task Program_WithAWorldThatIsNot_SaysSoAndEnds()
    {
        using var process = Start("/no/such/world.json", $"http://127.0.0.1:{FreePort()}");

        var complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("/no/such/world.json", complaint, StringComparison.Ordinal);
    }

    private static Process Start(string world, string control)
    {
        var program = Path.ChangeExtension(typeof(global::Portal.Sandbox.Hosting.SandboxHost).Assembly.Location, ".dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { program, "--world", world, "--control", control, "--anyports", "true" })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task<Dictionary<string, string>> AddressesAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line && line != "ready")
        {
            if (line.Split(' ') is [var name, var url])
            {
                addresses[name] = url;
            }
        }

        return addresses;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
