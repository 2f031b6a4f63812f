using System.Runtime.InteropServices;
using Portal.Core.Backends;
using Portal.Core.Registry.Verification;

namespace Portal.Hosting.Verification;

/// <summary><c>portal verify --harbor URL</c>: what an operator runs against the site's Harbor.</summary>
internal static class VerifyCommand
{
    private const string Backend = "harbor";
    private const int AllPassed = 0;
    private const int SomeFailed = 1;
    private const int NothingKnown = 2;

    /// <summary>Runs it; 0 = no check failed, 1 = one did, 2 = it could not begin or was stopped.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await RunAsync(args, VerifyAccount.OfProcess, Console.Out, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            // The run ends by itself, after it has taken away what it made.
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>The same on other streams; for tests.</summary>
    internal static async Task<int> RunAsync(string[] args, VerifyAccount account, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            var asked = VerifyArguments.Read(args);
            var login = await account.ReadAsync();
            var written = new VerifyOutput(output, asked.IsJson);
            await using var services = Services(asked);
            var target = new HarborTarget(asked.Url, login) { IsReadOnly = asked.IsReadOnly };
            var report = await services.GetRequiredService<IHarborVerification>().RunAsync(target, written.Tell, cancellationToken);
            written.Tell(report);
            return report.Passed ? AllPassed : SomeFailed;
        }
        catch (StartupException e)
        {
            foreach (var reason in e.Reasons)
            {
                await account.Error.WriteLineAsync(reason);
            }

            return NothingKnown;
        }
        catch (OperationCanceledException)
        {
            await account.Error.WriteLineAsync("Stopped. What was made has been taken away, unless a line above says otherwise.");
            return NothingKnown;
        }
    }

    // The portal's own way to Harbor: its authorities and its proxy (Portal:Backends:Connections:harbor).
    private static ServiceProvider Services(VerifyArguments asked)
    {
        if (asked.CaBundle is { } file && !File.Exists(file))
        {
            throw new StartupException("The file of --ca-bundle cannot be read.");
        }

        var configuration = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true).AddEnvironmentVariables().Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddBackends();
        services.AddHarborVerification();
        services.Configure<BackendsOptions>(configuration.GetSection(BackendsOptions.Section));
        services.PostConfigure<BackendsOptions>(options =>
        {
            if (asked.CaBundle is not null)
            {
                options.Connections[Backend] = new ConnectionOptions { CaBundle = asked.CaBundle, Proxy = options.Connections.GetValueOrDefault(Backend)?.Proxy };
            }
        });
        return services.BuildServiceProvider();
    }
}
