using Microsoft.AspNetCore.Http;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>Stands before a Harbor: sees every call, may do something first, and may answer otherwise.</summary>
internal sealed class HarborProxy : IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false });
    private readonly string harbor;
    private SmallServer server = null!;

    private HarborProxy(string harbor) => this.harbor = harbor;

    public string Url => server.Url;

    /// <summary>Gets or sets what happens before a call goes on.</summary>
    public Func<HttpRequest, Task>? Before { get; set; }

    /// <summary>Gets or sets what the answer becomes: of the call, its body and Harbor's status and answer.</summary>
    public Func<HttpRequest, string, int, string, (int Status, string Body)>? Answer { get; set; }

    public static async Task<HarborProxy> StartAsync(string harbor)
    {
        var proxy = new HarborProxy(harbor);
        proxy.server = await SmallServer.StartAsync(proxy.PassAsync);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        var request = context.Request;
        if (Before is { } before)
        {
            await before(request);
        }

        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        using var on = new HttpRequestMessage(new HttpMethod(request.Method), harbor + request.Path.ToUriComponent() + request.QueryString);
        foreach (var name in (string[])["Authorization", "X-Is-Resource-Name"])
        {
            on.Headers.TryAddWithoutValidation(name, request.Headers[name].ToString());
        }

        if (body.Length > 0)
        {
            on.Content = new StringContent(body, null, "application/json");
        }

        using var answer = await http.SendAsync(on, context.RequestAborted);
        var (status, text) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(context.RequestAborted));
        (status, text) = Answer?.Invoke(request, body, status, text) ?? (status, text);
        await SmallServer.JsonAsync(context, status, text);
    }
}
