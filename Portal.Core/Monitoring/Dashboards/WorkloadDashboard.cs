using static Portal.Core.Monitoring.Dashboards.Pieces;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>The pods of one controller.</summary>
internal static class WorkloadDashboard
{
    private const string Here = "namespace=$namespace";

    /// <summary>Gets the dashboard.</summary>
    public static Dashboard Value { get; } = new(DashboardKind.Workload,
    [
        new("cpu", MetricUnit.Cores,
        [
            new($$"""sum by (namespace) (rate(container_cpu_usage_seconds_total{{{Container}},{{Here}}}[$window]){{Owned}})""", "[used]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_requests{resource="cpu",{{Here}}}{{Owned}})""", "[requested]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_limits{resource="cpu",{{Here}}}{{Owned}})""", "[limit]"),
        ]) { IsArea = true },
        new("memory", MetricUnit.Bytes,
        [
            new($$"""sum by (namespace) (container_memory_working_set_bytes{{{Container}},{{Here}}}{{Owned}})""", "[used]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_requests{resource="memory",{{Here}}}{{Owned}})""", "[requested]"),
            new($$"""sum by (namespace) (kube_pod_container_resource_limits{resource="memory",{{Here}}}{{Owned}})""", "[limit]"),
        ]) { IsArea = true },
        new("replicas", MetricUnit.Count,
        [
            new($$"""kube_deployment_spec_replicas{{{Here}},deployment=$name}""", "[wanted]"),
            new($$"""kube_deployment_status_replicas_available{{{Here}},deployment=$name}""", "[available]"),
            new($$"""kube_statefulset_replicas{{{Here}},statefulset=$name}""", "[wanted]"),
            new($$"""kube_statefulset_status_replicas_ready{{{Here}},statefulset=$name}""", "[available]"),
            new($$"""kube_daemonset_status_desired_number_scheduled{{{Here}},daemonset=$name}""", "[wanted]"),
            new($$"""kube_daemonset_status_number_ready{{{Here}},daemonset=$name}""", "[available]"),
        ]),
        new("pod-cpu", MetricUnit.Cores, [new($$"""sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{{{Container}},{{Here}}}[$window]){{Owned}})""", "{pod}")]),
        new("pod-memory", MetricUnit.Bytes, [new($$"""sum by (namespace, pod) (container_memory_working_set_bytes{{{Container}},{{Here}}}{{Owned}})""", "{pod}")]),
        new("throttling", MetricUnit.Ratio,
            [new($$"""sum by (namespace, pod) (rate(container_cpu_cfs_throttled_periods_total{{{Container}},{{Here}}}[$window]){{Owned}}) / sum by (namespace, pod) (rate(container_cpu_cfs_periods_total{{{Container}},{{Here}}}[$window]){{Owned}})""", "{pod}")]) { Thresholds = [new(0.25, "high")] },
        new("pod-received", MetricUnit.BytesPerSecond, [new($$"""sum by (namespace, pod) (rate(container_network_receive_bytes_total{{{Here}},interface!="lo"}[$window]){{Owned}})""", "{pod}")]),
        new("pod-sent", MetricUnit.BytesPerSecond, [new($$"""sum by (namespace, pod) (rate(container_network_transmit_bytes_total{{{Here}},interface!="lo"}[$window]){{Owned}})""", "{pod}")]),
        new("restarts", MetricUnit.Count, [new($$"""increase(kube_pod_container_status_restarts_total{{{Here}}}[1h]){{Owned}} > 0""", "{pod} {container}")]),
    ]);
}
