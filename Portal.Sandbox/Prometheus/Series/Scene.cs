using Portal.Sandbox.Kubernetes;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What a cluster is and was, for the exporters to measure. It holds until something changes.</summary>
internal sealed class Scene
{
    private readonly ClusterHistory history;

    private Scene(ClusterHistory history)
    {
        this.history = history;
        Version = history.Version;
        Pods = [.. history.Lives("pods").Select(l => PodLife.Of(l))];
        var byNode = Pods.ToLookup(p => p.Node, StringComparer.Ordinal);
        Nodes = [.. history.Lives("nodes").Select(l => new NodeLife(l, [.. byNode[l.Last.Name]]))];
    }

    public long Version { get; }

    public IReadOnlyList<PodLife> Pods { get; }

    public IReadOnlyList<NodeLife> Nodes { get; }

    /// <summary>Gives the scene of a cluster as it is now; the one before when nothing has changed.</summary>
    public static Scene Of(KubeCluster cluster, Scene? before)
    {
        lock (cluster.Store.Gate)
        {
            var history = ClusterHistory.Of(cluster);
            _ = history.Lives("nodes");
            return before is not null && before.Version == history.Version ? before : new Scene(history);
        }
    }

    /// <summary>Gives the lives of another kind.</summary>
    public IReadOnlyList<Life> Lives(string storage) => history.Lives(storage);
}
