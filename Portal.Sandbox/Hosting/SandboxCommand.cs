namespace Portal.Sandbox.Hosting;

/// <summary>The sandbox as a program of its own.</summary>
internal static class SandboxCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("SANDBOX_")
            .AddCommandLine(args)
            .Build();
        var options = new SandboxOptions();
        configuration.Bind(options);
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            });
        try
        {
            await using var host = await SandboxHost.StartAsync(options, stop.Token);
            foreach (var (name, url) in host.Context.Addresses.OrderBy(a => a.Key, StringComparer.Ordinal))
            {
                Console.WriteLine($"{name} {url}");
            }

            Console.WriteLine("ready");
            await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return 0;
        }
        catch (Exception e) when (e is IOException or System.Text.Json.JsonException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }
}
