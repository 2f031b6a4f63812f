namespace Portal.Core.Monitoring.Dashboards;

/// <summary>Pieces of PromQL that several panels share, each with the trap that it avoids.</summary>
internal static class Pieces
{
    /// <summary>File systems on disks.</summary>
    public const string Disk = """fstype!~"tmpfs|overlay|squashfs|ramfs|nsfs" """;

    /// <summary>Network cards, not what the cluster's network makes of them.</summary>
    public const string Card = """device!~"lo|veth.*|cni.*|flannel.*|cali.*|docker.*|br.*" """;

    /// <summary>Containers; without it the row of the pod's cgroup counts everything twice.</summary>
    public const string Container = """container!="",container!="POD" """;

    /// <summary>Pods that hold what they request: those that ended hold nothing.</summary>
    public const string Holding = """ * on (namespace, pod) group_left () max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"})""";

    /// <summary>The pods of the chosen controller.</summary>
    public const string Owned = """ * on (namespace, pod) group_left () max by (namespace, pod) (kube_pod_info{namespace=$namespace,created_by_kind=$kind,created_by_name=~$creators})""";

    /// <summary>Part of a CPU limit's periods in which containers were held back, for a matcher.</summary>
    public static string Throttled(string by, string matcher) =>
        $"sum by ({by}) (rate(container_cpu_cfs_throttled_periods_total{{{Container},{matcher}}}[$window])) / sum by ({by}) (rate(container_cpu_cfs_periods_total{{{Container},{matcher}}}[$window]))";
}
