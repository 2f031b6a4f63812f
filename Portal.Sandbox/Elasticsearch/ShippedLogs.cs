using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Streams;
using Portal.Sandbox.Prometheus.Series;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>
/// What the shippers have written: the newest lines of every container on their nodes, if their configuration leads here,
/// their user may write, and the namespace is not left out.
/// </summary>
internal static class ShippedLogs
{
    private const int MostLines = 3600;
    private static readonly ConditionalWeakTable<Life, KnownLives> Known = [];

    /// <summary>Gets the images that ship, and the folder of their configuration.</summary>
    public static IReadOnlyDictionary<string, string> Shippers { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["fluentd-kubernetes-daemonset"] = "/fluentd/etc",
        ["fluent-bit"] = "/fluent-bit/etc/conf",
    };

    public static IReadOnlyList<ShippedLine> For(ElasticsearchNode node)
    {
        var cluster = node.Cluster;
        var lines = new List<ShippedLine>();
        var pods = ClusterHistory.Of(cluster).Lives("pods");
        foreach (var shipper in cluster.Store.List("pods").Where(p => p.Body.Str("status.phase") == "Running" && Kubernetes.Controllers.Acts.IsReady(p)))
        {
            foreach (var (image, folder) in Shippers)
            {
                if (PodInside.Container(shipper, image) is { } container && Target(node, shipper, container, folder) is { } configuration)
                {
                    lines.AddRange(pods.Where(p => p.Last.Body.Str("spec.nodeName") == shipper.Body.Str("spec.nodeName") && !configuration.Contains($"_{p.Last.Namespace}_", StringComparison.Ordinal))
                        .SelectMany(p => Lines(node, p)));
                }
            }
        }

        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. lines.OrderBy(l => l.Time).ThenBy(l => l.Id, StringComparer.Ordinal).Select(l => l with { Doc = next[l.Index] = next.GetValueOrDefault(l.Index, -1) + 1 })];
    }

    /// <summary>Gives the shipper's configuration if it leads to this cluster with a user that may write.</summary>
    private static string? Target(ElasticsearchNode node, StoredObject shipper, JsonObject container, string folder)
    {
        var environment = PodInside.Environment(node.Cluster, shipper, container);
        var text = string.Join('\n', PodInside.Files(node.Cluster, shipper, container, folder).Values);
        string Value(string pattern)
        {
            var raw = Regex.Match(text, pattern, RegexOptions.IgnoreCase | RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Groups[1].Value.Trim().Trim('"');
            return Regex.Replace(raw, @"#\{ENV\['(\w+)'\]\}|\$\{(\w+)\}", m => environment.GetValueOrDefault(m.Groups[1].Value + m.Groups[2].Value) ?? string.Empty, RegexOptions.None, TimeSpan.FromSeconds(1));
        }

        var (host, user, password) = (Value(@"^\s*host\s+(\S+)"), Value(@"^\s*(?:user|http_user)\s+(\S+)"), Value(@"^\s*(?:password|http_passwd)\s+(\S+)"));
        var users = new ElasticsearchUsers(node);
        var refused = Regex.IsMatch(text, @"^\s*Name\s+es\s*$", RegexOptions.IgnoreCase | RegexOptions.Multiline, TimeSpan.FromSeconds(1))
            && !Regex.IsMatch(text, @"^\s*Suppress_Type_Name\s+On", RegexOptions.IgnoreCase | RegexOptions.Multiline, TimeSpan.FromSeconds(1));
        return !refused && ElasticsearchNode.ByHost(node.Cluster, shipper.Namespace, host) is { } target && target.Pod.Namespace == node.Pod.Namespace
            && users.IsGood(user, password) && users.MayIndex(user, IndexOf(node.Cluster.Context.Clock.Now), "create_doc") ? text : null;
    }

    // What was shipped stays, though the container was started again or its pod is gone.
    private static IEnumerable<ShippedLine> Lines(ElasticsearchNode node, Life life)
    {
        var (pod, now) = (life.Last, node.Cluster.Context.Clock.Now);
        foreach (var group in Containers(life, now).GroupBy(c => c.Key.Container, c => c.Value))
        {
            var image = pod.Body.Items("status.containerStatuses").FirstOrDefault(s => s.Str("name") == group.Key).Str("image");
            var from = new ShippedFrom(pod.Name, pod.Namespace, pod.Uid, group.Key, image, pod.Body.Str("spec.nodeName"), pod.Labels);
            var prefix = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{pod.Uid}/{group.Key}")))[..12];
            foreach (var (id, time, text) in group.SelectMany(c => PodLog.Written(c, now, MostLines)))
            {
                yield return new ShippedLine(IndexOf(time), $"{prefix}-{id.Replace('/', '-')}", time, text, from);
            }
        }
    }

    private static IReadOnlyDictionary<(string Container, DateTimeOffset Started), Kubernetes.Streams.ContainerLife> Containers(Life life, DateTimeOffset now)
    {
        var known = Known.GetOrCreateValue(life);
        if (known.Version != life.Version || known.Ended != life.Ended)
        {
            known.Lives = Kubernetes.Streams.ContainerLife.All(life.Moments.Select(m => m.Object), now, life.Ended == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(life.Ended));
            (known.Version, known.Ended) = (life.Version, life.Ended);
        }

        return known.Lives;
    }

    /// <summary>The lives of a pod's containers, until something changes in it.</summary>
    private sealed class KnownLives
    {
        public int Version { get; set; } = -1;

        public long Ended { get; set; }

        public IReadOnlyDictionary<(string Container, DateTimeOffset Started), Kubernetes.Streams.ContainerLife> Lives { get; set; } = new Dictionary<(string, DateTimeOffset), Kubernetes.Streams.ContainerLife>();
    }

    private static string IndexOf(DateTimeOffset time) => "logstash-" + time.UtcDateTime.ToString("yyyy.MM.dd", CultureInfo.InvariantCulture);
}
