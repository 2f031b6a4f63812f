using System.Globalization;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Heat;

/// <summary>The parameters with which Magnum's driver makes a stack.</summary>
internal static class StackParameters
{
    public static Dictionary<string, string> Of(ClusterShape shape, Stack stack, string magnumUrl, string keystoneUrl)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OS::stack_id"] = stack.Id,
            ["OS::project_id"] = stack.ProjectId,
            ["OS::stack_name"] = stack.Name,
            ["is_cluster_stack"] = shape.IsClusterStack ? "True" : "False",
            ["ssh_key_name"] = shape.Keypair ?? "",
            ["ssh_public_key"] = shape.PublicKey ?? "",
            ["external_network"] = shape.ExternalNetworkId ?? "",
            ["fixed_network"] = shape.FixedNetwork ?? "",
            ["fixed_network_name"] = shape.FixedNetwork ?? shape.ClusterName,
            ["fixed_subnet"] = shape.FixedSubnet ?? "",
            ["dns_nameserver"] = shape.DnsNameserver ?? "8.8.8.8",
            ["network_driver"] = shape.NetworkDriver ?? "",
            ["volume_driver"] = shape.VolumeDriver ?? "",
            ["docker_volume_size"] = Number(shape.DockerVolumeSize),
            ["docker_storage_driver"] = shape.DockerStorageDriver ?? "overlay2",
            ["discovery_url"] = shape.DiscoveryUrl ?? "",
            ["cluster_uuid"] = shape.ClusterId,
            ["project_id"] = shape.ProjectId,
            ["magnum_url"] = magnumUrl + "/v1",
            ["auth_url"] = keystoneUrl + "/v3",
            ["keystone_auth_default_policy"] = ParameterDefaults.KeystonePolicy.Replace("{project}", shape.ProjectId, StringComparison.Ordinal),
        };
        AddNodes(all, shape);
        AddTrust(all, shape);
        foreach (var (name, value) in ParameterDefaults.All)
        {
            all.TryAdd(name, value);
        }

        AddLabels(all, shape);
        return all;
    }

    /// <summary>Sets what a resize or an upgrade changes.</summary>
    public static void AddNodes(Dictionary<string, string> all, ClusterShape shape)
    {
        all["master_image"] = all["minion_image"] = shape.Image;
        all["master_flavor"] = shape.MasterFlavor;
        all["minion_flavor"] = shape.WorkerFlavor;
        all["master_nodegroup_name"] = shape.MasterGroup;
        all["worker_nodegroup_name"] = shape.WorkerGroup;
        all["worker_role"] = shape.WorkerRole;
        all["number_of_masters"] = Number(shape.Masters);
        all["number_of_minions"] = Number(shape.Workers);
        all["max_node_count"] = Number(shape.Workers + 1);
    }

    /// <summary>Sets the parameters that labels give, the Kubernetes version above all.</summary>
    public static void AddLabels(Dictionary<string, string> all, ClusterShape shape)
    {
        var tag = shape.Labels.TryGetValue("kube_tag", out var labelled) ? labelled : "v1.23.3-rancher1";
        all["kube_tag"] = all["master_kube_tag"] = all["minion_kube_tag"] = all["kube_version"] = tag;
        all.TryAdd("boot_volume_size", "0");
        all.TryAdd("etcd_volume_size", "0");
        foreach (var (name, value) in shape.Labels)
        {
            if (all.ContainsKey(name))
            {
                all[name] = value;
            }
        }
    }

    private static void AddTrust(Dictionary<string, string> all, ClusterShape shape)
    {
        all["username"] = shape.UserName;
        all["password"] = all["trustee_password"] = Ids.Suffix();
        all["trustee_domain_id"] = Ids.Hex();
        all["trustee_user_id"] = Ids.Hex();
        all["trustee_username"] = $"{shape.ClusterId}_{shape.ProjectId}";
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
