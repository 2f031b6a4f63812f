using static Portal.Core.Monitoring.Dashboards.Pieces;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>Whole clusters.</summary>
internal static class ClusterDashboard
{
    /// <summary>Gets the dashboard.</summary>
    public static Dashboard Value { get; } = new(DashboardKind.Cluster,
    [
        new("cpu", MetricUnit.Ratio,
        [
            new("""1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$window]))""", "[used]"),
            new($$"""sum(kube_pod_container_resource_requests{resource="cpu"}{{Holding}}) / sum(kube_node_status_allocatable{resource="cpu"})""", "[requested]"),
        ]) { IsArea = true, Thresholds = [new(0.9, "high")] },
        new("memory", MetricUnit.Ratio,
        [
            new("1 - sum(node_memory_MemAvailable_bytes) / sum(node_memory_MemTotal_bytes)", "[used]"),
            new($$"""sum(kube_pod_container_resource_requests{resource="memory"}{{Holding}}) / sum(kube_node_status_allocatable{resource="memory"})""", "[requested]"),
        ]) { IsArea = true, Thresholds = [new(0.9, "high")] },
        new("network", MetricUnit.BytesPerSecond,
        [
            new($$"""sum(rate(node_network_receive_bytes_total{{{Card}}}[$window]))""", "[received]"),
            new($$"""sum(rate(node_network_transmit_bytes_total{{{Card}}}[$window]))""", "[sent]"),
        ]),
        new("node-cpu", MetricUnit.Ratio, [new("""1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[$window]))""", "{node}")]) { Thresholds = [new(0.9, "high")] },
        new("node-memory", MetricUnit.Ratio, [new("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "{node}")]) { Thresholds = [new(0.9, "high")] },
        new("filesystem", MetricUnit.Ratio, [new($$"""max by (node, mountpoint) (1 - node_filesystem_avail_bytes{{{Disk}}} / node_filesystem_size_bytes{{{Disk}}})""", "{node} {mountpoint}")]) { Thresholds = [new(0.85, "full")] },
        new("node-received", MetricUnit.BytesPerSecond, [new($$"""sum by (node) (rate(node_network_receive_bytes_total{{{Card}}}[$window]))""", "{node}")]),
        new("node-sent", MetricUnit.BytesPerSecond, [new($$"""sum by (node) (rate(node_network_transmit_bytes_total{{{Card}}}[$window]))""", "{node}")]),
        new("saturation", MetricUnit.Number, [new("""node_load1 / on (node) group_left count by (node) (node_cpu_seconds_total{mode="idle"})""", "{node}")]) { Thresholds = [new(1, "saturated")] },
        new("zone-cpu", MetricUnit.Cores, [new($$"""sum by (namespace) (rate(container_cpu_usage_seconds_total{{{Container}}}[$window]))""", "{namespace}")]),
        new("zone-memory", MetricUnit.Bytes, [new($$"""sum by (namespace) (container_memory_working_set_bytes{{{Container}}})""", "{namespace}")]),
        new("pods-by-phase", MetricUnit.Count, [new("sum by (phase) (kube_pod_status_phase)", "{phase}")]),
        new("pods-by-node", MetricUnit.Count, [new("""count by (node) (kube_pod_info{node!=""})""", "{node}")]),
        new("restarts", MetricUnit.Count, [new("increase(kube_pod_container_status_restarts_total[1h]) > 0", "{namespace}/{pod} {container}")]),
        new("missing-replicas", MetricUnit.Count, [new("kube_deployment_spec_replicas - kube_deployment_status_replicas_available > 0", "{namespace}/{deployment}")]),
        new("volumes", MetricUnit.Ratio, [new("kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes", "{namespace}/{persistentvolumeclaim}")]) { Thresholds = [new(0.85, "full")] },
        new("ingress", MetricUnit.PerSecond,
        [
            new("sum by (host) (rate(nginx_ingress_controller_requests[$window]))", "{host}"),
            new("sum by (service) (rate(traefik_service_requests_total[$window]))", "{service}"),
        ]) { IsOptional = true },
        new("ingress-errors", MetricUnit.Ratio,
        [
            new("""sum by (host) (rate(nginx_ingress_controller_requests{status=~"5.."}[$window])) / sum by (host) (rate(nginx_ingress_controller_requests[$window]))""", "{host}"),
            new("""sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[$window])) / sum by (service) (rate(traefik_service_requests_total[$window]))""", "{service}"),
        ]) { IsOptional = true },
        new("ingress-slowest", MetricUnit.Seconds,
        [
            new("histogram_quantile(0.95, sum by (host, le) (rate(nginx_ingress_controller_request_duration_seconds_bucket[$window])))", "{host}"),
            new("histogram_quantile(0.95, sum by (service, le) (rate(traefik_service_request_duration_seconds_bucket[$window])))", "{service}"),
        ]) { IsOptional = true },
        new("registry", MetricUnit.PerSecond, [new("sum by (operation) (rate(harbor_core_http_request_total[$window]))", "{operation}")]) { IsOptional = true },
    ]);
}
