using System.Net;
using System.Net.Sockets;
using System.Text;
using Portal.Tests.Support;

namespace Portal.Tests.Apps;

/// <summary>A browser as far as HTTP goes that takes every name below localhost for this machine, and follows redirects only when told to.</summary>
internal sealed class AppBrowser : IDisposable
{
    private readonly CookieContainer cookies = new();
    private readonly HttpClient following;
    private readonly HttpClient staying;
    private readonly Uri portal;

    public AppBrowser(string url)
    {
        portal = new Uri(url);
        following = Client(true);
        staying = Client(false);
    }

    /// <summary>Signs in at the portal.</summary>
    public async Task SignInAsync(string user)
    {
        using var page = await following.GetAsync(new Uri(portal, "/projects"));
        using var form = new FormUrlEncodedContent([new("login", user), new("password", "labpass")]);
        using var done = await following.PostAsync(page.RequestMessage!.RequestUri, form);
        Assert.True(done.IsSuccessStatusCode, done.StatusCode.ToString());
    }

    public async Task SignOutAsync()
    {
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await following.GetStringAsync(new Uri(portal, AntiforgeryForTests.Path)))]);
        using var done = await following.PostAsync(new Uri(portal, "/sign-out"), form);
    }

    /// <summary>Asks once.</summary>
    public async Task<HttpResponseMessage> GetAsync(string address, params (string Name, string Value)[] headers) => await SendAsync(HttpMethod.Get, address, headers);

    /// <summary>Asks once.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, params (string Name, string Value)[] headers) => SendAsync(method, address, null, headers);

    /// <summary>Asks once, with a body.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(portal, "/").AbsoluteUri.TrimEnd('/') is var own && address[0] == '/' ? own + address : address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Content = method == HttpMethod.Post ? content ?? new StringContent("{}") : null;
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await staying.SendAsync(request);
    }

    /// <summary>Opens a program from the portal; gives the address that begins on its host.</summary>
    public async Task<string> BeginAsync(string way)
    {
        using var opened = await GetAsync(way);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        Assert.Contains("/.portal/begin?way=", opened.Headers.Location!.OriginalString, StringComparison.Ordinal);
        return opened.Headers.Location.OriginalString;
    }

    /// <summary>Follows that to the portal and back; gives the answer that leads to the program's host with a code.</summary>
    public async Task<HttpResponseMessage> CodeAsync(string begin)
    {
        using var begun = await GetAsync(begin);
        Assert.Equal(HttpStatusCode.Redirect, begun.StatusCode);
        Assert.Equal(portal.GetLeftPart(UriPartial.Authority), begun.Headers.Location!.GetLeftPart(UriPartial.Authority));
        return await GetAsync(begun.Headers.Location.OriginalString);
    }

    /// <summary>Opens a program from the portal as far as the code.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string way) => await CodeAsync(await BeginAsync(way));

    /// <summary>Opens a program from the portal and enters; gives its host's origin.</summary>
    public async Task<string> EnterAsync(string way)
    {
        using var opened = await OpenAsync(way);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        using var entered = await GetAsync(opened.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        return opened.Headers.Location.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>Posts what is written here, byte for byte, to an address of a program's host; gives the whole answer. No browser's haste can cut it off.</summary>
    public async Task<string> PostRawAsync(string address, string header, byte[] body)
    {
        var uri = new Uri(address);
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, uri.Port);
        await using var stream = connection.GetStream();
        var head = $"POST {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nAccept: text/html\r\nCookie: {cookies.GetCookieHeader(uri)}\r\n{header}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(body);
        using var text = new StreamReader(stream);
        return await text.ReadToEndAsync();
    }

    public void Dispose()
    {
        following.Dispose();
        staying.Dispose();
    }

    private HttpClient Client(bool follows) => new(new SocketsHttpHandler
    {
        CookieContainer = cookies,
        AllowAutoRedirect = follows,
        ConnectCallback = async (context, stop) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };
}
