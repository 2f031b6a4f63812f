using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>One Elasticsearch node in a pod, and what its cluster keeps on its data volumes.</summary>
internal sealed class ElasticsearchNode
{
    /// <summary>Gets the images that are search servers.</summary>
    public static readonly string[] Images = ["elasticsearch", "opensearch"];

    private const string DataFolder = "/usr/share/elasticsearch/data";
    private static readonly TimeSpan ListensAfter = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ElectsAfter = TimeSpan.FromSeconds(14);
    private readonly JsonObject container;
    private readonly IReadOnlyList<StoredObject> peers;

    private ElasticsearchNode(KubeCluster cluster, StoredObject pod, JsonObject container)
    {
        Cluster = cluster;
        Pod = pod;
        this.container = container;
        Flavour = SearchFlavour.Of(Kubernetes.Controllers.Images.ShortName(container.Str("image")), container.Str("image").Split(':')[^1]);
        Environment = PodInside.Environment(cluster, pod, container);
        peers = [.. Peers(cluster, pod).Where(p => Listens(cluster, p))];
        State = peers.Append(pod).Select(p => PodInside.Load(cluster, p, container, DataFolder)).OfType<JsonObject>().MaxBy(s => s.Int("version") ?? 0) ?? [];
    }

    public KubeCluster Cluster { get; }

    public StoredObject Pod { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Gets what the cluster keeps: templates, policies, users, roles, indices, saved objects.</summary>
    public JsonObject State { get; }

    public int Nodes => peers.Count;

    /// <summary>Gets what it is, by its image.</summary>
    public SearchFlavour Flavour { get; }

    public string Version => Flavour.Version;

    /// <summary>Gets whether a master is elected: more than half of the nodes have been up for a while.</summary>
    public bool HasMaster
    {
        get
        {
            var all = Peers(Cluster, Pod).Count;
            return peers.Count(p => Age(Cluster, p) >= ElectsAfter) > all / 2;
        }
    }

    public static ElasticsearchNode? Find(PodPlace place) => Of(place.Cluster, place.Cluster.Store.Find("pods", place.Namespace, place.Pod));

    public static ElasticsearchNode? Of(KubeCluster cluster, StoredObject? pod) =>
        pod is not null && Images.Select(i => PodInside.Container(pod, i)).OfType<JsonObject>().FirstOrDefault() is { } container ? new ElasticsearchNode(cluster, pod, container) : null;

    public static bool Listens(PodPlace place) => place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is { } pod && Listens(place.Cluster, pod);

    /// <summary>The readiness port opens once the node has joined a cluster with a master.</summary>
    public static bool IsReady(PodPlace place) => Listens(place) && Find(place) is { HasMaster: true };

    /// <summary>Finds the node that a host name of the cluster's DNS leads to, for somebody in a namespace.</summary>
    public static ElasticsearchNode? ByHost(KubeCluster cluster, string ns, string host)
    {
        var parts = host.Split('.');
        if (cluster.Store.Find("services", parts.Length > 1 ? parts[1] : ns, parts[0]) is not { } service)
        {
            return null;
        }

        var selector = service.Body.Map("spec.selector");
        var pod = cluster.Store.List("pods", service.Namespace).FirstOrDefault(p => selector.Count > 0 && selector.All(s => p.Labels.GetValueOrDefault(s.Key) == s.Value) && Listens(cluster, p));
        return Of(cluster, pod) is { HasMaster: true } node ? node : null;
    }

    /// <summary>Keeps the state on the volumes of all nodes.</summary>
    public void Keep()
    {
        State["version"] = (State.Int("version") ?? 0) + 1;
        foreach (var peer in peers)
        {
            PodInside.Keep(Cluster, peer, container, DataFolder, State);
        }
    }

    private static bool Listens(KubeCluster cluster, StoredObject pod) => pod.Body.Str("status.phase") == "Running" && Age(cluster, pod) >= ListensAfter;

    private static TimeSpan? Age(KubeCluster cluster, StoredObject pod) => Images.Max(i => PodInside.Age(cluster, pod, i));

    private static List<StoredObject> Peers(KubeCluster cluster, StoredObject pod)
    {
        var owner = pod.Body.Items("metadata.ownerReferences").FirstOrDefault().Str("uid");
        return owner.Length == 0 ? [pod] : [.. cluster.Store.List("pods", pod.Namespace).Where(p => p.Body.Items("metadata.ownerReferences").Any(r => r.Str("uid") == owner))];
    }
}
