using System.Buffers.Binary;
using System.Net;
using System.Text;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Programs;

/// <summary>CoreDNS in a pod: knows the services of its cluster, refers nobody anywhere else.</summary>
internal static class NameServer
{
    private const string Suffix = ".svc.cluster.local";

    /// <summary>Answers one packet (RFC 1035).</summary>
    public static byte[] Answer(PodPlace place, byte[] question)
    {
        var (name, end) = Name(question);
        var address = Find(place, name);
        using var packet = new MemoryStream();
        packet.Write(question.AsSpan(0, 2));
        packet.Write([0x85, (byte)(address is null ? 0x83 : 0x80), 0, 1, 0, (byte)(address is null ? 0 : 1), 0, 0, 0, 0]);
        packet.Write(question.AsSpan(12, end - 12));
        if (address is not null)
        {
            packet.Write([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4]);
            packet.Write(address.GetAddressBytes());
        }

        return packet.ToArray();
    }

    private static IPAddress? Find(PodPlace place, string name)
    {
        var parts = name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? name[..^Suffix.Length].Split('.') : [];
        var service = parts is [var service1, var space] ? place.Cluster.Store.Find("services", space, service1) : null;
        return IPAddress.TryParse(service?.Body.Str("spec.clusterIP"), out var address) && address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork ? address : null;
    }

    private static (string Name, int End) Name(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        while (at < question.Length && question[at] > 0)
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
            at += question[at] + 1;
        }

        return (string.Join('.', labels), at + 5);
    }

    /// <summary>Reads a packet with its length before it, as over TCP; null at the end.</summary>
    public static async Task<byte[]?> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        var length = new byte[2];
        if (await input.ReadAtLeastAsync(length, 2, false, cancellationToken) < 2)
        {
            return null;
        }

        var packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await input.ReadExactlyAsync(packet, cancellationToken);
        return packet;
    }

    /// <summary>Puts the length before a packet.</summary>
    public static byte[] Framed(byte[] packet) => [(byte)(packet.Length >> 8), (byte)packet.Length, .. packet];
}
