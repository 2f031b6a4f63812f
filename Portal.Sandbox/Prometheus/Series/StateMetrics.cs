using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What kube-state-metrics says of nodes and pods.</summary>
internal static class StateMetrics
{
    private static readonly string[] Phases = ["Pending", "Succeeded", "Failed", "Unknown", "Running"];
    private static readonly string[] Truths = ["true", "false", "unknown"];
    private static readonly string[] Resources = ["cpu", "memory", "ephemeral-storage", "pods"];

    public static IEnumerable<Metric> All() => [.. Nodes(), .. Pods(), .. Containers()];

    private static double Flag(bool on) => on ? 1 : 0;

    private static Metric OfNodes(string name, string help, Func<NodeLife, IEnumerable<Line>> lines) => new(name, "gauge", help, (scene, _) => scene.Nodes.SelectMany(lines));

    private static Metric OfPods(string name, string help, Func<PodLife, IEnumerable<Line>> lines) => new(name, "gauge", help, (scene, _) => scene.Pods.SelectMany(lines));

    private static (string, string)[] Id(PodLife pod, params (string, string)[] more) => [("namespace", pod.Namespace), ("pod", pod.Name), ("uid", pod.Uid), .. more];

    private static IEnumerable<Metric> Nodes()
    {
        yield return OfNodes("kube_node_info", "Information about a cluster node.", n => [new Line(
        [
            ("node", n.Name), ("internal_ip", n.Address), ("kubelet_version", n.Object.Body.Str("status.nodeInfo.kubeletVersion")), ("kernel_version", n.Object.Body.Str("status.nodeInfo.kernelVersion")),
            ("os_image", n.Object.Body.Str("status.nodeInfo.osImage")), ("container_runtime_version", n.Object.Body.Str("status.nodeInfo.containerRuntimeVersion")), ("system_uuid", n.Object.Body.Str("status.nodeInfo.systemUUID")),
            ("pod_cidr", n.Object.Body.Str("spec.podCIDR")), ("provider_id", n.Object.Body.Str("spec.providerID")),
        ], n.Alive, _ => 1)]);
        yield return OfNodes("kube_node_created", "Unix creation timestamp", n => [new Line([("node", n.Name)], n.Alive, _ => Math.Floor(Seconds(n.Object)))]);
        yield return OfNodes("kube_node_status_condition", "The condition of a cluster node.", Conditions);
        yield return OfNodes("kube_node_spec_unschedulable", "Whether a node can schedule new pods.", n => [new Line([("node", n.Name)], n.Alive, _ => Flag(n.Object.Body.Bool("spec.unschedulable")))]);
        yield return OfNodes("kube_node_status_capacity", "The total amount of resources available for a node.", n => Amounts(n, "status.capacity"));
        yield return OfNodes("kube_node_status_allocatable", "The amount of resources allocatable for pods.", n => Amounts(n, "status.allocatable"));
        yield return OfNodes("kube_node_role", "The role of a cluster node.", n => n.Object.Labels.Keys.Where(l => l.StartsWith("node-role.kubernetes.io/", StringComparison.Ordinal)).Select(l => new Line([("node", n.Name), ("role", l["node-role.kubernetes.io/".Length..])], n.Alive, _ => 1)));
    }

