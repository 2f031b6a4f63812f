using Portal.Sandbox.Heat;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <content>How a cluster begins, and what goes wrong beside Heat.</content>
internal sealed partial class Conductor
{
    private bool Begun(Cluster cluster, DateTimeOffset now)
    {
        if (ConductorFailures.IsWithoutHeat(cluster))
        {
            cluster.StackId = "kube-" + Ids.Suffix()[..5];
            cluster.NodeGroups.ForEach(g => g.StackId = cluster.StackId);
            return false;
        }

        if (ConductorFailures.AtCreate(cluster, failures) is { } refused)
        {
            cluster.Status = "CREATE_FAILED";
            cluster.StatusReason = refused;
            cluster.NodeGroups.ForEach(g => g.Status = "CREATE_FAILED");
            cluster.Updated = now;
            cluster.Change = null;
            return false;
        }

        cluster.DiscoveryUrl ??= state.Cloud.Context.Expand("{{base.discovery}}/") + Ids.Hex();
        cluster.StackId = engine.Create(ClusterShapes.Of(state, cluster, null), cluster.Labels.GetValueOrDefault("sandbox_fail"), now).Id;
        cluster.Masters.StackId = cluster.Workers.StackId = cluster.StackId;
        cluster.Updated = now;
        return true;
    }

    /// <summary>Says whether the row stays as it is, or has failed in a way of its own.</summary>
    private bool InTrouble(Cluster cluster, DateTimeOffset now)
    {
        var stack = Stack(cluster.Masters);
        if (ConductorFailures.StaysBehind(cluster, stack))
        {
            return true;
        }

        if (ConductorFailures.LosesItsStack(cluster) && stack is not null)
        {
            LoseStack(cluster, stack, now);
            return true;
        }

        if (ConductorFailures.AnswersEarly(cluster) && stack is { ApiHost: null } && Apis.Address(cluster, stack) is { } address)
        {
            stack.ApiHost = new Uri(address).Host;
            Apis.Start(cluster, Authorities.Of);
        }

        return false;
    }

    private void LoseStack(Cluster cluster, Stack lost, DateTimeOffset now)
    {
        state.Cloud.Stacks.Remove(lost.Id);
        engine.Shapes.Remove(lost.Id);
        foreach (var group in cluster.NodeGroups)
        {
            (group.Status, group.StatusReason, group.Updated) = ("CREATE_FAILED", $"Stack with id {group.StackId} not found in Heat.", now);
        }

        (cluster.Status, cluster.Updated, cluster.Change) = ("CREATE_FAILED", now, null);
        cluster.StatusReason = string.Join(", ", cluster.NodeGroups.Select(g => $"{g.Name} failed"));
    }
}
