using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;

namespace Portal.Sandbox.Harbor;

/// <summary>Harbor v2.0: core and registry behind their front proxy, a scanner adapter's address and one for web hooks.</summary>
internal sealed class HarborService : ISandboxService, IDisposable
{
    private readonly SandboxContext context;
    private readonly HarborServer server;

    public HarborService(SandboxContext context)
    {
        this.context = context;
        server = new HarborServer(context);
    }

    public string Name => "harbor";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new("harbor", 26080), new("scanner", 26880), new("hooks", 26809)];

    public void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app) => app.Run(async http =>
    {
        var port = http.Connection.LocalPort;
        if (port == PortOf("hooks") || port == PortOf("scanner"))
        {
            // Somebody else's server: takes what it is sent.
            http.Response.StatusCode = port == PortOf("hooks") ? 200 : 404;
            return;
        }

        await server.HandleAsync(http);
    });

    public Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        if (saved is not null)
        {
            server.State = saved.Deserialize<HarborState>()!;
            return Task.CompletedTask;
        }

        var world = new HarborWorld(server, context.Options.Password, context.Clock.Now);
        world.Begin();

        // The demo names its backends; a world of Harbor's scenarios is Harbor's alone and begins with a fresh server.
        if (context.Declarations is { } declared && (declared["harbor"] as JsonObject ?? (declared["fresh"] is null ? null : declared)) is { } own)
        {
            world.Declare(own);
        }

        return Task.CompletedTask;
    }

    public JsonNode? Save()
    {
        lock (server.Gate)
        {
            return JsonSerializer.SerializeToNode(server.State);
        }
    }

    public void Tick(DateTimeOffset now)
    {
        lock (server.Gate)
        {
            HarborScans.Tick(server.State, now);
        }
    }

    public Task StopAsync()
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => server.Dispose();

    private int PortOf(string endpoint) => new Uri(context.Address(endpoint)).Port;
}
