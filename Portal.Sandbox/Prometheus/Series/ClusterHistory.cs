using System.Runtime.CompilerServices;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>One version of an object and since when it was so (milliseconds).</summary>
internal sealed record Moment(long From, StoredObject Object);

/// <summary>What has become of one object.</summary>
internal sealed class Life(string storage, long begun)
{
    private readonly List<Moment> moments = [];

    public string Storage { get; } = storage;

    /// <summary>Gets when the object was made (milliseconds).</summary>
    public long Begun { get; } = begun;

    /// <summary>Gets when it went, or <see cref="long.MaxValue"/>.</summary>
    public long Ended { get; internal set; } = long.MaxValue;

    public IReadOnlyList<Moment> Moments => moments;

    public StoredObject Last => moments[^1].Object;

    /// <summary>Gets a number that grows with every change of the object.</summary>
    public int Version { get; private set; }

    /// <summary>Gets or sets what was made of it, with the version it was made of.</summary>
    internal (int Version, long Ended, object View)? Made { get; set; }

    internal void Add(long from, StoredObject now, int kept)
    {
        moments.Add(new Moment(moments.Count == 0 ? Begun : Math.Max(from, moments[^1].From), now));
        Version++;
        if (moments.Count > kept)
        {
            moments.RemoveAt(1);
        }
    }
}

/// <summary>What the objects of a cluster were at every time of the last day: not samples, only what changed and when. It is kept from the cluster's start on.</summary>
internal sealed class ClusterHistory
{
    private const int Kept = 600;
    private const long Remembered = 26L * 3_600_000;
    private static readonly ConditionalWeakTable<KubeCluster, ClusterHistory> Known = [];
    private static readonly HashSet<string> Storages = new(StringComparer.Ordinal)
    {
        "pods", "nodes", "persistentvolumeclaims", "resourcequotas", "deployments.apps", "statefulsets.apps", "daemonsets.apps", "replicasets.apps", "jobs.batch", "ingresses.networking.k8s.io", "services",
    };

    private readonly KubeCluster cluster;
    private readonly Dictionary<string, Life> lives = new(StringComparer.Ordinal);

    private ClusterHistory(KubeCluster cluster)
    {
        this.cluster = cluster;
        cluster.Store.Changed += Note;
    }

    /// <summary>Gets a number that grows with every change.</summary>
    public long Version { get; private set; }

    /// <summary>Gives the history of a cluster; the first call begins it.</summary>
    public static ClusterHistory Of(KubeCluster cluster) => Known.GetValue(cluster, c => new ClusterHistory(c));

    /// <summary>Gives the lives of a kind, with those that ended in the last day.</summary>
    public IReadOnlyList<Life> Lives(string storage)
    {
        lock (cluster.Store.Gate)
        {
            // What was there before the history began (a world kept over a restart) is taken as it is.
            foreach (var item in cluster.Store.List(storage))
            {
                if (!lives.ContainsKey(item.Uid))
                {
                    Take(storage, item, Begun(item));
                }
            }

            return [.. lives.Values.Where(l => l.Storage == storage)];
        }
    }

    private static long Begun(StoredObject item) => (KubeTime.Parse(item.Body.At("metadata.creationTimestamp")) ?? DateTimeOffset.UnixEpoch).ToUnixTimeMilliseconds();

    private void Note(Change change)
    {
        if (!Storages.Contains(change.Storage))
        {
            return;
        }

        var now = cluster.Now.ToUnixTimeMilliseconds();
        if (change.Type == "DELETED")
        {
            if (lives.TryGetValue(change.Object.Uid, out var life))
            {
                life.Ended = Math.Max(now, life.Begun);
                Version++;
            }

            Forget(now);
        }
        else if (change.Before is null || Matters(change))
        {
            Take(change.Storage, change.Object, now);
        }
    }

    private static bool Matters(Change change) => !JsonPaths.Same(change.Before!.Body["status"], change.Object.Body["status"]) || !JsonPaths.Same(change.Before.Body["spec"], change.Object.Body["spec"]) || change.Before.Labels.Count != change.Object.Labels.Count;

    private void Take(string storage, StoredObject item, long now)
    {
        if (!lives.TryGetValue(item.Uid, out var life))
        {
            lives[item.Uid] = life = new Life(storage, Math.Min(now, Begun(item)));
        }

        life.Add(now, item, Kept);
        Version++;
    }

    private void Forget(long now)
    {
        if (Version % 64 == 0)
        {
            foreach (var uid in lives.Where(l => l.Value.Ended < now - Remembered).Select(l => l.Key).ToList())
            {
                lives.Remove(uid);
            }
        }
    }
}
