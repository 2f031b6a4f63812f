using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes.Watching;

/// <summary>
/// The watches into clusters, each shared by everyone of an access group who looks. One begins with its first viewer and ends
/// some time after its last, so that who changes tabs does not begin it anew.
/// </summary>
internal sealed class KubernetesWatches(IGroupConnector connector, IOptions<KubernetesOptions> options, TimeProvider time, ILogger<KubernetesWatches> logger) : IAsyncDisposable
{
    private readonly Lock door = new();
    private readonly Dictionary<WatchKey, Entry> entries = [];
    private readonly Dictionary<ClusterKey, ClusterPulse> pulses = [];

    /// <summary>Gets how many watches run.</summary>
    public int Count
    {
        get
        {
            lock (door)
            {
                return entries.Count;
            }
        }
    }

    /// <summary>Gives what is known of the objects, then again whenever it changes; endless until cancelled.</summary>
    /// <exception cref="ForbiddenException">The cluster is of another project, or the person may not read.</exception>
    /// <exception cref="BackendException"><see cref="BackendFailure.NotFound"/>: the portal has no identity in this cluster yet. Whatever comes later is told as <see cref="Watched{T}.Silence"/>.</exception>
    public async IAsyncEnumerable<Watched<T>> WatchAsync<T>(Scope scope, ClusterKey cluster, WatchKind<T> kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var group = await connector.EnterAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
        var key = new WatchKey(cluster, kind.Resource, kind.LabelSelector, group);
        var entry = Join(key, kind);
        try
        {
            await foreach (var now in ((KubernetesWatch<T>)entry.Watch).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return now;
            }
        }
        finally
        {
            Leave(key, entry);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Entry[] all;
        lock (door)
        {
            all = [.. entries.Values];
            entries.Clear();
        }

        foreach (var entry in all)
        {
            await entry.EndAsync().ConfigureAwait(false);
        }
    }

    private Entry Join<T>(WatchKey key, WatchKind<T> kind)
    {
        lock (door)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                if (!pulses.TryGetValue(key.Cluster, out var pulse))
                {
                    pulses[key.Cluster] = pulse = new ClusterPulse(options.Value.WatchRetryLimit, time);
                }

                var watch = new KubernetesWatch<T>(key, kind, connector, pulse, options.Value, time, logger);
                var ended = new CancellationTokenSource();
                entries[key] = entry = new Entry(watch, ended, Task.Run(() => watch.RunAsync(ended.Token)));
            }

            entry.Viewers++;
            entry.Linger?.Dispose();
            entry.Linger = null;
            return entry;
        }
    }

    private void Leave(WatchKey key, Entry entry)
    {
        lock (door)
        {
            if (--entry.Viewers == 0)
            {
                entry.Linger = time.CreateTimer(_ => End(key, entry), null, options.Value.WatchLinger, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void End(WatchKey key, Entry entry)
    {
        lock (door)
        {
            if (entry.Viewers > 0 || entries.GetValueOrDefault(key) != entry)
            {
                return;
            }

            entries.Remove(key);
            if (!entries.Keys.Any(k => k.Cluster == key.Cluster))
            {
                pulses.Remove(key.Cluster);
            }
        }

        _ = entry.EndAsync();
    }

    private sealed class Entry(object watch, CancellationTokenSource ended, Task run)
    {
        public object Watch => watch;

        public int Viewers { get; set; }

        public ITimer? Linger { get; set; }

        public async Task EndAsync()
        {
            Linger?.Dispose();
            await ended.CancelAsync().ConfigureAwait(false);
            await run.ConfigureAwait(false);
            ended.Dispose();
        }
    }
}
