using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;
using Portal.Sandbox.Prometheus.Rules;
using Portal.Sandbox.Prometheus.Series;

namespace Portal.Sandbox.Prometheus;

/// <summary>One Prometheus in a pod: its configuration, what it scrapes, and its rules. Its state lives as long as the pod.</summary>
internal sealed class PrometheusServer
{
    private static readonly ConditionalWeakTable<KubeCluster, ConcurrentDictionary<string, PrometheusServer>> Known = [];
    private readonly PodPlace place;
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> seenUp = new(StringComparer.Ordinal);
    private readonly RuleBook rules;
    private ServerConfig? config;
    private Scene? scene;
    private (string Key, long At, IReadOnlyList<Target> Targets)? known;

    private PrometheusServer(PodPlace place)
    {
        this.place = place;
        rules = new RuleBook(this);
    }

    public PodPlace Place => place;

    /// <summary>Gets the time of the cluster.</summary>
    public DateTimeOffset Now => place.Cluster.Context.Clock.Now;

    public RuleBook Rules => rules;

    public ServerConfig Config
    {
        get
        {
            lock (gate)
            {
                return config = ServerConfig.Of(place, config);
            }
        }
    }

    /// <summary>Gets how often it scrapes lately, milliseconds: by the sandbox's pace.</summary>
    public long LiveInterval => Paced(Config.ScrapeInterval);

    /// <summary>Gives the Prometheus of a pod.</summary>
    public static PrometheusServer Of(PodPlace place)
    {
        var uid = place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Uid ?? string.Empty;
        return Known.GetOrCreateValue(place.Cluster).GetOrAdd($"{place.Namespace}/{place.Pod}/{uid}", _ => new PrometheusServer(place));
    }

    /// <summary>Shortens a duration (milliseconds) by the sandbox's pace, to two seconds at the least.</summary>
    public long Paced(long milliseconds) => Math.Min(milliseconds, Math.Max(2_000, (long)place.Cluster.Context.Paced(TimeSpan.FromMilliseconds(milliseconds)).TotalMilliseconds));

    /// <summary>Gives the arguments of its containers.</summary>
    public IEnumerable<string> Arguments() => place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Body.Items("spec.containers").SelectMany(c => c.Strings("args").Concat(c.Strings("command"))) ?? [];

    /// <summary>Says whether it still reads what it wrote before its last start; then it answers 503.</summary>
    public bool IsStarting()
    {
        var pod = place.Cluster.Store.Find("pods", place.Namespace, place.Pod);
        var status = pod?.Body.Items("status.containerStatuses").FirstOrDefault();
        var before = status.Int("restartCount") > 0 || ClusterHistory.Of(place.Cluster).Lives("pods").Any(l => l.Ended != long.MaxValue && l.Last.Name == place.Pod && l.Last.Namespace == place.Namespace);
        return before && KubeTime.Parse(status.At("state.running.startedAt")) is { } started && Now < started + place.Cluster.Context.Paced(TimeSpan.FromSeconds(30));
    }

    /// <summary>Gives what there is to measure.</summary>
    public Scene Scene()
    {
        lock (gate)
        {
            return scene = Series.Scene.Of(place.Cluster, scene);
        }
    }

    /// <summary>Gives all series as they are at this time.</summary>
    public ISeriesCatalog Catalog(bool withRules = true) => new ServerSeries(this, Scene(), Targets(), Now.ToUnixTimeMilliseconds(), withRules);

    /// <summary>Gives what is scraped now, for the list of targets.</summary>
    public IReadOnlyList<ScrapeTarget> Scraped() => ScrapeTarget.All(place, Config.Main);

    /// <summary>Gives the targets with their past.</summary>
    public IReadOnlyList<Target> Targets()
    {
        var (view, settings) = (Scene(), Config);
        lock (gate)
        {
            var now = Now.ToUnixTimeMilliseconds();
            var key = $"{view.Version}/{settings.Version}";
            if (known is { } last && last.Key == key && Math.Abs(now - last.At) < 2_000)
            {
                return last.Targets;
            }

            var gone = view.Pods.Where(p => p.Ended != long.MaxValue && Exported.Of(p.Image).Count > 0).Select(p => p.Object).ToList();
            IReadOnlyList<Target> targets = [.. ScrapeTarget.All(place, settings.Main, gone).Select(t => OverTime(t, view, now)).OfType<Target>()];
            known = (key, now, targets);
            return targets;
        }
    }

    private Target? OverTime(ScrapeTarget scrape, Scene view, long now)
    {
        var own = Running(view);
        if (scrape.Origin.StartsWith("node/", StringComparison.Ordinal))
        {
            var node = view.Nodes.FirstOrDefault(n => n.Name == scrape.Origin[5..] && n.Alive[0].To == long.MaxValue);
            return node is null ? null : new Target(scrape, scrape.Path.Contains("cadvisor", StringComparison.Ordinal) ? "cadvisor" : "kubelet", node.Name, Labels(scrape), Spans.And(node.Alive, own), Spans.And(node.ReadySpans, own));
        }

        if (view.Pods.FirstOrDefault(p => "pod/" + p.Uid == scrape.Origin) is not { } pod)
        {
            return new Target(scrape, string.Empty, string.Empty, Labels(scrape), own, []);
        }

        var home = view.Nodes.FirstOrDefault(n => n.Name == pod.Node);
        var first = Exported.Of(scrape.Image).Count > 0 && home is not null && IsFirst(view, pod);
        var exists = new Span(first ? Math.Min(pod.Begun, home!.Begun) : pod.Begun, pod.Ended);
        var up = pod.Running.ToList();
        if (first && up.Count > 0)
        {
            up[0] = new Span(exists.From, up[0].To);
        }

        // A node of which the kubelet is silent is not dead: its pods answer on.
        return new Target(scrape, scrape.Image, pod.Uid, Labels(scrape), Spans.And([exists], own), Spans.And(Seen(scrape, up, pod, now), own));
    }

    // What does not answer now has not answered since it was last seen.
    private List<Span> Seen(ScrapeTarget scrape, List<Span> up, PodLife pod, long now)
    {
        var key = $"{scrape.Job} {scrape.Address}{scrape.Path}";
        if (pod.Ended != long.MaxValue || scrape.IsUp || up.Count == 0 || up[^1].To != long.MaxValue)
        {
            seenUp[key] = now;
            return up;
        }

        var (last, until) = (up[^1], seenUp.GetValueOrDefault(key));
        up.RemoveAt(up.Count - 1);
        if (until > last.From)
        {
            up.Add(new Span(last.From, until));
        }

        return up;
    }

    // The first exporter on a node stands for those before it: the history reaches back behind the day on which it was installed.
    private static bool IsFirst(Scene view, PodLife pod) => !view.Pods.Any(p => p != pod && p.Begun < pod.Begun && p.Image == pod.Image && p.OwnerName == pod.OwnerName && (p.Node == pod.Node || pod.OwnerKind != "DaemonSet"));

    private List<Span> Running(Scene view)
    {
        var spans = Spans.Joined(view.Pods.Where(p => p.Name == place.Pod && p.Namespace == place.Namespace).SelectMany(p => p.Running)).ToList();
        if (spans.Count == 0)
        {
            return [Span.Always];
        }

        spans[0] = new Span(long.MinValue, spans[0].To);
        return spans;
    }

    private static LabelSet Labels(ScrapeTarget scrape) => LabelSet.Of(scrape.Labels);
}
