using static Portal.Core.Monitoring.Dashboards.Pieces;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>One pod, by container.</summary>
internal static class PodDashboard
{
    private const string Here = "namespace=$namespace,pod=$pod";
    private const string By = "sum by (namespace, pod, container)";

    /// <summary>Gets the dashboard.</summary>
    public static Dashboard Value { get; } = new(DashboardKind.Pod,
    [
        new("cpu", MetricUnit.Cores,
        [
            new($$"""{{By}} (rate(container_cpu_usage_seconds_total{{{Container}},{{Here}}}[$window]))""", "{container}"),
            new($$"""{{By}} (kube_pod_container_resource_requests{resource="cpu",{{Here}}})""", "{container} [requested]"),
            new($$"""{{By}} (kube_pod_container_resource_limits{resource="cpu",{{Here}}})""", "{container} [limit]"),
        ]),
        new("memory", MetricUnit.Bytes,
        [
            new($$"""{{By}} (container_memory_working_set_bytes{{{Container}},{{Here}}})""", "{container}"),
            new($$"""{{By}} (kube_pod_container_resource_requests{resource="memory",{{Here}}})""", "{container} [requested]"),
            new($$"""{{By}} (kube_pod_container_resource_limits{resource="memory",{{Here}}})""", "{container} [limit]"),
        ]),
        new("network", MetricUnit.BytesPerSecond,
        [
            new($$"""sum by (namespace, pod) (rate(container_network_receive_bytes_total{{{Here}},interface!="lo"}[$window]))""", "[received]"),
            new($$"""sum by (namespace, pod) (rate(container_network_transmit_bytes_total{{{Here}},interface!="lo"}[$window]))""", "[sent]"),
        ]),
        new("cpu-of-limit", MetricUnit.Ratio, [new($$"""{{By}} (rate(container_cpu_usage_seconds_total{{{Container}},{{Here}}}[$window])) / {{By}} (kube_pod_container_resource_limits{resource="cpu",{{Here}}})""", "{container}")]) { Thresholds = [new(0.9, "high")] },
        new("memory-of-limit", MetricUnit.Ratio, [new($$"""{{By}} (container_memory_working_set_bytes{{{Container}},{{Here}}}) / {{By}} (kube_pod_container_resource_limits{resource="memory",{{Here}}})""", "{container}")]) { Thresholds = [new(0.9, "high")] },
        new("throttling", MetricUnit.Ratio, [new(Throttled("namespace, pod, container", Here), "{container}")]) { Thresholds = [new(0.25, "high")] },
        new("restarts", MetricUnit.Count, [new($$"""{{By}} (increase(kube_pod_container_status_restarts_total{{{Here}}}[1h]))""", "{container}")]),
        new("disk-use", MetricUnit.Bytes, [new($$"""sum by (container) (container_fs_usage_bytes{{{Container}},{{Here}}})""", "{container}")]) { IsOptional = true },
    ]);
}
