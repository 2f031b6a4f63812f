using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Portal.Sandbox.Kubernetes.Streams.Spdy;

/// <summary>Header blocks of one SPDY/3.1 connection: names and values with their lengths, through zlib, whose state lives as long as the connection.</summary>
internal sealed class SpdyHeaders : IDisposable
{
    private const int Longest = 64 * 1024;

    // SPDY/3, section 2.6.10.1: what the other side's compressor knows beforehand.
    private const string Words = "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization "
        + "cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag "
        + "expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
        + "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning "
        + "www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin";

    private const string Text = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information"
        + "204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
        + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,"
        + "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    private static readonly byte[] Dictionary =
    [
        .. Words.Split(' ').Select(w => w.Replace('_', ' ')).SelectMany(w => (byte[])[.. Number(w.Length), .. Encoding.ASCII.GetBytes(w)]), .. Encoding.ASCII.GetBytes(Text),
    ];

    private readonly Feed feed = new();
    private readonly DeflateStream inflate;
    private readonly MemoryStream written = new();
    private readonly ZLibStream deflate;
    private bool begun;

    public SpdyHeaders()
    {
        inflate = new DeflateStream(feed, CompressionMode.Decompress);
        deflate = new ZLibStream(written, CompressionLevel.Fastest);
    }

    /// <summary>Reads the next block.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        if (!begun)
        {
            block = Begin(block);
        }

        feed.Add(block);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var left = ReadNumber(); left > 0; left--)
        {
            var name = ReadText();
            headers[name] = ReadText();
        }

        return headers;
    }

    /// <summary>Writes a block without headers: the only one that a pod's streams are answered with.</summary>
    public byte[] WriteNone()
    {
        written.SetLength(0);
        deflate.Write(Number(0));
        deflate.Flush();
        return written.ToArray();
    }

    public void Dispose()
    {
        inflate.Dispose();
        deflate.Dispose();
        feed.Dispose();
        written.Dispose();
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    // The platform's zlib takes no dictionary. A stored block with its bytes before the other side's first block has the same effect: they are the window.
    private ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> block)
    {
        begun = true;
        if (block.Length < 6)
        {
            throw new InvalidDataException("no zlib header");
        }

        var known = (block[1] & 0x20) != 0;
        if (known)
        {
            feed.Add([0, (byte)Dictionary.Length, (byte)(Dictionary.Length >> 8), (byte)~Dictionary.Length, (byte)(~Dictionary.Length >> 8), .. Dictionary]);
            inflate.ReadExactly(new byte[Dictionary.Length]);
        }

        return block[(known ? 6 : 2)..];
    }

    private int ReadNumber()
    {
        Span<byte> bytes = stackalloc byte[4];
        Exactly(bytes);
        var number = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return number is >= 0 and <= Longest ? number : throw new InvalidDataException("a header block that is too long");
    }

    private string ReadText()
    {
        var bytes = new byte[ReadNumber()];
        Exactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private void Exactly(Span<byte> bytes)
    {
        try
        {
            inflate.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("a header block that ends too early", e);
        }
    }

    /// <summary>What was added and not yet read.</summary>
    private sealed class Feed : Stream
    {
        private readonly Queue<byte[]> blocks = new();
        private int read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Add(ReadOnlySpan<byte> block) => blocks.Enqueue(block.ToArray());

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (!blocks.TryPeek(out var block))
            {
                return 0;
            }

            var taken = Math.Min(count, block.Length - read);
            block.AsSpan(read, taken).CopyTo(buffer.AsSpan(offset));
            read += taken;
            if (read == block.Length)
            {
                blocks.Dequeue();
                read = 0;
            }

            return taken;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
