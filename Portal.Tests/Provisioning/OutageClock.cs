using Microsoft.Extensions.Time.Testing;
using Portal.Sandbox.Hosting;

namespace Portal.Tests.Provisioning;

/// <summary>
/// The time of a portal and its sandbox, which runs as fast as the test lets it: timers go with it. The portal's may be
/// off from the sandbox's by a skew.
/// </summary>
internal sealed class OutageClock : TimeProvider
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(25);
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private long skew;

    /// <summary>Gets or sets how far the portal's clock is ahead of the backends'.</summary>
    public TimeSpan Skew
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref skew));
        set => Interlocked.Exchange(ref skew, value.Ticks);
    }

    /// <summary>Gets the time that both share.</summary>
    public DateTimeOffset Shared => time.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Skew;

    public override long GetTimestamp() => time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

    /// <summary>Lets time pass until cancelled; <paramref name="rate"/> says how much faster than real.</summary>
    public async Task RunAsync(SandboxHost sandbox, Func<double> rate, Action beat, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                time.Advance(Beat * rate());
                var behind = time.GetUtcNow() - sandbox.Context.Clock.Now;
                if (behind > TimeSpan.Zero)
                {
                    await sandbox.AdvanceAsync(behind, cancellationToken);
                }

                beat();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
