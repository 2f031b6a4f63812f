using System.Diagnostics;

namespace Portal.Sandbox.Faults;

/// <summary>Passes on what is written for a while, then swallows it.</summary>
internal sealed class StallingStream(Stream inner, TimeSpan after) : Stream
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private bool hasBegun;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private bool IsStalled => clock.Elapsed >= after;

    public override void Flush() => throw new NotSupportedException();

    // The first flush carries the headers: what is stalled was open.
    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        var passes = !IsStalled || !hasBegun;
        hasBegun = true;
        return passes ? inner.FlushAsync(cancellationToken) : Task.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        IsStalled ? ValueTask.CompletedTask : inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
