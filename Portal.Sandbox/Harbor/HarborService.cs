using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;

namespace Portal.Sandbox.Harbor;

/// <summary>Harbor v2.0: core and registry behind their front proxy, a scanner adapter's address and one for web hooks.</summary>
internal sealed class HarborService : ISandboxService, IAsyncDisposable
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
            await ElseAsync(http, isHook: port == PortOf("hooks"));
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
            HarborScans.Tick(server, now);
        }
    }

    public Task StopAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>Somebody else's servers: one takes what it is sent, one is the adapter that scans.</summary>
    private static async Task ElseAsync(HttpContext http, bool isHook)
    {
        var isMetadata = !isHook && http.Request.Path == "/api/v1/metadata";
        http.Response.StatusCode = isHook || isMetadata ? 200 : 404;
        if (isMetadata)
        {
            http.Response.ContentType = "application/vnd.scanner.adapter.metadata+json; version=1.0";
            await http.Response.Body.WriteAsync(ScannerEndpoints.Describe().Bytes(), http.RequestAborted);
        }
    }

    private int PortOf(string endpoint) => new Uri(context.Address(endpoint)).Port;
}
