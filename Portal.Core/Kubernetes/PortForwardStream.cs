using System.Net.WebSockets;
using k8s;

namespace Portal.Core.Kubernetes;

/// <summary>Raw bytes to and from a pod's port, over the channels of a port-forward; an error that the kubelet sends ends it.</summary>
internal sealed class PortForwardStream : Stream
{
    private const byte Data = 0;
    private readonly StreamDemuxer demuxer;
    private readonly Stream data;

    public PortForwardStream(WebSocket socket)
    {
        demuxer = new StreamDemuxer(socket, StreamType.PortForward, ownsSocket: true);
        data = demuxer.GetStream((byte?)Data, (byte?)Data);
        demuxer.Start();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    // The library's stream blocks on reads; a thread of the pool waits for it so that callers do not.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(
            () =>
            {
                var bytes = new byte[buffer.Length];
                var count = data.Read(bytes, 0, bytes.Length);
                bytes.AsMemory(0, count).CopyTo(buffer);
                return count;
            },
            cancellationToken).WaitAsync(cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => data.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(demuxer.Write(Data, buffer.ToArray(), 0, buffer.Length, cancellationToken));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        demuxer.Write(Data, buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => data.Write(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            data.Dispose();
            demuxer.Dispose();
        }

        base.Dispose(disposing);
    }
}
