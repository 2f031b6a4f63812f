using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portal.Tests.Lab;

/// <summary>An HTTP proxy that knows CONNECT alone, as a site has one before the private networks of its clusters. Where it leads, the test says.</summary>
internal sealed class ConnectProxy : IDisposable
{
    private readonly TcpListener listener;
    private readonly ConcurrentDictionary<string, IPEndPoint> routes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();

    private ConnectProxy(TcpListener listener) => this.listener = listener;

    /// <summary>Gets its address.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Gets what was asked for, as <c>10.0.0.5:6443</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public static ConnectProxy Start()
    {
        var proxy = new ConnectProxy(new TcpListener(IPAddress.Loopback, 0));
        proxy.listener.Start();
        _ = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>Leads an address to another one from now on.</summary>
    public void Lead(Uri from, Uri to) => routes[$"{from.Host}:{from.Port}"] = new IPEndPoint(IPAddress.Parse(to.Host), to.Port);

    public void Dispose()
    {
        stopping.Cancel();
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var target = await ReadTargetAsync(stream);
                Asked.Enqueue(target);
                if (!routes.TryGetValue(target, out var address))
                {
                    await AnswerAsync(stream, HttpStatusCode.BadGateway);
                    return;
                }

                using var server = new TcpClient();
                await server.ConnectAsync(address, stopping.Token);
                await AnswerAsync(stream, HttpStatusCode.OK);
                await Task.WhenAny(stream.CopyToAsync(server.GetStream(), stopping.Token), server.GetStream().CopyToAsync(stream, stopping.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side went away.
            }
        }
    }

    private async Task<string> ReadTargetAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && head.Length < 8192 && await stream.ReadAsync(one, stopping.Token) == 1)
        {
            head.Append((char)one[0]);
        }

        var words = head.ToString().Split(' ');
        return words is ["CONNECT", var target, ..] ? target : throw new IOException("Not a CONNECT.");
    }

    private async Task AnswerAsync(NetworkStream stream, HttpStatusCode status) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {(int)status} {status}\r\n\r\n")), stopping.Token);
}
