using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Portal.Sandbox.Kubernetes;

/// <summary>Gives every cluster a loopback address of its own; a kept one is kept while it can be bound.</summary>
internal sealed class KubeAddresses
{
    private const int Port = 6443;
    private readonly ConcurrentDictionary<string, string> taken = new(StringComparer.Ordinal);
    private readonly int first = RandomNumberGenerator.GetInt32(1, 255);
    private readonly int second = RandomNumberGenerator.GetInt32(1, 255);
    private readonly Lock gate = new();
    private int next;

    public IReadOnlyDictionary<string, string> All => taken;

    public string Reserve(string clusterId)
    {
        lock (gate)
        {
            if (!taken.TryGetValue(clusterId, out var url))
            {
                url = Free();
                taken[clusterId] = url;
            }

            return url;
        }
    }

    /// <summary>Takes back an address from an earlier run, if nobody else has it now.</summary>
    public void Restore(string clusterId, string url)
    {
        var uri = new Uri(url);
        if (IPAddress.TryParse(uri.Host, out var address) && CanBind(address, uri.Port))
        {
            taken[clusterId] = url;
        }
    }

    public void Set(string clusterId, string url) => taken[clusterId] = url;

    public void Release(string clusterId) => taken.TryRemove(clusterId, out _);

    public static IPEndPoint EndPoint(string url)
    {
        var uri = new Uri(url);
        return new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port);
    }

    private string Free()
    {
        for (var tries = 0; tries < 2000; tries++)
        {
            next++;
            var address = IPAddress.Parse($"127.{first}.{(second + (next / 250)) % 255}.{(next % 250) + 1}");
            if (CanBind(address, Port) && !taken.Values.Contains($"https://{address}:{Port}"))
            {
                return $"https://{address}:{Port}";
            }
        }

        // Not Linux: only 127.0.0.1 can be bound.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static bool CanBind(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
