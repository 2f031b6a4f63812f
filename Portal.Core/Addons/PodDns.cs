using System.Buffers.Binary;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons;

/// <summary>One question to a name server in a pod: DNS over TCP (RFC 1035, RFC 7766) through the API server's port-forward.</summary>
internal static class PodDns
{
    private const int HeaderLength = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Says whether a name has an IPv4 address.</summary>
    /// <exception cref="BackendException">No pod is ready, or none answers.</exception>
    public static async Task<bool> ResolvesAsync(IKubernetesApi api, string inNamespace, AddonRequest question, CancellationToken cancellationToken)
    {
        var pod = await PodHttp.PodAsync(api, inNamespace, question, cancellationToken).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var stream = await api.ConnectAsync(inNamespace, pod, question.Port, patience.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(Question(question.Path), patience.Token).ConfigureAwait(false);
                return HasAddress(await AnswerAsync(stream, patience.Token).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BackendException("kubernetes", PodHttp.Operation(question), e is IOException ? BackendFailure.Unreachable : BackendFailure.Timeout, inner: e);
        }
    }

    /// <summary>Gives the packet with its length before it: one question, type A, class IN, recursion desired.</summary>
    internal static byte[] Question(string name)
    {
        using var packet = new MemoryStream();
        packet.Write([0, 0, 0x43, 0x50, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            packet.WriteByte((byte)label.Length);
            packet.Write(Encoding.ASCII.GetBytes(label));
        }

        packet.Write([0, 0, 1, 0, 1]);
        var bytes = packet.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(bytes.Length - 2));
        return bytes;
    }

    /// <summary>Says whether an answer (without its length) is without error and has records.</summary>
    internal static bool HasAddress(ReadOnlySpan<byte> answer) =>
        answer.Length > HeaderLength && (answer[2] & 0x80) != 0 && (answer[3] & 0x0f) == 0 && BinaryPrimitives.ReadUInt16BigEndian(answer[6..]) > 0;

    private static async Task<byte[]> AnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
        return answer;
    }
}
