using static Portal.Core.Monitoring.Dashboards.Pieces;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>One namespace.</summary>
internal static class ZoneDashboard
{
    private const string Here = "namespace=$namespace";

    /// <summary>Gets the dashboard.</summary>
    public static Dashboard Value { get; } = new(DashboardKind.Zone,
    [
        new("cpu", MetricUnit.Cores,
        [
            new($$"""sum by (namespace) (rate(container_cpu_usage_seconds_total{{{Container}},{{Here}}}[$window]))""", "[used]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_requests{resource="cpu",{{Here}}}{{Holding}})""", "[requested]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_limits{resource="cpu",{{Here}}}{{Holding}})""", "[limit]"),
        ]) { IsArea = true },
        new("memory", MetricUnit.Bytes,
        [
            new($$"""sum by (namespace) (container_memory_working_set_bytes{{{Container}},{{Here}}})""", "[used]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_requests{resource="memory",{{Here}}}{{Holding}})""", "[requested]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_limits{resource="memory",{{Here}}}{{Holding}})""", "[limit]"),
        ]) { IsArea = true },
        new("quota", MetricUnit.Ratio, [new($$"""max by (resource) (kube_resourcequota{type="used",{{Here}}} / ignoring (type) (kube_resourcequota{type="hard",{{Here}}} > 0))""", "{resource}")]) { Thresholds = [new(0.9, "high")], IsOptional = true },
        new("pod-cpu", MetricUnit.Cores, [new($$"""sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{{{Container}},{{Here}}}[$window]))""", "{pod}")]),
        new("pod-memory", MetricUnit.Bytes, [new($$"""sum by (namespace, pod) (container_memory_working_set_bytes{{{Container}},{{Here}}})""", "{pod}")]),
        new("throttling", MetricUnit.Ratio, [new(Throttled("namespace, pod, container", Here), "{pod} {container}")]) { Thresholds = [new(0.25, "high")] },
        new("pod-received", MetricUnit.BytesPerSecond, [new($$"""sum by (namespace, pod) (rate(container_network_receive_bytes_total{{{Here}},interface!="lo"}[$window]))""", "{pod}")]),
        new("pod-sent", MetricUnit.BytesPerSecond, [new($$"""sum by (namespace, pod) (rate(container_network_transmit_bytes_total{{{Here}},interface!="lo"}[$window]))""", "{pod}")]),
        new("replicas", MetricUnit.Count,
        [
            new($$"""kube_deployment_status_replicas_available{{{Here}}}""", "{deployment}"),
            new($$"""kube_statefulset_status_replicas_ready{{{Here}}}""", "{statefulset}"),
            new($$"""kube_daemonset_status_number_ready{{{Here}}}""", "{daemonset}"),
        ]),
        new("missing-replicas", MetricUnit.Count,
        [
            new($$"""kube_deployment_spec_replicas{{{Here}}} - kube_deployment_status_replicas_available{{{Here}}} > 0""", "{deployment}"),
            new($$"""kube_statefulset_replicas{{{Here}}} - kube_statefulset_status_replicas_ready{{{Here}}} > 0""", "{statefulset}"),
            new($$"""kube_daemonset_status_desired_number_scheduled{{{Here}}} - kube_daemonset_status_number_ready{{{Here}}} > 0""", "{daemonset}"),
        ]),
        new("restarts", MetricUnit.Count, [new($$"""increase(kube_pod_container_status_restarts_total{{{Here}}}[1h]) > 0""", "{pod} {container}")]),
        new("waiting", MetricUnit.Count, [new($$"""sum by (reason) (kube_pod_container_status_waiting_reason{{{Here}}}) > 0""", "{reason}")]),
        new("volumes", MetricUnit.Ratio, [new($$"""kubelet_volume_stats_used_bytes{{{Here}}} / kubelet_volume_stats_capacity_bytes{{{Here}}}""", "{persistentvolumeclaim}")]) { Thresholds = [new(0.85, "full")], IsOptional = true },
        new("ingress", MetricUnit.PerSecond, [new("sum by (host) (rate(nginx_ingress_controller_requests{exported_namespace=$namespace}[$window]))", "{host}")]) { IsOptional = true },
    ]);
}
