using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Streams;

namespace Portal.Sandbox.Prometheus;

/// <summary>One thing that Prometheus scrapes, found as its configuration says in what the cluster really has.</summary>
internal sealed record ScrapeTarget(string Job, string Address, string Scheme, string Path, bool IsUp, SortedDictionary<string, string> Labels, DateTimeOffset Now)
{
    /// <summary>Gets what is there: <c>node/NAME</c>, <c>pod/UID</c>, or nothing that is known.</summary>
    public string Origin { get; init; } = string.Empty;

    /// <summary>Gets the name of the image that answers, without registry, path and tag.</summary>
    public string Image { get; init; } = string.Empty;

    /// <summary>Gets the scrape job's configuration.</summary>
    public JsonObject Spec { get; init; } = [];

    /// <summary>Gives the targets of all scrape jobs of a configuration, also those in pods that are no more.</summary>
    public static IReadOnlyList<ScrapeTarget> All(PodPlace place, JsonObject? config, IReadOnlyList<StoredObject>? ended = null)
    {
        var targets = new List<ScrapeTarget>();
        foreach (var job in config.Items("scrape_configs"))
        {
            var found = job.Items("kubernetes_sd_configs").SelectMany(sd => Discovered(place, sd, ended ?? [])).Concat(Static(place, job));
            foreach (var meta in found)
            {
                if (Relabelled(job, meta) is { } target)
                {
                    targets.Add(target with { Now = place.Cluster.Context.Clock.Now });
                }
            }
        }

        return [.. targets.OrderBy(t => t.Job, StringComparer.Ordinal).ThenBy(t => t.Address, StringComparer.Ordinal)];
    }

