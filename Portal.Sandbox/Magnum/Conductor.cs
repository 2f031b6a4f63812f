using Portal.Sandbox.Heat;

namespace Portal.Sandbox.Magnum;

/// <summary>
/// Magnum's conductor: hands changes to Heat and reads back, from time to time, what became of them. Its rows are late:
/// for some seconds after a change they show the old status, and later what Heat was a moment ago.
/// </summary>
internal sealed partial class Conductor(MagnumState state, StackEngine engine)
{
    private readonly StackFailures failures = new(state.Cloud);

    public ClusterAuthorities Authorities { get; } = new(state);

    public ClusterApis Apis { get; } = new(state, engine);

    private DateTimeOffset Now => state.Cloud.Now;

    public void Create(Cluster cluster)
    {
        cluster.Change = "CREATE";
        cluster.ChangeSeen = true;
        cluster.NextSync = cluster.Created + Late(6, 300);
    }

    /// <summary>Asks for another number of nodes. A cluster that was never made takes the wish, and nothing comes of it.</summary>
    public void Resize(Cluster cluster, NodeGroup group, int count, IReadOnlyList<string> remove)
    {
        group.NodeCount = count;
        cluster.Updated = group.Updated = Now;
        if (Stack(group) is { } stack && stack is not { Action: "CREATE", State: "FAILED" })
        {
            engine.Resize(stack, count, remove, Now);
            Begin(cluster, seen: false);
        }
    }

    public void Touch(Cluster cluster, NodeGroup group)
    {
        cluster.Updated = group.Updated = Now;
        if (Stack(group) is { } stack)
        {
            engine.Touch(stack, Now);
            Begin(cluster, seen: false);
        }
    }

    public void CreateGroup(Cluster cluster, NodeGroup group)
    {
        _ = group;
        Begin(cluster, seen: false);
    }

    public void DeleteGroup(Cluster cluster, NodeGroup group)
    {
        if (Stack(group) is not { } stack)
        {
            cluster.NodeGroups.Remove(group);
            return;
        }

        engine.Delete(stack, Now);
        Begin(cluster, seen: false);
    }

    public void Upgrade(Cluster cluster, ClusterTemplate template)
    {
        cluster.TemplateId = template.Uuid;
        cluster.Labels = template.Labels;
        foreach (var group in cluster.NodeGroups)
        {
            group.Labels = cluster.Labels;
            group.ImageId = template.Text("image_id")!;
            if (Stack(group) is { } stack && (group.Role == "master" || !group.IsDefault))
            {
                engine.Renew(stack, ClusterShapes.Of(state, cluster, group.IsDefault ? null : group), 60, Now);
            }
        }

        Begin(cluster, seen: true);
    }

    public void Rotate(Cluster cluster)
    {
        Authorities.Rotate(cluster);
        cluster.RotationRuns = true;
        if (Stack(cluster.Masters) is { } stack)
        {
            engine.Renew(stack, engine.Shapes[stack.Id], 40, Now);
        }

        Begin(cluster, seen: true);
    }

    public void Delete(Cluster cluster)
    {
        if (ConductorFailures.AtDelete(cluster) is { } blocked)
        {
            (cluster.Status, cluster.StatusReason, cluster.Updated) = ("DELETE_FAILED", blocked, Now);
            return;
        }

        foreach (var stack in cluster.NodeGroups.Select(Stack).OfType<Stack>().Distinct())
        {
            engine.Delete(stack, Now);
        }

        if (cluster.Change != "DELETE")
        {
            cluster.Change = "DELETE";
            cluster.ChangeSeen = false;
            cluster.NextSync = Now + Late(5, 1000);
        }
    }

    /// <summary>Looks at Heat for every cluster whose turn it is.</summary>
    public void Tick(DateTimeOffset now)
    {
        foreach (var cluster in state.Clusters.Where(c => c.Change is not null && c.NextSync <= now).ToList())
        {
            Step(cluster, now);
            cluster.NextSync = now + Late(10, 300);
        }

        Apis.Tick(now);
    }

    /// <summary>Does for one cluster what the conductor does in one round.</summary>
    public void Step(Cluster cluster, DateTimeOffset now)
    {
        if (cluster.Change == "DELETE")
        {
            StepDelete(cluster, now);
            return;
        }

        if (ConductorFailures.NeverBegins(cluster) || (cluster.StackId is null && !Begun(cluster, now)) || ConductorFailures.IsWithoutHeat(cluster))
        {
            return;
        }

        foreach (var group in cluster.NodeGroups.Where(g => g.StackId is null))
        {
            group.StackId = engine.Create(ClusterShapes.Of(state, cluster, group), cluster.Labels.GetValueOrDefault("sandbox_fail"), now).Id;
        }

        Sync(cluster, now);
    }

