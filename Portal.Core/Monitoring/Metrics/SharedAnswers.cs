using Microsoft.Extensions.Options;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>
/// One question to a cluster's Prometheus for all who ask it: while it is on the way, and for a little while after. Who may ask is
/// decided before. A question that nobody waits for any more is taken back; failures are not kept.
/// </summary>
internal sealed class SharedAnswers(IOptions<MetricsOptions> options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(ClusterKey Cluster, string Question), Entry> entries = [];
    private long kept;

    /// <summary>Gets how many answers and questions are held, and their bytes.</summary>
    public (int Count, long Bytes) Held
    {
        get
        {
            lock (gate)
            {
                return (entries.Count, kept);
            }
        }
    }

    /// <summary>Gives the answer, the one that is there or on its way, or asks.</summary>
    /// <param name="cluster">Which cluster.</param>
    /// <param name="question">Everything that makes the answer what it is.</param>
    /// <param name="ask">Asks; its token is of the question, not of one who waits.</param>
    /// <param name="weigh">The answer's bytes in memory, roughly.</param>
    /// <param name="cancellationToken">Ends this wait.</param>
    public async Task<T> GetAsync<T>(ClusterKey cluster, string question, Func<CancellationToken, Task<T>> ask, Func<T, long> weigh, CancellationToken cancellationToken)
        where T : class
    {
        var key = (cluster, question);
        Entry entry;
        lock (gate)
        {
            Forget();
            if (!entries.TryGetValue(key, out entry!))
            {
                entry = new Entry();
                entries.Add(key, entry);
                var started = entry;
                entry.Answer = Task.Run(async () => (object)await RunAsync(key, started, ask, weigh).ConfigureAwait(false), CancellationToken.None);
            }

            entry.Waiting++;
        }

        try
        {
            return (T)await entry.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(key, entry);
        }
    }

    private async Task<T> RunAsync<T>((ClusterKey Cluster, string Question) key, Entry entry, Func<CancellationToken, Task<T>> ask, Func<T, long> weigh)
    {
        try
        {
            var answer = await ask(entry.Cancelling.Token).ConfigureAwait(false);
            lock (gate)
            {
                entry.Bytes = weigh(answer);
                entry.DoneAt = time.GetTimestamp();
                kept += entries.GetValueOrDefault(key) == entry ? entry.Bytes : 0;
                Forget();
            }

            return answer;
        }
        catch
        {
            lock (gate)
            {
                Remove(key, entry);
            }

            throw;
        }
    }

    private void Leave((ClusterKey Cluster, string Question) key, Entry entry)
    {
        lock (gate)
        {
            if (--entry.Waiting > 0 || entry.Answer.IsCompleted)
            {
                return;
            }

            Remove(key, entry);
        }

        entry.Cancelling.Cancel();
    }

    // Under the gate: what is too old, then the oldest while all together are too much.
    private void Forget()
    {
        var old = entries.Where(e => e.Value.DoneAt is { } done && time.GetElapsedTime(done) >= options.Value.Keep).ToList();
        old.ForEach(e => Remove(e.Key, e.Value));
        var most = options.Value.KeepMegabytes * 1024L * 1024;
        while (kept > most && entries.Where(e => e.Value.DoneAt is not null).OrderBy(e => e.Value.DoneAt).FirstOrDefault() is { Value: not null } oldest)
        {
            Remove(oldest.Key, oldest.Value);
        }
    }

    private void Remove((ClusterKey Cluster, string Question) key, Entry entry)
    {
        if (entries.GetValueOrDefault(key) == entry)
        {
            entries.Remove(key);
            kept -= entry.DoneAt is null ? 0 : entry.Bytes;
        }
    }

    private sealed class Entry
    {
        public CancellationTokenSource Cancelling { get; } = new();

        public Task<object> Answer { get; set; } = null!;

        public int Waiting { get; set; }

        public long? DoneAt { get; set; }

        public long Bytes { get; set; }
    }
}