    public JsonObject ToJson()
    {
        var url = $"{Scheme}://{Address}{Path}";
        return new JsonObject
        {
            ["discoveredLabels"] = new JsonObject { ["__address__"] = Address, ["__metrics_path__"] = Path, ["__scheme__"] = Scheme, ["job"] = Job },
            ["labels"] = JsonPaths.MapOf(Labels),
            ["scrapePool"] = Job,
            ["scrapeUrl"] = url,
            ["globalUrl"] = url,
            ["lastError"] = IsUp ? string.Empty : $"Get \"{url}\": dial tcp {Address}: connect: connection refused",
            ["lastScrape"] = Now.AddSeconds(-5).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture),
            ["lastScrapeDuration"] = 0.01,
            ["health"] = IsUp ? "up" : "down",
            ["scrapeInterval"] = "1m",
            ["scrapeTimeout"] = "10s",
        };
    }

    private static IEnumerable<Dictionary<string, string>> Static(PodPlace place, JsonObject job) => job.Items("static_configs").SelectMany(s => s.Strings("targets"))
        .Select(address => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["__address__"] = address,
            ["__up"] = address == "localhost:9090" ? "1" : "0",
            ["__origin"] = address == "localhost:9090" ? "pod/" + place.Cluster.Store.Find("pods", place.Namespace, place.Pod)?.Uid : string.Empty,
            ["__image"] = address == "localhost:9090" ? "prometheus" : string.Empty,
        });

    private static IEnumerable<Dictionary<string, string>> Discovered(PodPlace place, JsonObject sd, IReadOnlyList<StoredObject> ended)
    {
        var store = place.Cluster.Store;
        var names = sd.Strings("namespaces.names");
        bool In(StoredObject item) => names.Count == 0 || names.Contains(item.Namespace);
        return sd.Str("role") switch
        {
            "node" => store.List("nodes").Select(Node),
            "pod" => store.List("pods").Concat(ended).Where(In).SelectMany(pod => OfPod(place, pod)),
            "endpoints" or "service" => store.List("services").Where(In).SelectMany(service => OfService(place, service, ended)),
            _ => [],
        };
    }

    private static Dictionary<string, string> Node(StoredObject node) => new(StringComparer.Ordinal)
    {
        ["__address__"] = node.Body.Items("status.addresses").First().Str("address") + ":10250",
        ["__meta_kubernetes_node_name"] = node.Name,
        ["instance"] = node.Name,
        ["__origin"] = "node/" + node.Name,
        ["__up"] = node.Body.Items("status.conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True") ? "1" : "0",
    };

    private static IEnumerable<Dictionary<string, string>> OfPod(PodPlace place, StoredObject pod)
    {
        foreach (var port in pod.Body.Items("spec.containers").SelectMany(c => c.Items("ports")))
        {
            var meta = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__address__"] = $"{pod.Body.Str("status.podIP")}:{port.Int("containerPort")}",
                ["__meta_kubernetes_namespace"] = pod.Namespace,
                ["__meta_kubernetes_pod_name"] = pod.Name,
                ["__meta_kubernetes_pod_node_name"] = pod.Body.Str("spec.nodeName"),
                ["__meta_kubernetes_pod_container_port_name"] = port.Str("name"),
                ["__meta_kubernetes_pod_container_port_number"] = $"{port.Int("containerPort")}",
                ["__up"] = PodPort.Find(place.Cluster, pod, port.Int("containerPort") ?? 0) is null ? "0" : "1",
                ["__origin"] = "pod/" + pod.Uid,
                ["__image"] = Program(pod),
            };
            foreach (var (name, value) in pod.Labels)
            {
                meta["__meta_kubernetes_pod_label_" + Plain(name)] = value;
            }

            foreach (var (name, value) in pod.Body.Map("metadata.annotations"))
            {
                meta["__meta_kubernetes_pod_annotation_" + Plain(name)] = value;
            }

            yield return meta;
        }
    }

    private static IEnumerable<Dictionary<string, string>> OfService(PodPlace place, StoredObject service, IReadOnlyList<StoredObject> ended)
    {
        var selector = service.Body.Map("spec.selector");
        foreach (var pod in place.Cluster.Store.List("pods", service.Namespace).Concat(ended.Where(e => e.Namespace == service.Namespace)).Where(p => selector.Count > 0 && selector.All(s => p.Labels.GetValueOrDefault(s.Key) == s.Value) && p.Body.Str("status.podIP").Length > 0))
        {
            foreach (var port in service.Body.Items("spec.ports"))
            {
                var number = PodPort.Number(pod, port["targetPort"]);
                yield return new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["__address__"] = $"{pod.Body.Str("status.podIP")}:{number}",
                    ["__meta_kubernetes_namespace"] = service.Namespace,
                    ["__meta_kubernetes_service_name"] = service.Name,
                    ["__meta_kubernetes_endpoint_port_name"] = port.Str("name"),
                    ["__meta_kubernetes_pod_name"] = pod.Name,
                    ["__meta_kubernetes_pod_node_name"] = pod.Body.Str("spec.nodeName"),
                    ["__up"] = PodPort.Find(place.Cluster, pod, number) is null ? "0" : "1",
                    ["__origin"] = "pod/" + pod.Uid,
                    ["__image"] = Program(pod),
                };
            }
        }
    }

    private static string Program(StoredObject pod) => pod.Body.Items("spec.containers").FirstOrDefault() is { } first ? Kubernetes.Controllers.Images.ShortName(first.Str("image")) : string.Empty;

    private static string Plain(string label) => string.Concat(label.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static ScrapeTarget? Relabelled(JsonObject job, Dictionary<string, string> meta)
    {
        var name = job.Str("job_name");
        meta["job"] = name;
        meta["__metrics_path__"] = job.Str("metrics_path") is { Length: > 0 } path ? path : "/metrics";
        foreach (var rule in job.Items("relabel_configs"))
        {
            var separator = rule.Str("separator") is { Length: > 0 } given ? given : ";";
            var value = string.Join(separator, rule.Strings("source_labels").Select(l => meta.GetValueOrDefault(l, string.Empty)));
            var pattern = new System.Text.RegularExpressions.Regex($"^(?:{(rule.Str("regex") is { Length: > 0 } regex ? regex : "(.*)")})$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
            var matches = pattern.IsMatch(value);
            switch (rule.Str("action"))
            {
                case "keep" when !matches:
                case "drop" when matches:
                case "keepequal" when value != meta.GetValueOrDefault(rule.Str("target_label"), string.Empty):
                    return null;
                case "replace" or "" when matches && rule.Str("target_label").Length > 0:
                    meta[rule.Str("target_label")] = pattern.Replace(value, rule.Str("replacement") is { Length: > 0 } text ? text.Replace("$1", "$1", StringComparison.Ordinal) : "$1", 1);
                    break;
                default:
                    break;
            }
        }

        var labels = new SortedDictionary<string, string>(meta.Where(m => !m.Key.StartsWith("__", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);
        labels.TryAdd("instance", meta["__address__"]);
        return new ScrapeTarget(name, meta["__address__"], job.Str("scheme") is { Length: > 0 } scheme ? scheme : "http", meta["__metrics_path__"], meta.GetValueOrDefault("__up") == "1", labels, default) { Origin = meta.GetValueOrDefault("__origin", string.Empty), Image = meta.GetValueOrDefault("__image", string.Empty), Spec = job };
    }
}
