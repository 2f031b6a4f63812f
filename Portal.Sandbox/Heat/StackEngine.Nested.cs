using System.Globalization;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Heat;

/// <content>Stacks nested in others: networks, load balancers, groups of nodes, nodes.</content>
internal sealed partial class StackEngine
{
    private void StartNested(Stack stack, StackResource resource, DateTimeOffset at)
    {
        if (resource.NestedId is not { } id || !cloud.Stacks.TryGetValue(id, out var nested))
        {
            if (resource.Action == "DELETE")
            {
                Finish(stack, resource, at);
                return;
            }

            nested = Nest(stack, resource, at);
        }

        Reset(nested);
        nested.Action = resource.Action;
        nested.State = "IN_PROGRESS";
        nested.Reason = $"Stack {nested.Action} started";
        nested.Updated = nested.Action == "CREATE" ? null : at;
        Tell(stack, resource, at);
        Tell(nested, at);
        if (resource.Action == "DELETE")
        {
            MarkDeleted(nested);
        }

        Settle(nested, at);
    }

    private Stack Nest(Stack stack, StackResource resource, DateTimeOffset at)
    {
        var nested = new Stack
        {
            Id = Ids.Uuid(),
            Name = $"{stack.Name}-{resource.Name}-{Ids.Suffix()}",
            ProjectId = stack.ProjectId,
            Owner = stack.Owner,
            StackUserProjectId = stack.StackUserProjectId,
            ParentId = stack.Id,
            ParentResource = resource.Name,
            Created = at,
            TimeoutMinutes = stack.TimeoutMinutes,
        };
        cloud.Stacks[nested.Id] = nested;
        resource.NestedId = resource.PhysicalId = nested.Id;
        nested.Resources.AddRange(Contents(stack, resource, nested));
        nested.Resources.ForEach(r => r.Created = r.Updated = at);
        return nested;
    }

    private List<StackResource> Contents(Stack stack, StackResource resource, Stack nested)
    {
        var root = Root(stack);
        var shape = Shapes[root.Id];
        switch (resource.Name)
        {
            case "network":
                return Blueprint.Network(shape);
            case "api_lb" or "etcd_lb":
                return Blueprint.LoadBalancer(shape, resource.Name == "api_lb");
            case "kube_masters" or "kube_minions":
                var masters = resource.Name == "kube_masters";
                return [.. Enumerable.Range(0, masters ? shape.Masters : shape.Workers).Select(i => Member(masters, i))];
            case "api_address_lb_switch" or "etcd_address_lb_switch" or "api_address_floating_switch" or "api_address_switch" or "network_switch":
                return [];
            default:
                var master = stack.ParentResource == "kube_masters";
                nested.Node = Node(root, shape, master, resource.Name);
                var contents = master ? Blueprint.Master(shape) : Blueprint.Minion(shape);
                failures.AddWaitCondition(root, master, contents);
                return contents;
        }
    }

    private static StackResource Member(bool master, int index) =>
        Blueprint.Of(index.ToString(CultureInfo.InvariantCulture), Blueprint.MemberType(master), 1);

    private NodeShape Node(Stack root, ClusterShape shape, bool master, string index)
    {
        var used = cloud.Stacks.Values.Where(s => s.Node is not null && Shapes.TryGetValue(Root(s).Id, out var other) && other.ClusterId == shape.ClusterId)
            .Select(s => s.Node!.Address).ToHashSet(StringComparer.Ordinal);
        string address;
        do
        {
            address = $"10.0.0.{Random.Shared.Next(10, 251)}";
        }
        while (used.Contains(address) && used.Count < 200);

        return new NodeShape
        {
            NodeGroup = master ? shape.MasterGroup : shape.WorkerGroup,
            Role = master ? "master" : shape.WorkerRole,
            ServerName = $"{root.Name}-{(master ? "master" : "node")}-{index}".ToLowerInvariant(),
            Flavor = master ? shape.MasterFlavor : shape.WorkerFlavor,
            Address = address,
            FloatingAddress = shape.FloatingIps && !(master && shape.LoadBalancer) ? $"172.24.{Random.Shared.Next(4, 250)}.{Random.Shared.Next(2, 250)}" : null,
            Image = shape.Image,
            Keypair = shape.Keypair,
        };
    }
}
