using Portal.Tests.Storage;

namespace Portal.Tests.Support;

/// <summary>Entry of the processes that tests start to kill them, <c>dotnet exec Portal.Tests.dll NAME ARGUMENTS</c>, and of the measurements.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args.FirstOrDefault())
        {
            case "storage-writer":
                return await StorageWriterProcess.RunAsync(args[1]);
            case "portal-until-done":
                return await Provisioning.PortalUntilDone.RunAsync(args[1..]);
            case "portal":
                return await Portal.Hosting.PortalProcess.RunAsync(args[1..]);
            case "bench-portal":
                return await Bench.MeasuredPortal.RunAsync(args[1..]);
            case "bench":
                return await Bench.Benches.RunAsync(args[1..]);
            default:
                await Console.Error.WriteLineAsync("Started by tests only, but for: bench [pages] [lists] [engine] [apply] [circuits] [calm] [images] [mapping] [charts] [logs] [RUNS].");
                return 2;
        }
    }
}
