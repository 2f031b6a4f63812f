using System.Diagnostics;
using System.Net.Sockets;
using Portal.Tests.Support;

namespace Portal.Tests.Lab;

/// <summary>The real servers of <c>deploy/lab</c>: those that run already, or ones that are started here and stopped at the end.</summary>
internal sealed class RunningLab : IAsyncDisposable
{
    /// <summary>Keystone as a site should run it: Apache asks for Keystone's audience.</summary>
    public const string Keystone = "http://127.0.0.1:5002";

    /// <summary>Keystone as it was recorded: any token that the provider signed is taken.</summary>
    public const string KeystoneAsRecorded = "http://127.0.0.1:5000";

    /// <summary>Keystone that asks the provider about every token.</summary>
    public const string KeystoneByIntrospection = "http://127.0.0.1:5001";

    /// <summary>The OpenID provider.</summary>
    public const string Provider = "http://127.0.0.1:9010";

    /// <summary>Password of everybody.</summary>
    public const string Password = "labpass";

    /// <summary>Where the portal must listen: the provider sends browsers back to this address alone.</summary>
    public const string PortalUrl = "http://localhost:5311";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(40);

    // Keystone with audience, the provider, Heat, Nova, Neutron, Glance, Magnum.
    private static readonly int[] Ports = [5002, 9010, 8004, 8774, 9696, 9292, 9511];
    private readonly bool started;

    private RunningLab(bool started) => this.started = started;

    /// <summary>Gets where its servers keep what they know; a file HOLD or FAIL in <c>run</c> tells the nodes what to do.</summary>
    public static string StateFolder { get; } =
        Path.Combine(Environment.GetEnvironmentVariable("LAB_DIR") ?? Path.Combine(Environment.GetEnvironmentVariable("TMPDIR") ?? "/tmp", "portal-lab"), "openstack");

    private static string Folder => Path.Combine(RepositoryPaths.Root, "deploy", "lab");

    /// <summary>Finds it, or brings it up: minutes, and a quarter of an hour where its packages are missing.</summary>
    /// <exception cref="InvalidOperationException">It does not come up; the message has what its script said last.</exception>
    public static async Task<RunningLab> StartAsync()
    {
        if (Array.TrueForAll(Ports, Listens))
        {
            return new(started: false);
        }

        await RunAsync("up.sh");
        return new(started: true);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (started)
        {
            await RunAsync("stop.sh");
        }
    }

    private static bool Listens(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // To a file: the servers keep the streams that their starter gives them, and a pipe would never end.
    private static async Task RunAsync(string script)
    {
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "log");
        var start = new ProcessStartInfo("bash") { WorkingDirectory = Folder };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec ./{script} > '{log}' 2>&1 < /dev/null");
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        if (!process.HasExited || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The lab's {script} failed. It said at last:\n{string.Join('\n', File.ReadLines(log).TakeLast(30))}");
        }
    }
}
