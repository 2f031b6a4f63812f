using static Portal.Core.Monitoring.Dashboards.Pieces;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>One node.</summary>
internal static class NodeDashboard
{
    /// <summary>Gets the dashboard.</summary>
    public static Dashboard Value { get; } = new(DashboardKind.Node,
    [
        new("cpu", MetricUnit.Ratio, [new("""1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle",node=$node}[$window]))""", "[used]")]) { IsArea = true, Thresholds = [new(0.9, "high")] },
        new("cpu-by-mode", MetricUnit.Cores, [new("""sum by (mode) (rate(node_cpu_seconds_total{node=$node,mode!="idle"}[$window]))""", "{mode}")]),
        new("memory", MetricUnit.Bytes,
        [
            new("sum by (node) (node_memory_MemTotal_bytes{node=$node} - node_memory_MemAvailable_bytes{node=$node})", "[used]"),
            new("sum by (node) (node_memory_MemTotal_bytes{node=$node})", "[total]"),
        ]) { IsArea = true },
        new("filesystem", MetricUnit.Ratio, [new($$"""max by (node, mountpoint) (1 - node_filesystem_avail_bytes{{{Disk}},node=$node} / node_filesystem_size_bytes{{{Disk}},node=$node})""", "{mountpoint}")]) { Thresholds = [new(0.85, "full")] },
        new("network", MetricUnit.BytesPerSecond,
        [
            new($$"""sum by (node) (rate(node_network_receive_bytes_total{{{Card}},node=$node}[$window]))""", "[received]"),
            new($$"""sum by (node) (rate(node_network_transmit_bytes_total{{{Card}},node=$node}[$window]))""", "[sent]"),
        ]),
        new("saturation", MetricUnit.Number, [new("""node_load1{node=$node} / on (node) group_left count by (node) (node_cpu_seconds_total{mode="idle",node=$node})""", "[load]")]) { Thresholds = [new(1, "saturated")] },
        new("disk", MetricUnit.BytesPerSecond,
        [
            new("sum by (node) (rate(node_disk_read_bytes_total{node=$node}[$window]))", "[read]"),
            new("sum by (node) (rate(node_disk_written_bytes_total{node=$node}[$window]))", "[written]"),
        ]),
        new("disk-busy", MetricUnit.Ratio, [new("sum by (device) (rate(node_disk_io_time_seconds_total{node=$node}[$window]))", "{device}")]) { Thresholds = [new(0.9, "saturated")] },
        new("inodes", MetricUnit.Ratio, [new($$"""max by (mountpoint) (1 - node_filesystem_files_free{{{Disk}},node=$node} / node_filesystem_files{{{Disk}},node=$node})""", "{mountpoint}")]) { Thresholds = [new(0.85, "full")] },
        new("network-errors", MetricUnit.PerSecond,
        [
            new($$"""sum(rate(node_network_receive_errs_total{{{Card}},node=$node}[$window]))""", "[received]"),
            new($$"""sum(rate(node_network_transmit_errs_total{{{Card}},node=$node}[$window]))""", "[sent]"),
            new($$"""sum(rate(node_network_receive_drop_total{{{Card}},node=$node}[$window]))""", "[dropped]"),
        ]),
        new("pod-cpu", MetricUnit.Cores, [new($$"""sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{{{Container}},node=$node}[$window]))""", "{namespace}/{pod}")]),
        new("pod-memory", MetricUnit.Bytes, [new($$"""sum by (namespace, pod) (container_memory_working_set_bytes{{{Container}},node=$node})""", "{namespace}/{pod}")]),
        new("pods", MetricUnit.Count,
        [
            new("count by (node) (kube_pod_info{node=$node})", "[pods]"),
            new("""sum by (node) (kube_node_status_allocatable{node=$node,resource="pods"})""", "[allocatable]"),
        ]),
    ]);
}
