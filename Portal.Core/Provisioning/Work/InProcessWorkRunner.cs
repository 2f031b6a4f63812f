using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portal.Core.Provisioning.Work;

/// <summary>
/// Work by key within one process: one at a time per key, a bounded number at once, asked-for-again folded into one more run. Work that throws is
/// logged and run again after 1 s, 2 s, … at most a minute. What waits for a time is memory only: who asks for it keeps the time.
/// </summary>
internal sealed class InProcessWorkRunner : IWorkRunner, IHostedService, IDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);
    private readonly Lock door = new();
    private readonly Dictionary<string, WorkEntry> entries = [];
    private readonly Queue<string> ready = new();
    private readonly PriorityQueue<string, DateTimeOffset> later = new();
    private readonly HashSet<Task> running = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly TimeProvider time;
    private readonly ILogger<InProcessWorkRunner> logger;
    private readonly int max;
    private readonly ITimer timer;
    private List<(string Prefix, Func<string, CancellationToken, Task> Work)> handlers = [];

    public InProcessWorkRunner(ProvisioningOptions options, TimeProvider time, ILogger<InProcessWorkRunner> logger)
    {
        (max, this.time, this.logger) = (options.MaxWork, time, logger);
        timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public void Handle(string prefix, Func<string, CancellationToken, Task> work)
    {
        lock (door)
        {
            handlers = [.. handlers.Where(h => h.Prefix != prefix).Append((Prefix: prefix, Work: work)).OrderByDescending(h => h.Prefix.Length)];
        }
    }

    /// <inheritdoc />
    public Task RunAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (door)
        {
            Work(key);
            Ask(key, Entry(key));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RunAtAsync(string key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (door)
        {
            Work(key);
            Due(key, Entry(key), at);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes nothing more, cancels what runs and waits for it, as long as the host has patience.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        Task[] last;
        lock (door)
        {
            last = [.. running];
        }

        await Task.WhenAll(last).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        timer.Dispose();
        stopping.Dispose();
    }

    private Func<string, CancellationToken, Task> Work(string key) =>
        handlers.Find(h => key.StartsWith(h.Prefix, StringComparison.Ordinal)).Work ?? throw new InvalidOperationException($"Nobody handles work '{key}'.");

    private WorkEntry Entry(string key)
    {
        if (!entries.TryGetValue(key, out var entry))
        {
            entries[key] = entry = new();
        }

        return entry;
    }

    private void Ask(string key, WorkEntry entry)
    {
        entry.DueAt = null;
        if (entry.IsRunning)
        {
            entry.Again = true;
        }
        else if (!entry.IsQueued)
        {
            entry.IsQueued = true;
            ready.Enqueue(key);
            Pump();
        }
    }

    private void Due(string key, WorkEntry entry, DateTimeOffset at)
    {
        if (entry.IsQueued || entry.Again || entry.DueAt <= at)
        {
            return;
        }

        entry.DueAt = at;
        later.Enqueue(key, at);
        SetTimer();
    }

    private void Wake()
    {
        lock (door)
        {
            while (!stopping.IsCancellationRequested && later.TryPeek(out var key, out var at) && at <= time.GetUtcNow())
            {
                later.Dequeue();
                if (entries.TryGetValue(key, out var entry) && entry.DueAt == at)
                {
                    Ask(key, entry);
                }
            }

            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (!stopping.IsCancellationRequested && later.TryPeek(out _, out var at))
        {
            var wait = at - time.GetUtcNow();
            timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < LongestSleep ? wait : LongestSleep, Timeout.InfiniteTimeSpan);
        }
    }

    private void Pump()
    {
        while (running.Count < max && !stopping.IsCancellationRequested && ready.TryDequeue(out var key))
        {
            var entry = entries[key];
            (entry.IsQueued, entry.IsRunning) = (false, true);
            var work = Work(key);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            running.Add(done.Task);
            _ = Task.Run(() => ExecuteAsync(key, entry, work, done));
        }
    }

    private async Task ExecuteAsync(string key, WorkEntry entry, Func<string, CancellationToken, Task> work, TaskCompletionSource done)
    {
        var failed = false;
        try
        {
            await work(key, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It is run again after the next start.
        }
        catch (Exception e)
        {
            failed = true;
            ProvisioningLog.WorkFailed(logger, key, e);
        }

        lock (door)
        {
            running.Remove(done.Task);
            Finish(key, entry, failed);
            Pump();
        }

        done.SetResult();
    }

    private void Finish(string key, WorkEntry entry, bool failed)
    {
        entry.IsRunning = false;
        entry.Failures = failed ? entry.Failures + 1 : 0;
        if (entry.Again && !failed)
        {
            entry.Again = false;
            Ask(key, entry);
        }
        else if (failed)
        {
            entry.Again = false;
            Due(key, entry, time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(entry.Failures - 1, 10)))));
        }

        if (entry.IsIdle)
        {
            entries.Remove(key);
        }
    }
}
