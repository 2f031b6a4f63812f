using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Provisioning;
using Portal.Core.Provisioning.Work;
using Portal.Tests.Support;

namespace Portal.Tests.Provisioning;

public sealed class WorkRunnerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly InProcessWorkRunner work;

    public WorkRunnerTests() => work = new(new ProvisioningOptions { MaxWork = 4 }, time, NullLogger<InProcessWorkRunner>.Instance);

    public async ValueTask DisposeAsync()
    {
        await work.StopAsync(new CancellationTokenSource(5000).Token).ContinueWith(_ => { }, TaskScheduler.Default);
        work.Dispose();
    }

    [Fact]
    public async Task Key_AskedForWhileItRuns_RunsOnceMoreAndNeverTwiceAtOnce()
    {
        var (running, most, runs) = (0, 0, 0);
        var gate = new SemaphoreSlim(0);
        work.Handle("a/", async (_, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gate.WaitAsync(token);
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref runs);
        });

        await work.RunAsync("a/1", default);
        await Eventually.TrueAsync(() => running == 1, "runs");
        for (var n = 0; n < 50; n++)
        {
            await work.RunAsync("a/1", default);
        }

        gate.Release(100);
        await Eventually.TrueAsync(() => runs == 2 && running == 0, "ran twice");
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task ManyKeys_RunABoundedNumberAtOnce_AllInTheEnd()
    {
        var (running, most) = (0, 0);
        var done = new ConcurrentBag<string>();
        work.Handle("", async (key, _) =>
        {
            var now = Interlocked.Increment(ref running);
            lock (done)
            {
                most = Math.Max(most, now);
            }

            await Task.Yield();
            Interlocked.Decrement(ref running);
            done.Add(key);
        });

        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => work.RunAsync($"{n}", default)));

        await Eventually.TrueAsync(() => done.Count == 500, "all ran");
        Assert.InRange(most, 1, 4);
        Assert.Equal(500, done.Distinct().Count());
    }

    [Fact]
    public async Task RunAt_EarlierTimeWins_LaterIsForgotten()
    {
        var runs = new ConcurrentQueue<DateTimeOffset>();
        work.Handle("k", (_, _) =>
        {
            runs.Enqueue(time.GetUtcNow());
            return Task.CompletedTask;
        });
        var start = time.GetUtcNow();
        await work.RunAtAsync("k", start.AddSeconds(60), default);
        await work.RunAtAsync("k", start.AddSeconds(10), default);
        await work.RunAtAsync("k", start.AddSeconds(30), default);

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(runs);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => runs.Count == 1, "ran at 10 s");
        time.Advance(TimeSpan.FromSeconds(120));
        await work.RunAtAsync("k", time.GetUtcNow().AddSeconds(5), default);
        time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => runs.Count == 2, "ran again");
        Assert.Equal([start.AddSeconds(10), start.AddSeconds(135)], runs);
    }

    [Fact]
    public async Task RunAt_InThePast_RunsNow()
    {
        var runs = 0;
        work.Handle("k", (_, _) => Task.FromResult(Interlocked.Increment(ref runs)));
        await work.RunAtAsync("k", time.GetUtcNow().AddSeconds(-5), default);
        await Eventually.TrueAsync(() => runs == 1, "ran", () => time.Advance(TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public async Task RunAt_FarAway_IsKept()
    {
        var runs = 0;
        work.Handle("k", (_, _) => Task.FromResult(Interlocked.Increment(ref runs)));
        await work.RunAtAsync("k", time.GetUtcNow().AddDays(200), default);
        for (var day = 0; day < 199; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(0, runs);
        time.Advance(TimeSpan.FromDays(1));
        await Eventually.TrueAsync(() => runs == 1, "ran");
    }

    [Fact]
    public async Task Work_ThatThrows_IsRunAgainLaterAndOthersGoOn()
    {
        var (bad, good) = (0, 0);
        work.Handle("bad", (_, _) => Interlocked.Increment(ref bad) < 3 ? throw new InvalidOperationException("boom") : Task.CompletedTask);
        work.Handle("good", (_, _) => Task.FromResult(Interlocked.Increment(ref good)));
        await work.RunAsync("bad", default);
        await Eventually.TrueAsync(() => bad == 1, "first");
        await work.RunAsync("good", default);
        await Eventually.TrueAsync(() => good == 1, "good");
        await Eventually.TrueAsync(() => bad == 3, "third time", () => time.Advance(TimeSpan.FromMilliseconds(100)));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(3, bad);
    }

    [Fact]
    public async Task LongestPrefix_Wins_AndUnknownIsRefused()
    {
        var seen = new ConcurrentQueue<string>();
        work.Handle("p/", (key, _) => { seen.Enqueue("short " + key); return Task.CompletedTask; });
        work.Handle("p/long/", (key, _) => { seen.Enqueue("long " + key); return Task.CompletedTask; });

        await work.RunAsync("p/long/1", default);

        await Eventually.TrueAsync(() => seen.Contains("long p/long/1"), "ran");
        await Assert.ThrowsAsync<InvalidOperationException>(() => work.RunAsync("other", default));
    }

    [Fact]
    public async Task Stop_CancelsWhatRuns_AndTakesNothingMore()
    {
        var (began, cancelled) = (0, 0);
        work.Handle("k", async (_, token) =>
        {
            Interlocked.Increment(ref began);
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                Interlocked.Increment(ref cancelled);
            }
        });
        await work.RunAsync("k1", default);
        await Eventually.TrueAsync(() => began == 1, "runs");

        await work.StopAsync(default);
        await work.RunAsync("k2", default);

        Assert.Equal((1, 1), (began, cancelled));
    }

    [Fact]
    public async Task Stop_HostHasNoTimeLeft_DoesNotWaitAndDoesNotFail()
    {
        var began = 0;
        var gate = new TaskCompletionSource();
        work.Handle("k", async (_, _) =>
        {
            Interlocked.Increment(ref began);
            await gate.Task;
        });
        await work.RunAsync("k1", default);
        await Eventually.TrueAsync(() => began == 1, "runs");

        await work.StopAsync(new CancellationToken(true));

        Assert.False(gate.Task.IsCompleted);
        gate.SetResult();
    }
}
