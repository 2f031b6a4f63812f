using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Seeds;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.World;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>A simulated cluster without a network, whose time the test moves, with the add-ons of monitoring in it.</summary>
internal sealed class MetricsCluster : IDisposable
{
    private readonly ControllerLoop controllers;

    public MetricsCluster(string catalog, double pace = 1, int workers = 2, params string[] addons)
    {
        Context = new SandboxContext(new SandboxOptions { Pace = pace });
        _ = new KubernetesService(Context);
        var nodes = Enumerable.Range(0, workers + 1).Select(i => new KubernetesNodeSpec(i == 0 ? "m-0" : $"w-{i}", i == 0 ? "master" : "worker", $"10.0.0.{10 + i}", 4, 16384, i == 0 ? "default-master" : "default-worker")).ToList();
        Cluster = new KubeCluster(Context, new KubernetesClusterSpec("metrics", "metrics", "p", "v1.26.1", CertificateAuthority.Create("ca", Context.Clock.Now), nodes));
        ClusterSeed.Fresh(Cluster);
        controllers = new ControllerLoop(Cluster);
        controllers.Tick(Context.Clock.Now);
        Apply(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "monitoring" } });
        Apply(new JsonObject { ["apiVersion"] = "storage.k8s.io/v1", ["kind"] = "StorageClass", ["metadata"] = new JsonObject { ["name"] = "standard" }, ["provisioner"] = "cinder.csi.openstack.org" });
        foreach (var addon in addons)
        {
            var manifest = Directory.GetFiles(Path.Combine(catalog, addon), "manifest.yaml", SearchOption.AllDirectories).Single();
            var text = File.ReadAllText(manifest).Replace("${namespace}", "monitoring", StringComparison.Ordinal).Replace("${storageSize}", "8Gi", StringComparison.Ordinal).Replace("${cluster}", "lab", StringComparison.Ordinal).Replace("${registry}", "registry.k8s.io", StringComparison.Ordinal);
            foreach (var document in System.Text.RegularExpressions.Regex.Replace(text, @"\$\{(\w+)\}", m => m.Groups[1].Value switch { "replicas" => "1", "expose" => "ClusterIP", "class" or "ingressClass" => "traefik", "webhookUrl" => string.Empty, _ => "standard" }).Split("\n---\n"))
            {
                if (Yaml.Parse(document) is { } body && Holds(body.Map("metadata.annotations").GetValueOrDefault("container-platform/when")))
                {
                    Apply(body);
                }
            }
        }

        Pass(TimeSpan.FromSeconds(90));
    }

    public SandboxContext Context { get; }

    public KubeCluster Cluster { get; }

    public DateTimeOffset Now => Context.Clock.Now;

    public void Dispose() => Cluster.Dispose();

    /// <summary>Makes an object.</summary>
    public void Apply(JsonObject body)
    {
        Cluster.Now = Now;
        var type = Cluster.Types.ByKind(body.Str("apiVersion"), body.Str("kind")) ?? throw new InvalidOperationException(body.Str("kind"));
        Cluster.Writer.Create(type, type.Namespaced ? body.Namespace() : string.Empty, body, new Portal.Sandbox.Kubernetes.Writing.WriteOptions("test"));
    }

    /// <summary>Changes an object.</summary>
    public void Change(string storage, string ns, string name, Action<JsonObject> change)
    {
        Cluster.Now = Now;
        var body = Cluster.Store.Find(storage, ns, name)!.Copy();
        change(body);
        Cluster.Store.Put(storage, body);
    }

    /// <summary>Lets time pass in steps, as the controllers would live it.</summary>
    public void Pass(TimeSpan time, double seconds = 5)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(seconds))
        {
            Context.Clock.Advance(TimeSpan.FromSeconds(Math.Min(seconds, left.TotalSeconds)));
            controllers.Tick(Now);
        }
    }

    /// <summary>Asks a program in a pod.</summary>
    public PodAnswer Ask(string pod, string path, string method = "GET", string body = "", string type = "application/json", int port = 9090)
    {
        var found = Cluster.Store.Find("pods", "monitoring", pod) ?? throw new InvalidOperationException($"No pod {pod}.");
        var program = Portal.Sandbox.Kubernetes.Streams.PodPort.Find(Cluster, found, port) ?? throw new InvalidOperationException($"Nothing listens on {pod}:{port}.");
        var parts = path.Split('?', 2);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = type };
        return program(new PodPlace(Cluster, "monitoring", pod), new PodQuestion(method, parts[0], parts.Length > 1 ? parts[1] : string.Empty, headers, Encoding.UTF8.GetBytes(body)));
    }

    /// <summary>Evaluates a query now and gives its result.</summary>
    public JsonArray Query(string query)
    {
        var json = JsonNode.Parse(Ask("prometheus-0", "/api/v1/query?query=" + Uri.EscapeDataString(query)).Body)!;
        return json["data"]?["result"]?.AsArray() ?? throw new InvalidOperationException(json.ToJsonString());
    }

    /// <summary>Evaluates a query over the last time and gives its result.</summary>
    public JsonArray Range(string query, TimeSpan back, int step)
    {
        var end = Now.ToUnixTimeSeconds();
        var json = JsonNode.Parse(Ask("prometheus-0", $"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={end - (long)back.TotalSeconds}&end={end}&step={step}").Body)!;
        return json["data"]?["result"]?.AsArray() ?? throw new InvalidOperationException(json.ToJsonString());
    }

    // "a = a | b" holds, and so does " =" (nothing is nothing).
    private static bool Holds(string? when) => when is null || (when.Split('=', 2) is [var left, var right] && !left.EndsWith('!') && right.Split('|').Any(o => o.Trim() == left.Trim()));
}
