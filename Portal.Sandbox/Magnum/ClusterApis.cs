using System.Globalization;
using Portal.Sandbox.Heat;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>The Kubernetes APIs of clusters: brings them up when their servers are, tells them their nodes, watches their health.</summary>
internal sealed class ClusterApis(MagnumState state, StackEngine engine)
{
    private readonly HashSet<string> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> told = new(StringComparer.Ordinal);
    private readonly HealthProbe probe = new(state);
    private Func<Cluster, string?, CertificateAuthority>? authorities;

    private IKubernetesFleet? Fleet => state.ClustersReachable ? state.Cloud.Context.Find<IKubernetesFleet>() : null;

    public void Use(Func<Cluster, string?, CertificateAuthority> source) => authorities = source;

    public string? Address(Cluster cluster, Stack stack) => Fleet?.ReserveAddress(cluster.Uuid)
        ?? (StackOutputs.ApiAddress(StackOutputs.Nodes(engine, stack, true)) is { } address ? $"https://{address}:6443" : null);

    public void Start(Cluster cluster, Func<Cluster, string?, CertificateAuthority> source)
    {
        authorities = source;
        cluster.ApiStarted = true;
        if (cluster.RotationRuns)
        {
            cluster.RotationRuns = false;
            if (running.Contains(cluster.Uuid))
            {
                Rotate(cluster.Uuid, source(cluster, null));
            }
        }
    }

    private void Rotate(string clusterId, CertificateAuthority authority)
    {
        if (Fleet is { } fleet)
        {
            _ = Task.Run(() => fleet.RotateAsync(clusterId, authority, CancellationToken.None));
        }
    }

    /// <summary>Tells a running API its nodes when they have changed.</summary>
    public void Nodes(Cluster cluster)
    {
        if (Fleet is not { } fleet || !running.Contains(cluster.Uuid))
        {
            return;
        }

        var nodes = List(cluster);
        var key = string.Join(' ', nodes.Select(n => n.Name));
        if (nodes.Count > 0 && told.GetValueOrDefault(cluster.Uuid) != key)
        {
            told[cluster.Uuid] = key;
            fleet.SetNodes(cluster.Uuid, nodes);
        }
    }

    public void Remove(Cluster cluster)
    {
        running.Remove(cluster.Uuid);
        told.Remove(cluster.Uuid);
        if (Fleet is { } fleet)
        {
            _ = Task.Run(() => fleet.RemoveAsync(cluster.Uuid));
        }
    }

    public void Tick(DateTimeOffset now)
    {
        foreach (var cluster in state.Clusters.Where(c => c.ApiStarted))
        {
            if (Fleet is { } fleet && running.Add(cluster.Uuid))
            {
                var nodes = List(cluster);
                told[cluster.Uuid] = string.Join(' ', nodes.Select(n => n.Name));
                var version = (cluster.CoeVersion ?? "v1.31.1").Split('-')[0];
                var spec = new KubernetesClusterSpec(cluster.Uuid, cluster.Name, cluster.ProjectId, version, authorities!(cluster, null), nodes);
                _ = Task.Run(() => fleet.StartAsync(spec, CancellationToken.None));
            }

            if (cluster.NextHealth <= now && cluster is { ApiAddress: not null, Change: null or "UPDATE" })
            {
                var pause = state.Cloud.Paced(TimeSpan.FromSeconds(60));
                cluster.NextHealth = now + (pause > TimeSpan.FromSeconds(2) ? pause : TimeSpan.FromSeconds(2));
                probe.Look(cluster, Fleet is null ? null : authorities!(cluster, null));
            }
        }
    }

    private List<KubernetesNodeSpec> List(Cluster cluster)
    {
        var stacks = cluster.NodeGroups.Select(g => g.StackId).OfType<string>().Distinct().Select(id => state.Cloud.Stacks.GetValueOrDefault(id)).OfType<Stack>();
        return [.. stacks.SelectMany(s => engine.Members(s, true).Concat(engine.Members(s, false)))
            .Where(m => m.Resources.TrueForAll(r => r.IsDone || r.Action == "UPDATE"))
            .Select(m => Node(m.Node!))];
    }

    private KubernetesNodeSpec Node(NodeShape node)
    {
        var flavor = state.Cloud.FindFlavor(node.Flavor);
        return new KubernetesNodeSpec(node.ServerName.ToLower(CultureInfo.InvariantCulture), node.Role, node.Address, flavor?.Vcpus ?? 2, flavor?.Ram ?? 4096, node.NodeGroup);
    }
}
