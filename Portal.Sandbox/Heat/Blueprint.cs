namespace Portal.Sandbox.Heat;

/// <summary>Magnum's templates for Kubernetes on Fedora CoreOS: which resources a stack has, what waits for what, how long each takes.</summary>
internal static class Blueprint
{
    private const string Templates = "file:///usr/lib/python3/dist-packages/magnum/drivers/";

    /// <summary>Gives the resources of a cluster's stack; nested stacks are made when Heat reaches them.</summary>
    public static List<StackResource> Cluster() =>
    [
        Of("secgroup_rule_tcp_kube_minion_pods_cidr", "OS::Neutron::SecurityGroupRule", 3),
        Of("kube_cluster_deploy", "OS::Heat::SoftwareDeployment", 35),
        Of("kube_cluster_config", "OS::Heat::SoftwareConfig", 1, "kube_cluster_deploy"),
        Of("secgroup_rule_udp_kube_minion", "OS::Neutron::SecurityGroupRule", 3),
        Of("kube_minions", "OS::Heat::ResourceGroup", 1),
        Of("etcd_address_lb_switch", "Magnum::ApiGatewaySwitcher", 1, "kube_minions"),
        Of("worker_nodes_server_group", "OS::Nova::ServerGroup", 2, "kube_minions"),
        Of("api_address_floating_switch", "Magnum::FloatingIPAddressSwitcher", 1),
        Of("api_address_lb_switch", "Magnum::ApiGatewaySwitcher", 1, "kube_minions", "api_address_floating_switch"),
        Of("kube_masters", "OS::Heat::ResourceGroup", 1, "kube_cluster_config", "kube_cluster_deploy", "etcd_address_lb_switch", "api_address_lb_switch"),
        Of("etcd_lb", Templates + "common/templates/lb_etcd.yaml", 1, "etcd_address_lb_switch", "kube_masters"),
        Of("api_lb", Templates + "common/templates/lb_api.yaml", 1, "kube_masters", "api_address_lb_switch"),
        Of("network", Templates + "common/templates/network.yaml", 1, "kube_minions", "kube_masters", "etcd_lb", "api_lb"),
        Of("master_nodes_server_group", "OS::Nova::ServerGroup", 2, "kube_masters"),
        Of("secgroup_rule_udp_kube_minion_pods_cidr", "OS::Neutron::SecurityGroupRule", 3),
        Of("secgroup_rule_tcp_kube_minion", "OS::Neutron::SecurityGroupRule", 3),
        Of("secgroup_kube_minion", "OS::Neutron::SecurityGroup", 4, "secgroup_rule_tcp_kube_minion_pods_cidr", "secgroup_rule_udp_kube_minion_pods_cidr", "secgroup_rule_tcp_kube_minion", "kube_minions", "secgroup_rule_udp_kube_minion"),
        Of("secgroup_kube_master", "OS::Neutron::SecurityGroup", 4, "secgroup_kube_minion", "kube_masters"),
    ];

    /// <summary>Gives the resources of the stack of one more node group.</summary>
    public static List<StackResource> NodeGroup() =>
    [
        Of("worker_nodes_server_group", "OS::Nova::ServerGroup", 2, "kube_minions"),
        Of("kube_minions", "OS::Heat::ResourceGroup", 1),
    ];

    public static List<StackResource> Network(ClusterShape shape)
    {
        var own = shape.FixedNetwork is null;
        return
        [
            Of("network_switch", "Magnum::NetworkSwitcher", 1),
            Optional("extrouter_inside", "Magnum::Optional::Neutron::RouterInterface", 5, own),
            Optional("private_subnet", "Magnum::Optional::Neutron::Subnet", 3, own, "network_switch", "extrouter_inside"),
            Optional("private_network", "Magnum::Optional::Neutron::Net", 3, own, "network_switch", "private_subnet"),
            Optional("extrouter", "Magnum::Optional::Neutron::Router", 6, own, "extrouter_inside"),
        ];
    }

    public static List<StackResource> LoadBalancer(ClusterShape shape, bool api)
    {
        var resources = new List<StackResource>
        {
            Optional("pool", "Magnum::Optional::Neutron::LBaaS::Pool", shape.LoadBalancer ? 6 : 1, shape.LoadBalancer),
            Optional("listener", "Magnum::Optional::Neutron::LBaaS::Listener", shape.LoadBalancer ? 6 : 1, shape.LoadBalancer, "pool"),
        };
        if (api)
        {
            resources.Add(Optional("floating", "Magnum::Optional::Neutron::LBaaS::FloatingIP", 3, shape.LoadBalancer && shape.FloatingIps));
        }

        resources.Add(Optional("loadbalancer", "Magnum::Optional::Neutron::LBaaS::LoadBalancer", shape.LoadBalancer ? 65 : 1, shape.LoadBalancer, api ? ["listener", "floating"] : ["listener"]));
        return resources;
    }

