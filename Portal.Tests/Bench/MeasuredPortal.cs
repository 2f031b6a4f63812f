using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Addons.Health;
using Portal.Core.Backends;
using Portal.Core.Clusters.Watching;
using Portal.Hosting;

namespace Portal.Tests.Bench;

/// <summary>
/// The portal as a process of its own that measures itself when it is told to on its input: <c>measure</c> prints the bytes
/// of its managed memory after a collection and the milliseconds of processor time so far; <c>look</c> looks into every
/// cluster once and <c>poll</c> asks Magnum once, each printing the milliseconds of processor time that it took.
/// </summary>
internal static class MeasuredPortal
{
    /// <summary>What an answer begins with: the portal has words of its own for the same output.</summary>
    public const string Mark = "measured: ";

    public static async Task<int> RunAsync(string[] args)
    {
        await using var portal = await PortalProcess.StartAsync(args, CancellationToken.None);
        Console.WriteLine(Mark + portal.Url);
        while (await Console.In.ReadLineAsync() is { } asked)
        {
            var before = Processor();
            if (asked == "look")
            {
                await portal.App.Services.GetRequiredService<AddonWatch>().LookAsync(CancellationToken.None);
            }
            else if (asked == "poll")
            {
                var (poller, region) = (portal.App.Services.GetRequiredService<ClusterPoller>(), new CloudRegion("sandbox", "RegionOne"));
                await poller.PollAsync(region, poller.Board(region), CancellationToken.None);
            }

            var took = Processor() - before;
            Console.WriteLine(Mark + (asked == "measure" ? string.Create(CultureInfo.InvariantCulture, $"{Memory()} {Processor():0}") : took.ToString("0", CultureInfo.InvariantCulture)));
        }

        return 0;
    }

    private static double Processor()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalMilliseconds;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
