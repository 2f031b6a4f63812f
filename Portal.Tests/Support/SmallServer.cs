using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portal.Tests.Support;

/// <summary>A real HTTP server on a port of its own that answers as a test says, and remembers what it was asked.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly List<string> asked = [];

    private SmallServer(WebApplication app) => this.app = app;

    /// <summary>Gets the base address, without a slash at the end.</summary>
    public string Url => app.Urls.First().TrimEnd('/');

    /// <summary>Gets what was asked: <c>GET /path?query</c>.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (gate)
            {
                return [.. asked];
            }
        }
    }

    public static async Task<SmallServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SmallServer(app);
        app.Run(http =>
        {
            lock (server.gate)
            {
                server.asked.Add($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
            }

            return answer(http);
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers with JSON.</summary>
    public static async Task JsonAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
    }
}