    private static double Seconds(StoredObject item) => (KubeTime.Parse(item.Body.At("metadata.creationTimestamp")) ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds();

    private static IEnumerable<Line> Conditions(NodeLife node)
    {
        foreach (var condition in node.Object.Body.Items("status.conditions"))
        {
            var (type, now) = (condition.Str("type"), condition.Str("status"));
            foreach (var status in Truths)
            {
                yield return new Line([("node", node.Name), ("condition", type), ("status", status)], node.Alive, type == "Ready"
                    ? t => Flag(node.IsReady.At(t).Equals(status, StringComparison.OrdinalIgnoreCase))
                    : _ => Flag(now.Equals(status, StringComparison.OrdinalIgnoreCase)));
            }
        }
    }

    private static IEnumerable<Line> Amounts(NodeLife node, string path) => Resources.Select(r =>
    {
        var amount = (double)Quantity.Value(node.Object.Body.Obj(path)?[r]);
        return new Line([("node", node.Name), ("resource", r.Replace('-', '_')), ("unit", Unit(r))], node.Alive, _ => amount);
    });

    private static string Unit(string resource) => resource switch { "cpu" => "core", "pods" => "integer", _ => "byte" };

    private static IEnumerable<Metric> Pods()
    {
        yield return OfPods("kube_pod_info", "Information about pod.", p => [new Line(Id(p, ("node", p.Node), ("host_ip", p.Object.Body.Str("status.hostIP")), ("pod_ip", p.Ip), ("created_by_kind", Owner(p.OwnerKind)), ("created_by_name", Owner(p.OwnerName)), ("host_network", p.HostNetwork ? "true" : "false"), ("priority_class", p.Object.Body.Str("spec.priorityClassName"))), p.Alive, _ => 1)]);
        yield return OfPods("kube_pod_created", "Unix creation timestamp", p => [new Line(Id(p), p.Alive, _ => Math.Floor(Seconds(p.Object)))]);
        yield return OfPods("kube_pod_start_time", "Start time in unix timestamp for a pod.", p => KubeTime.Parse(p.Object.Body.At("status.startTime")) is { } start ? [new Line(Id(p), p.Alive, _ => start.ToUnixTimeSeconds())] : []);
        yield return OfPods("kube_pod_owner", "Information about the Pod's owner.", p => [new Line(Id(p, ("owner_kind", Owner(p.OwnerKind)), ("owner_name", Owner(p.OwnerName)), ("owner_is_controller", p.OwnerKind.Length > 0 ? "true" : "<none>")), p.Alive, _ => 1)]);
        yield return OfPods("kube_pod_status_phase", "The pods current phase.", p => Phases.Select(phase => new Line(Id(p, ("phase", phase)), p.Alive, t => Flag(p.Phase.At(t) == phase))));
        yield return OfPods("kube_pod_status_ready", "Describes whether the pod is ready to serve requests.", p => Three(p, "condition", p.Ready));
        yield return OfPods("kube_pod_status_scheduled", "Describes the status of the scheduling process for the pod.", p => Three(p, "condition", p.Scheduled));
        yield return OfPods("kube_pod_labels", "Kubernetes labels converted to Prometheus labels.", p => [new Line(Id(p), p.Alive, _ => 1)]);
        yield return OfPods("kube_pod_spec_volumes_persistentvolumeclaims_info", "Information about persistentvolumeclaim volumes in a pod.", p => p.Object.Body.Items("spec.volumes").Where(v => v.Str("persistentVolumeClaim.claimName").Length > 0)
            .Select(v => new Line(Id(p, ("volume", v.Str("name")), ("persistentvolumeclaim", v.Str("persistentVolumeClaim.claimName"))), p.Alive, _ => 1)));
    }

    private static string Owner(string text) => text.Length > 0 ? text : "<none>";

    private static IEnumerable<Line> Three(PodLife pod, string label, Steps<bool> steps) =>
        Truths.Select(c => new Line(Id(pod, (label, c)), pod.Alive, t => Flag(c != "unknown" && steps.At(t) == (c == "true"))));

    private static Metric OfContainers(string name, string kind, string help, Func<ContainerLife, IEnumerable<Line>> lines) => new(name, kind, help, (scene, _) => scene.Pods.SelectMany(p => p.Containers).SelectMany(lines));

    private static Line State(ContainerLife c, Func<ContainerMoment, double> value, params (string, string)[] more) => new(Id(c.Pod, [("container", c.Name), .. more]), c.Pod.Alive, t => value(c.Moments.At(t)));

    private static IEnumerable<Metric> Containers()
    {
        yield return OfContainers("kube_pod_container_info", "gauge", "Information about a container in a pod.", c => [State(c, _ => 1, ("image", c.Image), ("image_spec", c.Image))]);
        yield return OfContainers("kube_pod_container_status_restarts_total", "counter", "The number of container restarts per container.", c => [State(c, m => m.Restarts)]);
        yield return OfContainers("kube_pod_container_status_ready", "gauge", "Describes whether the containers readiness check succeeded.", c => [State(c, m => Flag(m.Ready))]);
        yield return OfContainers("kube_pod_container_status_running", "gauge", "Describes whether the container is currently in running state.", c => [State(c, m => Flag(m.Running))]);
        yield return OfContainers("kube_pod_container_status_waiting", "gauge", "Describes whether the container is currently in waiting state.", c => [State(c, m => Flag(m.Waiting.Length > 0))]);
        yield return OfContainers("kube_pod_container_status_terminated", "gauge", "Describes whether the container is currently in terminated state.", c => [State(c, m => Flag(m.Terminated.Length > 0))]);
        yield return OfContainers("kube_pod_container_status_waiting_reason", "gauge", "Describes the reason the container is currently in waiting state.", c => Reasons(c, m => m.Waiting));
        yield return OfContainers("kube_pod_container_status_terminated_reason", "gauge", "Describes the reason the container is currently in terminated state.", c => Reasons(c, m => m.Terminated));
        yield return OfContainers("kube_pod_container_status_last_terminated_reason", "gauge", "Describes the last reason the container was in terminated state.", c => Reasons(c, m => m.LastTerminated));
        foreach (var what in new[] { "requests", "limits" })
        {
            yield return OfContainers($"kube_pod_container_resource_{what}", "gauge", $"The number of requested {what.TrimEnd('s')} resource by a container.", c => Amounts(c, what));
        }
    }

    // Like the real one: a row only while there is that reason.
    private static IEnumerable<Line> Reasons(ContainerLife c, Func<ContainerMoment, string> reason)
    {
        var points = c.Moments.Points;
        return points.Select((p, i) => (Reason: reason(p.Value), Span: new Span(p.From, i + 1 < points.Count ? points[i + 1].From : c.Pod.Ended))).Where(p => p.Reason.Length > 0 && p.Span.From < p.Span.To)
            .GroupBy(p => p.Reason, p => p.Span).Select(g => new Line(Id(c.Pod, ("container", c.Name), ("reason", g.Key)), Spans.Joined(g), _ => 1));
    }

    private static IEnumerable<Line> Amounts(ContainerLife c, string what)
    {
        var (cpu, memory) = what == "requests" ? (c.CpuRequest, c.MemoryRequest) : (c.CpuLimit, c.MemoryLimit);
        return new[] { ("cpu", "core", cpu), ("memory", "byte", memory) }.Where(a => a.Item3 > 0).Select(a => new Line(Id(c.Pod, ("container", c.Name), ("node", c.Pod.Node), ("resource", a.Item1), ("unit", a.Item2)), c.Pod.Alive, _ => a.Item3));
    }
}
