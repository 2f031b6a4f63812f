using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Portal.Hosting;
using Portal.Sandbox.Hosting;

namespace Portal.Tests.Support;

/// <summary>The real portal in this process, listening, over a sandbox of its own; they know each other by URL alone.</summary>
internal sealed class PortalHost : IAsyncDisposable
{
    private readonly TemporaryFolder data;
    private readonly string[] options;
    private readonly Action<WebApplicationBuilder>? configure;
    private RunningPortal portal = null!;

    private PortalHost(SandboxHost sandbox, TemporaryFolder data, string[] options, Action<WebApplicationBuilder>? configure)
    {
        Sandbox = sandbox;
        this.data = data;
        this.options = options;
        this.configure = configure;
    }

    public SandboxHost Sandbox { get; }

    public string Url => portal.Url;

    public string DataFolder => data.Path;

    public IServiceProvider Services => portal.App.Services;

    /// <summary>Starts both.</summary>
    /// <param name="options">Options of the portal over the usual ones, as <c>--Portal:Session:Idle=01:00:00</c>.</param>
    /// <param name="sandbox">Options of the sandbox.</param>
    /// <param name="configure">Changes services.</param>
    /// <param name="sharedClock">Whether the portal's time is the sandbox's, so that a test can let a day pass for both.</param>
    public static async Task<PortalHost> StartAsync(string[]? options = null, SandboxOptions? sandbox = null, Action<WebApplicationBuilder>? configure = null, bool sharedClock = false)
    {
        sandbox ??= new SandboxOptions { Pace = 200 };
        sandbox.AnyPorts = true;
        var running = await SandboxHost.StartAsync(sandbox, CancellationToken.None);
        var host = new PortalHost(running, new TemporaryFolder(), options ?? [], builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(sharedClock ? running.Context.Clock : TimeProvider.System);
            configure?.Invoke(builder);
        });
        await host.StartPortalAsync();
        return host;
    }

    /// <summary>Ends the portal and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        var url = Url;
        await portal.DisposeAsync();
        await StartPortalAsync(url);
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public object Get(Type type) => Services.GetRequiredService(type);

    /// <summary>Gives a browser without cookies.</summary>
    public PortalBrowser NewBrowser() => new(Url);

    public async ValueTask DisposeAsync()
    {
        await portal.DisposeAsync();
        await Sandbox.DisposeAsync();
        data.Dispose();
        Assert.Empty(Sandbox.Context.Failures.Values);
    }

    private async Task StartPortalAsync(string url = "http://127.0.0.1:0")
    {
        // The hourly comparison would come between the calls that tests count; who wants one asks for it.
        string[] usual =
        [
            "--applicationName=Portal", $"--contentRoot={Path.Combine(RepositoryPaths.Root, "Portal")}", "--environment=Development",
            $"--urls={url}", "--Portal:Mapping:CompareEvery=00:00:00", $"--Portal:Storage:DataFolder={data.Path}", "--Logging:LogLevel:Default=Warning",
        ];
        var sandbox = Portal.Development.SandboxConfiguration.Of(Sandbox.Context.Addresses, Sandbox.Context.Options.Password)
            .Where(o => !options.Any(given => given.StartsWith($"--{o.Key}=", StringComparison.OrdinalIgnoreCase)))
            .Select(o => $"--{o.Key}={o.Value}");
        portal = await PortalProcess.StartAsync([.. usual, .. sandbox, .. options], CancellationToken.None, builder =>
        {
            builder.Services.AddSingleton<IStartupFilter, AntiforgeryForTests>();
            configure?.Invoke(builder);
        });
    }
}