    private void Sync(Cluster cluster, DateTimeOffset now)
    {
        if (!cluster.ChangeSeen)
        {
            cluster.Status = "UPDATE_IN_PROGRESS";
            cluster.StatusReason = null;
            cluster.ChangeSeen = true;
            cluster.Updated = now;
            return;
        }

        if (InTrouble(cluster, now))
        {
            return;
        }

        foreach (var group in cluster.NodeGroups.ToList())
        {
            if (Stack(group) is not { } stack || stack is { Action: "DELETE", State: "COMPLETE" })
            {
                cluster.NodeGroups.Remove(group);
                continue;
            }

            SyncGroup(group, stack, now);
        }

        Apis.Nodes(cluster);
        if (cluster.NodeGroups.TrueForAll(g => Stack(g) is { IsBusy: false }))
        {
            End(cluster, now);
        }
    }

    private void SyncGroup(NodeGroup group, Stack stack, DateTimeOffset now)
    {
        if (group.Status == stack.Status && group.StatusReason == stack.Reason)
        {
            return;
        }

        group.Status = stack.Status;
        group.StatusReason = stack.Reason;
        group.Updated = now;
        if (stack.State == "COMPLETE")
        {
            group.NodeAddresses = [.. StackOutputs.Nodes(engine, stack, group.Role == "master").Select(n => n.FloatingAddress ?? n.Address)];
        }
    }

    private void End(Cluster cluster, DateTimeOffset now)
    {
        var failed = cluster.NodeGroups.Where(g => g.Status.EndsWith("_FAILED", StringComparison.Ordinal)).Select(g => $"{g.Name} failed").ToList();
        var action = cluster.Change == "CREATE" ? cluster.Masters.Status.Split('_')[0] : "UPDATE";
        cluster.Status = $"{action}_{(failed.Count > 0 ? "FAILED" : "COMPLETE")}";
        cluster.StatusReason = failed.Count > 0 ? string.Join(", ", failed) : null;
        cluster.CoeVersion = cluster.Labels.GetValueOrDefault("kube_tag", "v1.23.3-rancher1");
        cluster.ContainerVersion = "1.12.6";
        cluster.Updated = now;
        cluster.Change = null;
        if (failed.Count == 0 && Stack(cluster.Masters) is { } stack)
        {
            cluster.ApiAddress ??= Apis.Address(cluster, stack);
            cluster.NextHealth = now + Late(5, 200);
            Apis.Start(cluster, Authorities.Of);
        }
    }

    private void StepDelete(Cluster cluster, DateTimeOffset now)
    {
        var stacks = cluster.NodeGroups.Select(Stack).OfType<Stack>().Distinct().ToList();
        if (stacks.TrueForAll(s => s is { Action: "DELETE", State: "COMPLETE" }) && (cluster.ChangeSeen || stacks.Count == 0))
        {
            state.Clusters.Remove(cluster);
            Apis.Remove(cluster);
            return;
        }

        cluster.ChangeSeen = true;
        cluster.Status = "DELETE_IN_PROGRESS";
        cluster.StatusReason = null;
        cluster.Updated = now;
        if (stacks.Find(s => s.State == "FAILED") is not null && stacks.TrueForAll(s => !s.IsBusy))
        {
            foreach (var group in cluster.NodeGroups)
            {
                SyncGroup(group, Stack(group)!, now);
            }

            cluster.Status = "DELETE_FAILED";
            cluster.StatusReason = string.Join(", ", cluster.NodeGroups.Select(g => $"{g.Name} failed"));
            cluster.Change = null;
        }
    }

    private void Begin(Cluster cluster, bool seen)
    {
        if (cluster.Change is null)
        {
            cluster.Change = "UPDATE";
            cluster.ChangeSeen = seen;
            cluster.NextSync = Now + Late(8, 1000);
        }

        cluster.Updated = Now;
        if (seen)
        {
            cluster.ChangeSeen = true;
            cluster.Status = "UPDATE_IN_PROGRESS";
            cluster.StatusReason = null;
        }
    }

    private Stack? Stack(NodeGroup group) => group.StackId is { } id ? state.Cloud.Stacks.GetValueOrDefault(id) : null;

    /// <summary>Gives a delay in seconds of a real cloud, but no less than some milliseconds: what is late stays late at any pace.</summary>
    private TimeSpan Late(double seconds, int leastMilliseconds)
    {
        var paced = state.Cloud.Paced(TimeSpan.FromSeconds(seconds));
        var least = TimeSpan.FromMilliseconds(leastMilliseconds);
        return paced > least ? paced : least;
    }
}
