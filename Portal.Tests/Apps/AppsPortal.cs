using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Apps;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Apps;

/// <summary>The real portal, sign-in and Keystone of the sandbox; behind programs' hosts is what a test says, without a cluster. A day passes when a test wants it.</summary>
public sealed class AppsPortal : IAsyncLifetime
{
    internal PortalHost Host { get; private set; } = null!;

    internal DirectGateway Gateway { get; } = new();

    internal WrittenLog Log { get; } = new();

    internal SandboxHost Sandbox => Host.Sandbox;

    public async Task InitializeAsync() => Host = await PortalHost.StartAsync(
        ["--Portal:Apps:LargestBody=1", "--Logging:LogLevel:Default=Information", "--Logging:LogLevel:Portal=Trace"],
        new SandboxOptions { Pace = 200 },
        builder =>
        {
            builder.Services.AddSingleton<IAppGateway>(Gateway);
            builder.Logging.ClearProviders().AddProvider(Log);
        },
        sharedClock: true);

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        Gateway.Dispose();
    }

    /// <summary>Gives a browser that somebody is signed in at.</summary>
    internal async Task<AppBrowser> SignedInAsync(string user)
    {
        var browser = new AppBrowser(Host.Url);
        await browser.SignInAsync(user);
        return browser;
    }

    /// <summary>Gives the portal's link to a program.</summary>
    internal string Way(ClusterApp app, string path = "/", string project = "team-shop") =>
        AppRoutes.Open(Sandbox.Context.Get<Portal.Sandbox.World.ITokenAuthority>().FindProject(project)!.Value.Id, "11111111-2222-3333-4444-555555555555", app, path);
}

/// <summary>Lets those in who may, to a program by its address.</summary>
internal sealed class DirectGateway : IAppGateway, IDisposable
{
    private readonly HttpMessageInvoker http;

    public DirectGateway() => http = new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = async (_, stop) =>
        {
            if (Trouble is { } trouble)
            {
                throw trouble;
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, To!.Port), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public Uri? To { get; set; }

    public Exception? Trouble { get; set; }

    public Task<bool> EnterAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken) => IsInstalledAsync(scope, clusterId, app, cancellationToken);

    public Task<bool> IsInstalledAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        scope.Demand(AppRights.Needed(app));
        return Task.FromResult(true);
    }

    public async Task<AppWay> OpenAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken)
    {
        await IsInstalledAsync(scope, clusterId, app, cancellationToken);
        return new AppWay(http, null);
    }

    public void Refuse(Scope scope, string clusterId, ClusterApp app)
    {
    }

    public void Dispose() => http.Dispose();
}

/// <summary>What the portal has written: its log as configured, and the traces of the framework.</summary>
internal sealed class WrittenLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ActivityListener listener;

    public WrittenLog()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Portal" || source.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => lines.Enqueue($"trace {activity.Source.Name} {activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(t => $"{t.Key}={t.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
    }

    public IReadOnlyList<string> Lines => [.. lines];

    public ILogger CreateLogger(string categoryName) => new Named(categoryName, lines);

    public void Dispose() => listener.Dispose();

    private sealed class Named(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category} {formatter(state, exception)} {exception}");
    }
}
