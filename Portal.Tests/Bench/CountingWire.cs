using System.Net;
using System.Net.Sockets;

namespace Portal.Tests.Bench;

/// <summary>A wire to a server that counts what comes back over it: headers, bodies and frames as they are sent, compressed or not.</summary>
internal sealed class CountingWire : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Uri server;
    private long bytes;

    public CountingWire(string server)
    {
        this.server = new Uri(server);
        listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public long Bytes => Interlocked.Read(ref bytes);

    public void Reset() => Interlocked.Exchange(ref bytes, 0);

    public void Dispose()
    {
        end.Cancel();
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                _ = ServeAsync(client, end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using var upstream = new TcpClient();
        using (client)
        {
            try
            {
                await upstream.ConnectAsync(server.Host, server.Port, cancellationToken);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(upstream.GetStream(), cancellationToken),
                    CountAsync(upstream.GetStream(), client.GetStream(), cancellationToken));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side has gone.
            }
        }
    }

    private async Task CountAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            Interlocked.Add(ref bytes, count);
            await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }
}
