using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Streams;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>A document that a shipper wrote.</summary>
internal sealed record ShippedLine(string Index, string Id, DateTimeOffset Time, JsonObject Source);

/// <summary>
/// What the shippers have written: the newest lines of every container on their nodes, if their configuration leads here,
/// their user may write, and the namespace is not left out.
/// </summary>
internal static class ShippedLogs
{
    private const int MostLines = 100;

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
        foreach (var shipper in cluster.Store.List("pods").Where(p => p.Body.Str("status.phase") == "Running" && Kubernetes.Controllers.Acts.IsReady(p)))
        {
            foreach (var (image, folder) in Shippers)
            {
                if (PodInside.Container(shipper, image) is { } container && Target(node, shipper, container, folder) is { } configuration)
                {
                    lines.AddRange(cluster.Store.List("pods").Where(p => p.Body.Str("spec.nodeName") == shipper.Body.Str("spec.nodeName") && !configuration.Contains($"_{p.Namespace}_", StringComparison.Ordinal))
                        .SelectMany(p => Lines(node, p)));
                }
            }
        }

        return lines;
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

    private static IEnumerable<ShippedLine> Lines(ElasticsearchNode node, StoredObject pod)
    {
        foreach (var status in pod.Body.Items("status.containerStatuses"))
        {
            foreach (var (number, time, text) in PodLog.Written(pod, status, node.Cluster.Context.Clock.Now, MostLines))
            {
                var id = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{pod.Uid}/{status.Str("name")}/{number}")))[..20].Replace('/', '_').Replace('+', '-');
                yield return new ShippedLine(IndexOf(time), id, time, new JsonObject
                {
                    ["@timestamp"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                    ["log"] = text,
                    ["stream"] = "stdout",
                    ["kubernetes"] = new JsonObject
                    {
                        ["pod_name"] = pod.Name,
                        ["namespace_name"] = pod.Namespace,
                        ["pod_id"] = pod.Uid,
                        ["labels"] = JsonPaths.MapOf(pod.Labels),
                        ["host"] = pod.Body.Str("spec.nodeName"),
                        ["container_name"] = status.Str("name"),
                        ["container_image"] = status.Str("image"),
                    },
                });
            }
        }
    }

    private static string IndexOf(DateTimeOffset time) => "logstash-" + time.UtcDateTime.ToString("yyyy.MM.dd", CultureInfo.InvariantCulture);
}
