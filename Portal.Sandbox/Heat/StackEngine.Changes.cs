using System.Globalization;

namespace Portal.Sandbox.Heat;

/// <content>Updates and deletions.</content>
internal sealed partial class StackEngine
{
    /// <summary>Changes the number of workers; a change that comes while another runs is joined with it, the last number wins.</summary>
    public void Resize(Stack root, int workers, IReadOnlyList<string> toRemove, DateTimeOffset at)
    {
        if (root is { Action: "CREATE", State: "FAILED" } || root.Action == "DELETE")
        {
            return;
        }

        var shape = Shapes[root.Id] = Shapes[root.Id] with { Workers = workers };
        StackParameters.AddNodes(root.Parameters, shape);
        BeginUpdate(root, at);
        var minions = root.Find("kube_minions")!;
        if (minions.NestedId is { } id && cloud.Stacks.TryGetValue(id, out var group))
        {
            Reset(group);
            Regroup(group, workers, toRemove);
            Redo(minions, group, at);
        }

        Settle(root, at);
    }

    /// <summary>Updates every node in place: rotation of the CA, upgrade to another template.</summary>
    public void Renew(Stack root, ClusterShape shape, double seconds, DateTimeOffset at)
    {
        Shapes[root.Id] = shape;
        StackParameters.AddNodes(root.Parameters, shape);
        StackParameters.AddLabels(root.Parameters, shape);
        BeginUpdate(root, at);
        foreach (var name in new[] { "kube_masters", "kube_minions" })
        {
            if (root.Find(name) is { NestedId: { } id } owner && cloud.Stacks.TryGetValue(id, out var group))
            {
                RenewMembers(group, shape, seconds);
                Redo(owner, group, at);
            }
        }

        Settle(root, at);
    }

    /// <summary>An update in which Heat finds nothing to do.</summary>
    public void Touch(Stack root, DateTimeOffset at)
    {
        if (root is { Action: "CREATE", State: "FAILED" } || root.Action == "DELETE")
        {
            return;
        }

        BeginUpdate(root, at);
        Settle(root, at);
    }

    /// <summary>Deletes a stack, whatever it is doing.</summary>
    public void Delete(Stack root, DateTimeOffset at)
    {
        if (root is { Action: "DELETE", IsBusy: true })
        {
            return;
        }

        root.Action = "DELETE";
        root.State = "IN_PROGRESS";
        root.Reason = "Stack DELETE started";
        root.ActionStarted = at;
        Tell(root, at);
        MarkDeleted(root);
        Settle(root, at);
    }

    private static void BeginUpdate(Stack root, DateTimeOffset at)
    {
        root.Action = "UPDATE";
        root.State = "IN_PROGRESS";
        root.Reason = "Stack UPDATE started";
        root.Updated = at;
        root.ActionStarted = at;
        Reset(root);
        Tell(root, at);
    }

    private void Redo(StackResource owner, Stack group, DateTimeOffset at)
    {
        if (owner.State == "IN_PROGRESS")
        {
            Settle(group, at);
            return;
        }

        owner.Action = "UPDATE";
        owner.State = "INIT";
        owner.Due = null;
        group.State = "INIT";
    }

    private static void Reset(Stack stack)
    {
        foreach (var resource in stack.Resources.Where(r => r.State == "FAILED"))
        {
            resource.State = "INIT";
            resource.Due = null;
        }
    }

    private void Regroup(Stack group, int count, IReadOnlyList<string> toRemove)
    {
        var kept = group.Resources.Where(r => r.Action != "DELETE").ToList();
        var doomed = kept.Where(r => toRemove.Contains(r.Name) || toRemove.Contains(ServerId(r))).Take(Math.Max(0, kept.Count - count)).ToList();
        doomed.AddRange(kept.Except(doomed).Reverse().Take(Math.Max(0, kept.Count - count - doomed.Count)));
        foreach (var resource in doomed)
        {
            if (resource.NestedId is null)
            {
                group.Resources.Remove(resource);
                continue;
            }

            resource.Action = "DELETE";
            resource.State = "INIT";
            resource.Due = null;
        }

        var next = group.Resources.Select(r => int.Parse(r.Name, CultureInfo.InvariantCulture)).DefaultIfEmpty(-1).Max();
        for (var i = kept.Count; i < count; i++)
        {
            var member = Member(false, ++next);
            member.Created = member.Updated = cloud.Now;
            group.Resources.Add(member);
        }
    }

    private string? ServerId(StackResource member) => member.NestedId is { } id && cloud.Stacks.TryGetValue(id, out var node)
        ? node.Resources.Find(r => r.Type == "OS::Nova::Server")?.PhysicalId : null;

    private void RenewMembers(Stack group, ClusterShape shape, double seconds)
    {
        foreach (var member in group.Resources.Where(r => r is { NestedId: not null, Action: not "DELETE" }))
        {
            var node = cloud.Stacks[member.NestedId!];
            node.Node!.Image = shape.Image;
            var upgrade = node.Find("upgrade_kubernetes_deployment")!;
            upgrade.Action = "UPDATE";
            upgrade.State = "INIT";
            upgrade.Seconds = seconds;
            upgrade.Due = null;
            Reset(node);
            member.Action = "UPDATE";
            member.State = "INIT";
            member.Due = null;
            node.State = "INIT";
        }
    }

    private static void MarkDeleted(Stack stack)
    {
        stack.Resources.RemoveAll(r => r is { Action: "CREATE", State: "INIT", NestedId: null, PhysicalId: "" });
        foreach (var resource in stack.Resources)
        {
            resource.Action = "DELETE";
            resource.State = "INIT";
            resource.Due = null;
        }
    }
}
