using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>One series of an exporter: its labels, when it is there, and its value as a function of time (seconds).</summary>
internal sealed record Line(IReadOnlyList<(string Name, string Value)> Labels, IReadOnlyList<Span> Alive, Func<double, double> At);

/// <summary>A metric of an exporter.</summary>
/// <param name="Name">Name.</param>
/// <param name="Kind"><c>counter</c> or <c>gauge</c>.</param>
/// <param name="Help">What it says of itself.</param>
/// <param name="Lines">Its series at one target.</param>
internal sealed record Metric(string Name, string Kind, string Help, Func<Scene, Target, IEnumerable<Line>> Lines);

/// <summary>A thing that is scraped.</summary>
/// <param name="Scrape">What relabelling made of it.</param>
/// <param name="Exporter">What answers there: <c>node-exporter</c>, <c>cadvisor</c>, <c>kubelet</c>, or the name of an image.</param>
/// <param name="Name">The node's name, or the pod's uid.</param>
/// <param name="Labels">The labels that relabelling gave it.</param>
/// <param name="Exists">When it was known.</param>
/// <param name="Up">When it answered.</param>
internal sealed record Target(ScrapeTarget Scrape, string Exporter, string Name, LabelSet Labels, IReadOnlyList<Span> Exists, IReadOnlyList<Span> Up)
{
    /// <summary>Gets by how much later than the minute it is scraped, milliseconds.</summary>
    public long Offset { get; } = (long)(Wave.Chance(Scrape.Job + Scrape.Address + Scrape.Path, 5) * 50_000);
}

/// <summary>The metrics of every exporter that is simulated.</summary>
internal static class Exported
{
    private static readonly Dictionary<string, Dictionary<string, Metric>> Known = new(StringComparer.Ordinal)
    {
        ["node-exporter"] = Index(NodeMetrics.All()),
        ["cadvisor"] = Index(ContainerMetrics.All()),
        ["kubelet"] = Index(KubeletMetrics.All()),
        ["kube-state-metrics"] = Index([.. StateMetrics.All(), .. WorkloadMetrics.All()]),
        ["prometheus"] = Index(OwnMetrics.Prometheus()),
        ["alertmanager"] = Index(OwnMetrics.Alertmanager()),
        ["coredns"] = Index(OwnMetrics.NameServer()),
        ["traefik"] = Index(IngressMetrics.Traefik()),
        ["controller"] = Index(IngressMetrics.Nginx()),
    };

    private static readonly Dictionary<string, Metric> None = [];

    /// <summary>Gives an exporter's metrics by name; none for what is not known.</summary>
    public static IReadOnlyDictionary<string, Metric> Of(string exporter) => Known.GetValueOrDefault(exporter, None);

    private static Dictionary<string, Metric> Index(IEnumerable<Metric> metrics) => metrics.ToDictionary(m => m.Name, StringComparer.Ordinal);
}
