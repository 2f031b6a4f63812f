using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Portal.Sandbox.Hosting;

namespace Portal.Tests.Registry;

/// <summary>A sandbox of its own whose Harbor has other settings.</summary>
internal sealed class RunningHarbor(SandboxHost host) : IAsyncDisposable
{
    public string Url => host.Context.Address("harbor");

    public SandboxHost Host => host;

    public static async Task<RunningHarbor> StartAsync(params (string Name, object Value)[] configuration)
    {
        var running = new RunningHarbor(await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true }, CancellationToken.None));
        await running.ConfigureAsync(configuration);
        return running;
    }

    public async Task ConfigureAsync(params (string Name, object Value)[] configuration)
    {
        if (configuration.Length > 0)
        {
            using var http = Http();
            using var response = await http.PutAsJsonAsync("/api/v2.0/configurations", configuration.ToDictionary(c => c.Name, c => c.Value));
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>A plain client in somebody's name, for what the portal does not do.</summary>
    public HttpClient Http(string user = "admin", string password = "labpass") => Http(Url, user, password);

    public static HttpClient Http(string url, string user, string password) => new(new SocketsHttpHandler { UseCookies = false })
    {
        BaseAddress = new Uri(url),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password))) },
    };

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