    public static List<StackResource> Master(ClusterShape shape)
    {
        var etcdVolume = shape.Label("etcd_volume_size");
        var docker = shape.DockerVolumeSize > 0;
        return
        [
            Of("master_config_deployment", "OS::Heat::SoftwareDeployment", 105),
            Of("master_config", "OS::Heat::SoftwareConfig", 1, "master_config_deployment"),
            Optional("etcd_pool_member", "Magnum::Optional::Neutron::LBaaS::PoolMember", 5, shape.LoadBalancer),
            Of("upgrade_kubernetes_deployment", "OS::Heat::SoftwareDeployment", 0),
            Of("upgrade_kubernetes", "OS::Heat::SoftwareConfig", 1, "upgrade_kubernetes_deployment"),
            Optional("docker_volume_attach", "Magnum::Optional::Cinder::VolumeAttachment", 4, docker),
            Optional("docker_volume", "Magnum::Optional::Cinder::Volume", 6, docker, "docker_volume_attach", "master_config"),
            Of("api_address_switch", "Magnum::ApiGatewaySwitcher", 1, "master_config"),
            Optional("kube_master_floating", "Magnum::Optional::KubeMaster::Neutron::FloatingIP", 4, shape.FloatingIps && !shape.LoadBalancer, "api_address_switch", "master_config"),
            Optional("etcd_volume_attach", "Magnum::Optional::Etcd::VolumeAttachment", 4, etcdVolume),
            Of("kube-master", "OS::Nova::Server", 35, "master_config_deployment", "kube_master_floating", "etcd_volume_attach", "upgrade_kubernetes_deployment", "docker_volume_attach"),
            Of("agent_config", "OS::Heat::SoftwareConfig", 1, "kube-master"),
            Optional("etcd_volume", "Magnum::Optional::Etcd::Volume", 6, etcdVolume, "etcd_volume_attach", "master_config"),
            Optional("api_pool_member", "Magnum::Optional::Neutron::LBaaS::PoolMember", 5, shape.LoadBalancer),
            Of("kube_master_eth0", "OS::Neutron::Port", 4, "etcd_pool_member", "kube_master_floating", "master_config", "api_address_switch", "kube-master", "api_pool_member"),
        ];
    }

    public static List<StackResource> Minion(ClusterShape shape)
    {
        var docker = shape.DockerVolumeSize > 0;
        return
        [
            Of("upgrade_kubernetes_deployment", "OS::Heat::SoftwareDeployment", 0),
            Of("upgrade_kubernetes", "OS::Heat::SoftwareConfig", 1, "upgrade_kubernetes_deployment"),
            Optional("docker_volume_attach", "Magnum::Optional::Cinder::VolumeAttachment", 4, docker),
            Of("node_config_deployment", "OS::Heat::SoftwareDeployment", 60),
            Of("node_config", "OS::Heat::SoftwareConfig", 1, "node_config_deployment"),
            Optional("docker_volume", "Magnum::Optional::Cinder::Volume", 6, docker, "docker_volume_attach", "node_config"),
            Optional("kube_minion_floating", "Magnum::Optional::KubeMinion::Neutron::FloatingIP", 4, shape.FloatingIps, "node_config"),
            Of("kube-minion", "OS::Nova::Server", 35, "upgrade_kubernetes_deployment", "kube_minion_floating", "docker_volume_attach", "node_config_deployment"),
            Of("kube_minion_eth0", "OS::Neutron::Port", 4, "kube-minion", "kube_minion_floating", "node_config"),
            Of("agent_config", "OS::Heat::SoftwareConfig", 1, "kube-minion"),
        ];
    }

    /// <summary>Gives the type of a member of a resource group.</summary>
    public static string MemberType(bool master) =>
        Templates + (master ? "k8s_fedora_coreos_v1/templates/kubemaster.yaml" : "k8s_fedora_coreos_v1/templates/kubeminion.yaml");

    public static StackResource Of(string name, string type, double seconds, params string[] requiredBy) =>
        new() { Name = name, Type = type, Seconds = seconds, RequiredBy = [.. requiredBy] };

    /// <summary>Says whether a resource holds a stack of its own.</summary>
    public static bool IsNested(StackResource resource) =>
        resource.Type.StartsWith("file:", StringComparison.Ordinal) || resource.Type is "OS::Heat::ResourceGroup" or "Magnum::ApiGatewaySwitcher" or "Magnum::FloatingIPAddressSwitcher" or "Magnum::NetworkSwitcher";

    private static StackResource Optional(string name, string type, double seconds, bool on, params string[] requiredBy) =>
        new() { Name = name, Type = type, Seconds = on ? seconds : 0.5, Real = on, RequiredBy = [.. requiredBy] };
}
