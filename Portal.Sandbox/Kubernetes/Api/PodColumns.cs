using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The columns of pods.</summary>
internal static class PodColumns
{
    public static IEnumerable<Tables.Column> All(Tables.Column age) =>
    [
        new("Ready", "The aggregate readiness state of this pod for accepting traffic.", 0, (o, _) => Ready(o)),
        new("Status", "The aggregate status of the containers in this pod.", 0, (o, _) => Status(o)),
        new("Restarts", "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.", 0, (o, now) => Restarts(o, now)),
        age,
        new("IP", "IP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.", 1, (o, _) => Or(o.Str("status.podIP"))),
        new("Node", "NodeName is a request to schedule this pod onto a specific node. If it is non-empty, the scheduler simply schedules this pod onto that node, assuming that it fits resource requirements.", 1, (o, _) => Or(o.Str("spec.nodeName"))),
        new("Nominated Node", "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.", 1, (o, _) => Or(o.Str("status.nominatedNodeName"))),
        new("Readiness Gates", "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to \"True\" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates", 1, (_, _) => "<none>"),
    ];

    private static string Or(string text) => text.Length == 0 ? "<none>" : text;

    private static string Ready(JsonObject pod) =>
        $"{pod.Items("status.containerStatuses").Count(c => c.Bool("ready"))}/{pod.Items("spec.containers").Count()}";

    private static string Status(JsonObject pod)
    {
        if (pod.At("metadata.deletionTimestamp") is not null)
        {
            return "Terminating";
        }

        var init = pod.Items("status.initContainerStatuses").ToList();
        var done = init.Count(c => c.Int("state.terminated.exitCode") == 0);
        if (done < init.Count)
        {
            return init[done].Str("state.waiting.reason") is { Length: > 0 } why && why != "PodInitializing" ? $"Init:{why}" : $"Init:{done}/{init.Count}";
        }

        var reason = pod.Str("status.reason") is { Length: > 0 } given ? given : pod.Str("status.phase");
        foreach (var status in pod.Items("status.containerStatuses").Reverse())
        {
            reason = status.Str("state.waiting.reason") is { Length: > 0 } waiting ? waiting
                : status.Str("state.terminated.reason") is { Length: > 0 } ended ? ended
                : reason;
        }

        return reason;
    }

    private static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        var statuses = pod.Items("status.containerStatuses").ToList();
        var count = statuses.Sum(c => c.Int("restartCount") ?? 0);
        var last = statuses.Select(c => KubeTime.Parse(c.At("lastState.terminated.finishedAt"))).Max();
        var text = count.ToString(CultureInfo.InvariantCulture);
        return count > 0 && last is { } time ? $"{text} ({KubeTime.Age(now - time)} ago)" : text;
    }
}
