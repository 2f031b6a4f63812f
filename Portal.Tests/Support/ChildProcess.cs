using System.Diagnostics;
using System.Globalization;

namespace Portal.Tests.Support;

/// <summary>This assembly as a process of its own (<see cref="Program"/>); killed when disposed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private ChildProcess(Process process) => Process = process;

    public Process Process { get; }

    private static string Dotnet => Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p : "dotnet";

    public static ChildProcess Start(params string[] arguments) => Run(Dotnet, ["exec", typeof(ChildProcess).Assembly.Location, .. arguments]);

    /// <summary>Starts it so that Ctrl-C ends it, whatever started the tests: a shell lets what it runs in the background ignore that, and children inherit it.</summary>
    public static ChildProcess StartForCtrlC(params string[] arguments) => Run("env", ["--default-signal=INT", Dotnet, "exec", typeof(ChildProcess).Assembly.Location, .. arguments]);

    /// <summary>Starts it so that a file over its limit (<see cref="LimitFilesAsync"/>) is an error of the write, as a full disk is, and not the end.</summary>
    public static ChildProcess StartOnASmallDisk(params string[] arguments) =>
        Run("/bin/sh", ["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", Dotnet, "exec", typeof(ChildProcess).Assembly.Location, .. arguments]);

    /// <summary>Lets no file of the process grow beyond so many bytes, or lifts that.</summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        using var limit = System.Diagnostics.Process.Start("prlimit", ["--pid", $"{Process.Id}", $"--fsize={bytes?.ToString(CultureInfo.InvariantCulture) ?? "unlimited"}:unlimited"]);
        await limit.WaitForExitAsync();
        Xunit.Assert.Equal(0, limit.ExitCode);
    }

    private static ChildProcess Run(string program, IEnumerable<string> arguments) => new(Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
        }

        Process.WaitForExit();
        Process.Dispose();
    }
}
