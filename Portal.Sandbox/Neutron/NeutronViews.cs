using System.Text.Json.Nodes;
using Portal.Sandbox.Heat;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Neutron;

/// <summary>Networks, subnets and floating IPs as Neutron shows them: declared ones, and those that clusters have made.</summary>
internal sealed class NeutronViews(Cloud cloud)
{
    public static JsonObject List(string name, IEnumerable<JsonObject> rows, IQueryCollection query)
    {
        foreach (var (key, wanted) in query)
        {
            if (key is "fields" or "limit" or "marker" or "sort_key" or "sort_dir" or "page_reverse" or "fixed_ips")
            {
                continue;
            }

            var own = key == "tenant_id" ? "project_id" : key;
            rows = rows.Where(r => wanted.Any(w => string.Equals(w, r[own]?.ToString(), StringComparison.OrdinalIgnoreCase)));
        }

        return new JsonObject { [name] = new JsonArray([.. rows]) };
    }

    public IEnumerable<JsonObject> Networks(TokenInfo token) => Seen(token).Select(n => new JsonObject
    {
        ["id"] = n.Id,
        ["name"] = n.Name,
        ["status"] = "ACTIVE",
        ["admin_state_up"] = true,
        ["shared"] = n.Shared,
        ["router:external"] = n.External,
        ["is_default"] = false,
        ["mtu"] = 1450,
        ["port_security_enabled"] = true,
        ["project_id"] = n.ProjectId,
        ["tenant_id"] = n.ProjectId,
        ["subnets"] = new JsonArray([.. n.Subnets.Select(s => (JsonNode?)s.Id)]),
        ["availability_zones"] = new JsonArray("nova"),
        ["description"] = "",
        ["tags"] = new JsonArray(),
        ["created_at"] = Ids.ZuluTime(n.Created),
        ["updated_at"] = Ids.ZuluTime(n.Created),
        ["revision_number"] = 2,
    });

    public IEnumerable<JsonObject> Subnets(TokenInfo token) => Seen(token).SelectMany(n => n.Subnets.Select(s => new JsonObject
    {
        ["id"] = s.Id,
        ["name"] = s.Name,
        ["network_id"] = n.Id,
        ["cidr"] = s.Cidr,
        ["ip_version"] = 4,
        ["enable_dhcp"] = !n.External,
        ["gateway_ip"] = s.Cidr.Split('/')[0][..(s.Cidr.LastIndexOf('.') + 1)] + "1",
        ["dns_nameservers"] = new JsonArray(),
        ["allocation_pools"] = new JsonArray(),
        ["host_routes"] = new JsonArray(),
        ["project_id"] = n.ProjectId,
        ["tenant_id"] = n.ProjectId,
        ["description"] = "",
        ["tags"] = new JsonArray(),
        ["created_at"] = Ids.ZuluTime(n.Created),
        ["updated_at"] = Ids.ZuluTime(n.Created),
        ["revision_number"] = 0,
    }));

    public IEnumerable<JsonObject> FloatingIps(TokenInfo token)
    {
        var external = cloud.Networks.Find(n => n.External);
        return from stack in cloud.Stacks.Values
               where stack.Node?.FloatingAddress is not null && (stack.ProjectId == token.ProjectId || token.IsAdmin)
               from resource in stack.Resources
               where resource.Type.EndsWith("FloatingIP", StringComparison.Ordinal) && resource.Exists
               select new JsonObject
               {
                   ["id"] = resource.PhysicalId,
                   ["floating_ip_address"] = stack.Node!.FloatingAddress,
                   ["fixed_ip_address"] = stack.Node.Address,
                   ["floating_network_id"] = external?.Id,
                   ["port_id"] = stack.Resources.Find(r => r.Type == "OS::Neutron::Port")?.PhysicalId,
                   ["status"] = "ACTIVE",
                   ["project_id"] = stack.ProjectId,
                   ["tenant_id"] = stack.ProjectId,
                   ["description"] = "",
                   ["tags"] = new JsonArray(),
               };
    }

    /// <summary>Gives the ports of nodes, and those that other things left in a cluster's subnet; <paramref name="fixedIps"/> as Neutron's filter: <c>subnet_id=ID</c>.</summary>
    public IEnumerable<JsonObject> Ports(TokenInfo token, IEnumerable<string?> fixedIps)
    {
        var subnets = fixedIps.OfType<string>().Where(f => f.StartsWith("subnet_id=", StringComparison.Ordinal)).Select(f => f[10..]).ToHashSet(StringComparer.Ordinal);
        return from network in cloud.Stacks.Values
               where network.ProjectId == token.ProjectId || token.IsAdmin
               let subnet = network.Find("private_subnet")
               where subnet is { Exists: true } && (subnets.Count == 0 || subnets.Contains(subnet.PhysicalId))
               let root = cloud.Stacks.GetValueOrDefault(network.ParentId ?? "")
               where root is not null
               from port in NodePorts(root).Concat(root.FailureCause == "delete-port" ? [(StackFailures.LeftOver(root.Parameters["cluster_uuid"]), "reports-db-port", "compute:nova", Ids.Uuid(), "10.0.0.252")] : [])
               select new JsonObject
               {
                   ["id"] = port.Item1,
                   ["name"] = port.Item2,
                   ["device_owner"] = port.Item3,
                   ["device_id"] = port.Item4,
                   ["network_id"] = network.Find("private_network")?.PhysicalId,
                   ["fixed_ips"] = new JsonArray(new JsonObject { ["subnet_id"] = subnet.PhysicalId, ["ip_address"] = port.Item5 }),
                   ["status"] = "ACTIVE",
                   ["admin_state_up"] = true,
                   ["project_id"] = network.ProjectId,
                   ["tenant_id"] = network.ProjectId,
                   ["tags"] = new JsonArray(),
               };
    }

    private IEnumerable<(string Id, string Name, string Owner, string Device, string Address)> NodePorts(Stack root) =>
        from nodes in new[] { root.Find("kube_masters"), root.Find("kube_minions") }
        where nodes?.NestedId is not null && cloud.Stacks.ContainsKey(nodes.NestedId)
        from member in cloud.Stacks[nodes.NestedId!].Resources
        where member.NestedId is not null && cloud.Stacks.ContainsKey(member.NestedId)
        let node = cloud.Stacks[member.NestedId!]
        let port = node.Resources.Find(r => r.Type == "OS::Neutron::Port")
        where port is { Exists: true }
        select (port.PhysicalId, $"{node.Name}-{port.Name}", "compute:nova", node.Resources.Find(r => r.Type == "OS::Nova::Server")?.PhysicalId ?? "", node.Node!.Address);

    private IEnumerable<Network> Seen(TokenInfo token) =>
        cloud.Networks.Concat(Made()).Where(n => n.External || n.Shared || n.ProjectId == token.ProjectId || token.IsAdmin);

    private IEnumerable<Network> Made() => from stack in cloud.Stacks.Values
                                           let net = stack.Find("private_network")
                                           where net is { Exists: true }
                                           let subnet = stack.Find("private_subnet")
                                           let name = cloud.Stacks.GetValueOrDefault(stack.ParentId ?? "")?.Parameters.GetValueOrDefault("fixed_network_name") ?? stack.Name
                                           select new Network
                                           {
                                               Id = net.PhysicalId,
                                               Name = name,
                                               ProjectId = stack.ProjectId,
                                               Subnets = subnet is { Exists: true } ? [new Subnet(subnet.PhysicalId, $"{stack.Name}-private_subnet", "10.0.0.0/24")] : [],
                                               Created = net.Created,
                                           };
}
