using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portal.Sandbox.Faults;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Hosting;

/// <summary>A running sandbox: all services listening, its clock ticking, its world kept.</summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly List<(ISandboxService Service, WebApplication App)> services = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim tick = new(1, 1);
    private readonly SandboxStore store;
    private Task? loop;

    private SandboxHost(SandboxContext context)
    {
        Context = context;
        store = new SandboxStore(context.Options);
    }

    /// <summary>Gets what the services share.</summary>
    public SandboxContext Context { get; }

    /// <summary>Starts every service and seeds the world.</summary>
    /// <exception cref="IOException">A port is in use; the message names the option.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var context = new SandboxContext(options);
        context.Declarations = options.World is { } file
            ? await WorldFile.ReadAsync(file, cancellationToken)
            : WorldFile.Demo(options);

        var host = new SandboxHost(context);
        try
        {
            foreach (var service in SandboxServices.All(context))
            {
                await host.ListenAsync(service, cancellationToken);
            }

            var saved = await host.store.LoadAsync(context.Addresses, cancellationToken);
            foreach (var (service, _) in host.services)
            {
                await service.SeedAsync(saved?[service.Name], cancellationToken);
            }
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        host.loop = host.RunAsync();
        return host;
    }

    /// <summary>Lets simulated time pass at once, in small steps, so that everything due in it has happened afterwards.</summary>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromSeconds(Math.Max(1, by.TotalSeconds / 500));
        for (var left = by; left > TimeSpan.Zero; left -= step)
        {
            Context.Clock.Advance(left < step ? left : step);
            await TickAsync(cancellationToken);
        }
    }

    /// <summary>Keeps the world now.</summary>
    public Task SaveAsync(CancellationToken cancellationToken) => store.SaveAsync(State(), Context.Addresses, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();

        // A start that failed has no world yet, or half of one: keeping that would overwrite yesterday's.
        if (loop is not null)
        {
            await loop;
            await store.SaveAsync(State(), Context.Addresses, CancellationToken.None);
        }

        foreach (var (service, app) in Enumerable.Reverse(services))
        {
            await service.StopAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await app.StopAsync(patience.Token);
            await app.DisposeAsync();
        }

        stopping.Dispose();
        tick.Dispose();
    }

    private JsonObject State()
    {
        var state = new JsonObject();
        foreach (var (service, _) in services)
        {
            if (service.Save() is { } saved)
            {
                state[service.Name] = saved;
            }
        }

        return state;
    }

    private WebApplicationBuilder Builder(ISandboxService service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);

        // A service that cannot start is told in one sentence by whoever started it, not in a stack trace before that.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.AddSingleton(Context);
        builder.Services.AddSingleton(this);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = true;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (var endpoint in service.Endpoints)
            {
                kestrel.Listen(IPAddress.Loopback, PortOf(endpoint), listen => listen.Protocols = HttpProtocols.Http1);
            }

            if (service.Endpoints.Count == 0)
            {
                // A service with listeners of its own; without this Kestrel would take its default port.
                kestrel.Listen(IPAddress.Loopback, 0);
            }
        });
        return builder;
    }

    private async Task ListenAsync(ISandboxService service, CancellationToken cancellationToken)
    {
        var builder = Builder(service);
        service.Configure(builder);
        var app = builder.Build();
        if (service.Name != "control")
        {
            app.UseFaults(Context, service.Name);
        }

        service.Map(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await app.DisposeAsync();
            throw new IOException($"The sandbox's {service.Name} cannot listen ({e.Message.TrimEnd('.')}). Set Sandbox:Ports:{Taken(service, e).Name} to a free port.", e);
        }

        services.Add((service, app));
        var urls = app.Urls.ToList();
        for (var i = 0; i < service.Endpoints.Count; i++)
        {
            Context.SetAddress(service.Endpoints[i].Name, urls[i].Replace("[::]", "127.0.0.1", StringComparison.Ordinal));
        }
    }

    private SandboxEndpoint Taken(ISandboxService service, IOException refused) =>
        service.Endpoints.FirstOrDefault(e => refused.Message.Contains($":{PortOf(e)}", StringComparison.Ordinal)) ?? service.Endpoints[0];

    private int PortOf(SandboxEndpoint endpoint)
    {
        if (endpoint.Name == "control" && Context.Options.Control is { } control)
        {
            return new Uri(control).Port;
        }

        return Context.Options.Ports.TryGetValue(endpoint.Name, out var port) ? port : Context.Options.AnyPorts ? 0 : endpoint.Port;
    }

    private async Task RunAsync()
    {
        var lastSave = DateTimeOffset.UtcNow;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                await TickAsync(stopping.Token);
                if (DateTimeOffset.UtcNow - lastSave > TimeSpan.FromSeconds(5))
                {
                    await TrySaveAsync();
                    lastSave = DateTimeOffset.UtcNow;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task TrySaveAsync()
    {
        try
        {
            await store.SaveAsync(State(), Context.Addresses, stopping.Token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Context.Failures.TryAdd("save: " + e.Message, e.ToString()))
            {
                Console.Error.WriteLine($"The sandbox cannot keep its world: {e.Message} Set Sandbox:Data to a folder that can be written.");
            }
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        await tick.WaitAsync(cancellationToken);
        try
        {
            foreach (var (service, _) in services)
            {
                Tick(service);
            }
        }
        finally
        {
            tick.Release();
        }
    }

    /// <summary>One service that fails must not stop the time of the others; that it failed is said once for each reason.</summary>
    private void Tick(ISandboxService service)
    {
        try
        {
            service.Tick(Context.Clock.Now);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (Context.Failures.TryAdd($"{service.Name}: {e.GetType().Name}: {e.Message}", e.ToString()))
            {
                Console.Error.WriteLine($"The sandbox's {service.Name} failed as time passed: {e}");
            }
        }
    }
}
