namespace Portal.Core.Kubernetes.Watching;

/// <summary>
/// Whether a cluster answers, for all watches of it: while it does not, one of them asks, once in a back-off period, and the
/// others wait for what it hears.
/// </summary>
internal sealed class ClusterPulse(TimeSpan limit, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private readonly Lock door = new();
    private readonly SemaphoreSlim asking = new(1, 1);
    private int failures;
    private DateTimeOffset next;

    /// <summary>Waits until it may be asked. What it gives is disposed when the answer is known.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        if (Wait() is null)
        {
            return null;
        }

        await asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        var turn = new Turn(asking);
        try
        {
            if (Wait() is { } wait)
            {
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                return turn;
            }
        }
        catch (OperationCanceledException)
        {
            turn.Dispose();
            throw;
        }

        turn.Dispose();
        return null;
    }

    /// <summary>Says that it answered.</summary>
    public void Answered()
    {
        lock (door)
        {
            failures = 0;
        }
    }

    /// <summary>Says that it did not.</summary>
    public void Failed()
    {
        lock (door)
        {
            // Several that asked at the same time have one failure between them.
            if (failures == 0 || time.GetUtcNow() >= next)
            {
                failures++;
                next = time.GetUtcNow() + BackOff(failures, limit);
            }
        }
    }

    /// <summary>Gives a pause that doubles up to a limit, with a fifth of chance so that many do not ask at once.</summary>
    public static TimeSpan BackOff(int failures, TimeSpan limit) =>
        TimeSpan.FromSeconds(Math.Min(limit.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Min(failures, 20) - 1))) * (0.8 + (0.4 * Random.Shared.NextDouble()));

    public void Dispose() => asking.Dispose();

    private TimeSpan? Wait()
    {
        lock (door)
        {
            var wait = next - time.GetUtcNow();
            return failures == 0 ? null : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }

    private sealed class Turn(SemaphoreSlim asking) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                asking.Release();
            }
        }
    }
}
