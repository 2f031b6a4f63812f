using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kibana;

/// <summary>
/// What a site puts before its clusters' Kibanas for people: <c>/UUID/…</c> leads to the Kibana of that cluster.
/// </summary>
internal sealed class KibanaService(SandboxContext context) : ISandboxService
{
    public string Name => "kibana";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [new("kibana", 26561)];

    public void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app) => app.MapGet("/{cluster}/{**rest}", AnswerAsync);

    public Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken) => Task.CompletedTask;

    public JsonNode? Save() => null;

    public void Tick(DateTimeOffset now)
    {
    }

    public Task StopAsync() => Task.CompletedTask;

    private static async Task WriteAsync(HttpContext http, int status, string type, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private Task AnswerAsync(HttpContext http, string cluster, string? rest)
    {
        if ((context.Find<IKubernetesFleet>() as KubernetesService)?.Find(cluster) is not { } kube)
        {
            return WriteAsync(http, 404, "text/plain", "Not Found");
        }

        string? name;
        lock (kube.Store.Gate)
        {
            name = KibanaProgram.ReadyPod(kube)?.Name;
        }

        return name is null ? WriteAsync(http, 503, "text/plain", "Kibana server is not ready yet")
            : DiscoverPage.IsAt("/" + rest) ? WriteAsync(http, 200, "text/html; charset=utf-8", DiscoverPage.Of(name))
            : WriteAsync(http, 404, "application/json", """{"statusCode":404,"error":"Not Found","message":"Not Found"}""");
    }
}
