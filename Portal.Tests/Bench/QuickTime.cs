namespace Portal.Tests.Bench;

/// <summary>Timers that run so many times faster.</summary>
internal sealed class QuickTime(int times) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime / times, period == Timeout.InfiniteTimeSpan ? period : period / times);
}
