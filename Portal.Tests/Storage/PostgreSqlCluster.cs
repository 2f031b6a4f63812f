using System.Diagnostics;

namespace Portal.Tests.Storage;

/// <summary>A PostgreSQL cluster of its own in a temporary folder, reached by a Unix socket; none where the binaries are missing.</summary>
public sealed class PostgreSqlCluster : IAsyncLifetime
{
    private string? folder;
    private string binaries = "";

    /// <summary>Gets the connection string, or null when there is no PostgreSQL here.</summary>
    public string? ConnectionString { get; private set; }

    public async Task InitializeAsync()
    {
        if (FindBinaries() is not { } found)
        {
            return;
        }

        binaries = found;
        folder = Directory.CreateTempSubdirectory("pg-").FullName;
        await RunAsync("chmod", "777", folder);
        await AsServerAsync($"{binaries}/initdb", "-D", $"{folder}/data", "-U", "portal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        await AsServerAsync($"{binaries}/pg_ctl", "-D", $"{folder}/data", "-w", "-l", $"{folder}/log", "-o", $"-c listen_addresses='' -k {folder}", "start");
        ConnectionString = $"Host={folder};Username=portal;Database=postgres";
    }

    public async Task DisposeAsync()
    {
        if (folder is null)
        {
            return;
        }

        await AsServerAsync($"{binaries}/pg_ctl", "-D", $"{folder}/data", "-m", "immediate", "-w", "stop");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string?> NewDatabaseAsync()
    {
        if (ConnectionString is null)
        {
            return null;
        }

        var name = $"t{Guid.NewGuid():N}";
        await RunAsync($"{binaries}/createdb", "-h", folder!, "-U", "portal", name);
        return ConnectionString.Replace("Database=postgres", $"Database={name}", StringComparison.Ordinal);
    }

    private static string? FindBinaries()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin")) : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return versions.Concat(path).FirstOrDefault(p => File.Exists(Path.Combine(p, "initdb")) && File.Exists(Path.Combine(p, "createdb")));
    }

    // PostgreSQL refuses to run as root.
    private static Task AsServerAsync(params string[] command) =>
        Environment.UserName == "root" ? RunAsync("runuser", ["-u", "nobody", "--", .. command]) : RunAsync(command[0], command[1..]);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The server inherits the output: nothing waits for its end.
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" >/dev/null 2>&1", "sh", program }, WorkingDirectory = "/" };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
