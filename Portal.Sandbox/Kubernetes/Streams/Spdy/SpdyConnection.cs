using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Portal.Sandbox.Kubernetes.Streams.Spdy;

/// <summary>
/// The server's side of SPDY/3.1, as far as clients of the API server use it: they open streams, both sides send data and end theirs.
/// There is no flow control, as in the library that the real ones use.
/// </summary>
internal sealed class SpdyConnection(Stream wire) : IDisposable
{
    private const int LongestFrame = 1024 * 1024;
    private const byte Fin = 1;
    private readonly Dictionary<int, SpdyStream> streams = [];
    private readonly Channel<SpdyStream> opened = Channel.CreateUnbounded<SpdyStream>();
    private readonly SpdyHeaders headers = new();
    private readonly SemaphoreSlim sending = new(1, 1);

    private enum Frame
    {
        SynStream = 1,
        SynReply = 2,
        RstStream = 3,
        Ping = 6,
    }

    /// <summary>Gets the streams that the client opens; ends with the connection.</summary>
    public ChannelReader<SpdyStream> Opened => opened.Reader;

    /// <summary>Reads until the client goes.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var head = new byte[8];
        try
        {
            while (await wire.ReadAtLeastAsync(head, 8, throwOnEndOfStream: false, cancellationToken) == 8)
            {
                var body = new byte[Math.Min(LongestFrame, (head[5] << 16) | (head[6] << 8) | head[7])];
                await wire.ReadExactlyAsync(body, cancellationToken);
                await ((head[0] & 0x80) != 0 ? ControlAsync((Frame)BinaryPrimitives.ReadInt16BigEndian(head.AsSpan(2)), head[4], body, cancellationToken) : DataAsync(Id(head), head[4], body, cancellationToken));
            }
        }
        finally
        {
            opened.Writer.TryComplete();
            foreach (var stream in streams.Values)
            {
                await stream.Received.CompleteAsync();
            }
        }
    }

    public void Dispose()
    {
        headers.Dispose();
        sending.Dispose();
    }

    /// <summary>Sends data of a stream; an end without data is an empty frame.</summary>
    public async Task SendAsync(int stream, ReadOnlyMemory<byte> data, bool end, CancellationToken cancellationToken)
    {
        const int Piece = 32 * 1024;
        for (var at = 0; at == 0 || at < data.Length; at += Piece)
        {
            var part = data.Slice(at, Math.Min(Piece, data.Length - at));
            var frame = new byte[8 + part.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, stream);
            Length(frame, end && at + Piece >= data.Length ? Fin : (byte)0, part.Length);
            part.CopyTo(frame.AsMemory(8));
            await WriteAsync(frame, cancellationToken);
        }
    }

    private static int Id(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes) & int.MaxValue;

    private static void Length(byte[] frame, byte flags, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), length);
        frame[4] = flags;
    }

    private async Task ControlAsync(Frame type, byte flags, byte[] body, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case Frame.SynStream when body.Length > 10:
                var stream = new SpdyStream(this, Id(body), headers.Read(body.AsSpan(10)));
                streams[stream.Id] = stream;
                await ControlAsync(Frame.SynReply, [.. body[..4], .. headers.WriteNone()], cancellationToken);
                opened.Writer.TryWrite(stream);
                await EndIfAsync(stream, flags);
                break;
            case Frame.RstStream when body.Length >= 4 && streams.Remove(Id(body), out var gone):
                await gone.Received.CompleteAsync();
                break;
            case Frame.Ping:
                await ControlAsync(Frame.Ping, body, cancellationToken);
                break;
            default:
                break;
        }
    }

    private Task ControlAsync(Frame type, byte[] body, CancellationToken cancellationToken)
    {
        byte[] frame = [0x80, 3, 0, (byte)type, 0, 0, 0, 0, .. body];
        Length(frame, 0, body.Length);
        return WriteAsync(frame, cancellationToken);
    }

    private async Task DataAsync(int id, byte flags, byte[] body, CancellationToken cancellationToken)
    {
        if (streams.TryGetValue(id, out var stream))
        {
            await stream.Received.WriteAsync(body, cancellationToken);
            await EndIfAsync(stream, flags);
        }
    }

    private static async Task EndIfAsync(SpdyStream stream, byte flags)
    {
        if ((flags & Fin) != 0)
        {
            await stream.Received.CompleteAsync();
        }
    }

    private async Task WriteAsync(byte[] frame, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            await wire.WriteAsync(frame, cancellationToken);
            await wire.FlushAsync(cancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }
}

/// <summary>One stream of a connection.</summary>
internal sealed class SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
{
    private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 4 * 1024 * 1024));

    public int Id => id;

    /// <summary>Gets the headers it was opened with.</summary>
    public IReadOnlyDictionary<string, string> Headers => headers;

    /// <summary>Gets what the client sends.</summary>
    public Stream Input => pipe.Reader.AsStream();

    /// <summary>Gets where the connection puts what it receives.</summary>
    public PipeWriter Received => pipe.Writer;

    public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        data.Length == 0 ? Task.CompletedTask : connection.SendAsync(id, data, end: false, cancellationToken);

    /// <summary>Sends the last data and ends this side.</summary>
    public Task EndAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => connection.SendAsync(id, data, end: true, cancellationToken);
}
