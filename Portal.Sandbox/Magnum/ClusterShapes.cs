using Portal.Sandbox.Heat;

namespace Portal.Sandbox.Magnum;

/// <summary>What Magnum's driver gives to Heat for a cluster or a node group.</summary>
internal static class ClusterShapes
{
    /// <summary>Gives the shape of the cluster's own stack, or of a group's when one is given.</summary>
    public static ClusterShape Of(MagnumState state, Cluster cluster, NodeGroup? group)
    {
        var template = state.TemplateOf(cluster);
        var workers = group ?? cluster.Workers;
        return new ClusterShape
        {
            ClusterId = cluster.Uuid,
            ClusterName = cluster.Name,
            ProjectId = cluster.ProjectId,
            UserName = cluster.UserName,
            Image = workers.ImageId,
            MasterFlavor = cluster.MasterFlavor,
            WorkerFlavor = workers.FlavorId,
            Keypair = cluster.Keypair,
            PublicKey = state.Cloud.Keypairs.Find(k => k.Name == cluster.Keypair && (k.User == cluster.UserId || k.User == cluster.UserName))?.PublicKey,
            ExternalNetworkId = template?.Text("external_network_id") is { } external ? state.Cloud.FindNetwork(external, cluster.ProjectId)?.Id ?? external : null,
            FixedNetwork = cluster.FixedNetwork,
            FixedSubnet = cluster.FixedSubnet,
            DnsNameserver = template?.Text("dns_nameserver"),
            NetworkDriver = template?.Text("network_driver"),
            VolumeDriver = template?.Text("volume_driver"),
            DockerStorageDriver = template?.Text("docker_storage_driver"),
            DiscoveryUrl = cluster.DiscoveryUrl,
            WorkerGroup = workers.Name,
            WorkerRole = workers.Role,
            Masters = group is null ? cluster.Masters.NodeCount : 0,
            Workers = workers.NodeCount,
            TimeoutMinutes = cluster.CreateTimeout == 0 ? 60 * 24 : cluster.CreateTimeout,
            LoadBalancer = cluster.MasterLbEnabled && group is null,
            FloatingIps = cluster.FloatingIpEnabled,
            DockerVolumeSize = workers.DockerVolumeSize ?? 0,
            IsClusterStack = group is null,
            Labels = workers.Labels,
        };
    }
}
