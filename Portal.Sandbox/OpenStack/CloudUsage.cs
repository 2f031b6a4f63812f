using Portal.Sandbox.Heat;

namespace Portal.Sandbox.OpenStack;

/// <summary>What a project uses, counted from what its stacks have made.</summary>
internal static class CloudUsage
{
    /// <summary>Gives the servers of a project: the node's stack and the server in it.</summary>
    public static IEnumerable<(Stack Stack, StackResource Server)> Servers(this Cloud cloud, string projectId) =>
        from stack in cloud.Stacks.Values
        where stack.Node is not null && stack.ProjectId == projectId
        from resource in stack.Resources
        where resource.Type == "OS::Nova::Server" && resource.Exists
        select (stack, resource);

    /// <summary>Counts what is used of a quota, in the quota's unit.</summary>
    public static int Used(this Cloud cloud, string projectId, string quota) => quota switch
    {
        "instances" => cloud.Servers(projectId).Count(),
        "cores" => cloud.Servers(projectId).Sum(s => cloud.FindFlavor(s.Stack.Node!.Flavor)?.Vcpus ?? 0),
        "ram" => cloud.Servers(projectId).Sum(s => cloud.FindFlavor(s.Stack.Node!.Flavor)?.Ram ?? 0),
        "server_groups" => Count(cloud, projectId, "OS::Nova::ServerGroup"),
        "network" => Count(cloud, projectId, "Magnum::Optional::Neutron::Net"),
        "subnet" => Count(cloud, projectId, "Magnum::Optional::Neutron::Subnet"),
        "router" => Count(cloud, projectId, "Magnum::Optional::Neutron::Router"),
        "port" => Count(cloud, projectId, "OS::Neutron::Port"),
        "security_group" => 1 + Count(cloud, projectId, "OS::Neutron::SecurityGroup"),
        "security_group_rule" => 4 + Count(cloud, projectId, "OS::Neutron::SecurityGroupRule"),
        "floatingip" => Count(cloud, projectId, "FloatingIP"),
        "volumes" => Count(cloud, projectId, "::Volume"),
        "gigabytes" => Count(cloud, projectId, "::Volume") * 20,
        "load_balancer" => Count(cloud, projectId, "::LoadBalancer"),
        "listener" => Count(cloud, projectId, "::Listener"),
        "pool" => Count(cloud, projectId, "::Pool"),
        "member" => Count(cloud, projectId, "::PoolMember"),
        _ => 0,
    };

    private static int Count(Cloud cloud, string projectId, string type) => cloud.Stacks.Values
        .Where(s => s.ProjectId == projectId)
        .Sum(s => s.Resources.Count(r => r.Exists && r.Type.EndsWith(type, StringComparison.Ordinal)));
}
