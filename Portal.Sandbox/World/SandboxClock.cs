namespace Portal.Sandbox.World;

/// <summary>Real time plus what the control API has advanced.</summary>
public sealed class SandboxClock : TimeProvider
{
    private long offsetTicks;

    /// <summary>Gets how far this clock is ahead of the system's.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offsetTicks));

    /// <summary>Gets the simulated time, UTC.</summary>
    public DateTimeOffset Now => GetUtcNow();

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Offset;

    internal void Advance(TimeSpan by) => Interlocked.Add(ref offsetTicks, by.Ticks);
}
