using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Elasticsearch;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Jenkins;
using Portal.Sandbox.Kibana;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Seeds;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes;

/// <summary>The sandbox's Kubernetes: one API server per cluster, on an address of its own.</summary>
internal sealed class KubernetesService : ISandboxService, IKubernetesFleet, IDisposable
{
    /// <summary>Name of the endpoint of a judge world's only cluster.</summary>
    public const string WorldEndpoint = "kubernetes";

    private readonly SandboxContext context;
    private readonly KubeAddresses addresses = new();
    private readonly KubeArchive archive;
    private readonly ConcurrentDictionary<string, Running> running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim starting = new(1, 1);

    public KubernetesService(SandboxContext context)
    {
        this.context = context;
        archive = new KubeArchive(context.Options);
        context.Share<IKubernetesFleet>(this);
        var programs = new PodPrograms();
        Exporters.Register(programs);
        NetworkPrograms.Register(programs);
        ElasticsearchProgram.Register(programs);
        KibanaProgram.Register(programs);
        JenkinsProgram.Register(programs);
        context.Share<IPodPrograms>(programs);
    }

    public string Name => "kubernetes";

    public IReadOnlyList<SandboxEndpoint> Endpoints { get; } = [];

    public void Configure(WebApplicationBuilder builder)
    {
    }

    public void Map(WebApplication app)
    {
    }

    public async Task SeedAsync(JsonNode? saved, CancellationToken cancellationToken)
    {
        foreach (var (id, url) in saved.Map("addresses"))
        {
            addresses.Restore(id, url);
        }

        if (saved is null)
        {
            archive.Clear();
        }

        if (context.Declarations is { } world && (world["nodes"] is JsonArray || world["objects"] is JsonArray))
        {
            await StartWorldAsync(world, cancellationToken);
        }
    }

    public JsonNode? Save()
    {
        foreach (var one in running.Values.Where(r => !r.IsWorld))
        {
            archive.Keep(one.Cluster);
        }

        return new JsonObject { ["addresses"] = JsonPaths.MapOf(addresses.All) };
    }

    public void Tick(DateTimeOffset now)
    {
        foreach (var one in running.Values)
        {
            one.Controllers.Tick(now);
        }
    }

    public async Task StopAsync()
    {
        await Task.WhenAll(running.Values.Select(EndAsync));
        running.Clear();
    }

    public void Dispose() => starting.Dispose();

    public string ReserveAddress(string clusterId) => addresses.Reserve(clusterId);

    public async Task StartAsync(KubernetesClusterSpec spec, CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (running.ContainsKey(spec.Id))
            {
                return;
            }

            var cluster = archive.Load(context, spec);
            if (cluster is null)
            {
                cluster = new KubeCluster(context, spec) { Version = new KubeVersion(spec.Version, string.Empty) };
                Begin(cluster);
            }

            await ListenAsync(cluster, KubeAddresses.EndPoint(addresses.Reserve(spec.Id)), false, cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    public void SetNodes(string clusterId, IReadOnlyList<KubernetesNodeSpec> nodes)
    {
        if (running.TryGetValue(clusterId, out var one))
        {
            one.Cluster.Spec = one.Cluster.Spec with { Nodes = nodes };
            one.Controllers.Wake();
        }
    }

    public void Silence(string clusterId, string node, bool isSilent)
    {
        if (Find(clusterId) is { } cluster)
        {
            NodeController.Silence(cluster.Store, node, isSilent, context.Clock.Now);
        }
    }

    public async Task RotateAsync(string clusterId, CertificateAuthority authority, CancellationToken cancellationToken)
    {
        if (running.TryGetValue(clusterId, out var one))
        {
            one.Cluster.Spec = one.Cluster.Spec with { Authority = authority };
            one.Controllers.Wake();
            await HaltAsync(clusterId);
            await ResumeAsync(clusterId, cancellationToken);
        }
    }

    public async Task RemoveAsync(string clusterId)
    {
        addresses.Release(clusterId);
        archive.Forget(clusterId);
        if (running.TryRemove(clusterId, out var one))
        {
            await EndAsync(one);
        }
    }

    public async Task HaltAsync(string clusterId)
    {
        if (running.TryGetValue(clusterId, out var one) && one.Listener is { } listener)
        {
            running[clusterId] = one with { Listener = null };
            await listener.DisposeAsync();
        }
    }

    public async Task ResumeAsync(string clusterId, CancellationToken cancellationToken)
    {
        if (running.TryGetValue(clusterId, out var one) && one.Listener is null)
        {
            var listener = new KubeListener(context, one.Cluster, KubeAddresses.EndPoint(one.Cluster.Address));
            await listener.StartAsync(cancellationToken);
            running[clusterId] = one with { Listener = listener };
        }
    }

    public void Compact(string clusterId) => Find(clusterId)?.Store.Compact(0);

    /// <summary>Gives a running cluster, for tests and for what runs inside it.</summary>
    internal KubeCluster? Find(string clusterId) => running.GetValueOrDefault(clusterId)?.Cluster;

    private void Begin(KubeCluster cluster)
    {
        var hasStory = context.Options is { Story: true, World: null } && cluster.Spec.Name == ReleaseStory.ClusterName;
        cluster.Now = hasStory ? cluster.Now - ReleaseStory.Begin : cluster.Now;
        ClusterSeed.Fresh(cluster);
        if (hasStory)
        {
            cluster.Address = addresses.Reserve(cluster.Id);
            var registry = context.Addresses.TryGetValue("harbor", out var harbor) ? new Uri(harbor).Authority : "harbor.example";
            ReleaseStory.Play(cluster, new ControllerLoop(cluster), registry);
        }
    }

    private static async Task EndAsync(Running one)
    {
        if (one.Listener is { } listener)
        {
            await listener.DisposeAsync();
        }

        one.Cluster.Dispose();
    }

    private async Task StartWorldAsync(JsonObject world, CancellationToken cancellationToken)
    {
        var cluster = WorldSeed.Make(context, world);
        var port = context.Options.Ports.TryGetValue(WorldEndpoint, out var given) ? given : context.Options.AnyPorts ? 0 : 26443;
        await ListenAsync(cluster, new IPEndPoint(IPAddress.Loopback, port), true, cancellationToken);
        context.SetAddress(WorldEndpoint, cluster.Address);
        WorldSeed.Fill(cluster, world, running[cluster.Id].Controllers);
    }

    private async Task ListenAsync(KubeCluster cluster, IPEndPoint endpoint, bool world, CancellationToken cancellationToken)
    {
        var listener = new KubeListener(context, cluster, endpoint);
        try
        {
            await listener.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await listener.DisposeAsync();
            if (world)
            {
                throw new IOException($"The sandbox's kubernetes cannot listen ({e.Message.TrimEnd('.')}). Set Sandbox:Ports:kubernetes to a free port.", e);
            }

            throw;
        }

        cluster.Address = $"https://{endpoint.Address}:{listener.Port}";
        if (!world)
        {
            addresses.Set(cluster.Id, cluster.Address);
        }

        running[cluster.Id] = new Running(cluster, listener, new ControllerLoop(cluster), world);
    }

    private sealed record Running(KubeCluster Cluster, KubeListener? Listener, ControllerLoop Controllers, bool IsWorld);
}
