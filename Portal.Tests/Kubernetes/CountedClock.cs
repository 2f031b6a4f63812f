using Microsoft.Extensions.Time.Testing;

namespace Portal.Tests.Kubernetes;

/// <summary>
/// A clock that stands, and knows how many wait for it: a test moves it on when everything that runs has come to where it waits,
/// so that nothing depends on how long the way there took.
/// </summary>
internal sealed class CountedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Lock door = new();
    private int waiting;
    private TaskCompletionSource? awaited;

    /// <summary>Waits until a timer is armed.</summary>
    public Task WaitedForAsync()
    {
        lock (door)
        {
            awaited = waiting > 0 ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return awaited?.Task.WaitAsync(Patience) ?? Task.CompletedTask;
        }
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Inner = base.CreateTimer(_ => timer.Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Only such as ring once; nothing here uses another.</summary>
    private sealed class Timer(CountedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool isArmed;

        public ITimer Inner { get; set; } = null!;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            Set(dueTime != Timeout.InfiniteTimeSpan);
            return Inner.Change(dueTime, period);
        }

        public void Ring()
        {
            Set(false);
            callback(state);
        }

        public void Dispose()
        {
            Set(false);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(bool armed)
        {
            lock (clock.door)
            {
                clock.waiting += (armed ? 1 : 0) - (isArmed ? 1 : 0);
                isArmed = armed;
                if (clock.waiting > 0)
                {
                    clock.awaited?.TrySetResult();
                }
            }
        }
    }
}
