namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What a node-exporter says of its node.</summary>
internal static class NodeMetrics
{
    private static readonly (string Mode, double Share)[] Busy = [("user", 0.68), ("system", 0.26), ("iowait", 0.03), ("softirq", 0.02), ("irq", 0.004), ("nice", 0.004), ("steal", 0.002)];

    public static IEnumerable<Metric> All() => [.. Machine(), .. Disks(), .. Network()];

    private static Metric One(string name, string kind, string help, Func<NodeLife, Func<double, double>> value, params (string, string)[] labels) =>
        new(name, kind, help, (scene, target) => Node(scene, target) is { } node ? [new Line(labels, node.Alive, value(node))] : []);

    private static NodeLife? Node(Scene scene, Target target)
    {
        var pod = scene.Pods.FirstOrDefault(p => p.Uid == target.Name);
        return pod is null ? null : scene.Nodes.FirstOrDefault(n => n.Name == pod.Node);
    }

    private static IEnumerable<Metric> Machine()
    {
        yield return new("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode.", (scene, target) => Node(scene, target) is { } node ? Cpus(node) : []);
        yield return One("node_memory_MemTotal_bytes", "gauge", "Memory information field MemTotal_bytes.", n => _ => n.Memory);
        yield return One("node_memory_MemAvailable_bytes", "gauge", "Memory information field MemAvailable_bytes.", n => t => n.Memory - n.MemoryAt(t));
        yield return One("node_memory_MemFree_bytes", "gauge", "Memory information field MemFree_bytes.", n => t => Math.Floor((n.Memory - n.MemoryAt(t)) * 0.4));
        yield return One("node_memory_Cached_bytes", "gauge", "Memory information field Cached_bytes.", n => t => Math.Floor((n.Memory - n.MemoryAt(t)) * 0.5));
        yield return One("node_memory_Buffers_bytes", "gauge", "Memory information field Buffers_bytes.", n => t => Math.Floor((n.Memory - n.MemoryAt(t)) * 0.05));
        yield return One("node_memory_SwapTotal_bytes", "gauge", "Memory information field SwapTotal_bytes.", _ => _ => 0);
        yield return One("node_memory_SwapFree_bytes", "gauge", "Memory information field SwapFree_bytes.", _ => _ => 0);
        foreach (var (name, minutes, factor) in new[] { ("node_load1", "1m", 1.25), ("node_load5", "5m", 1.15), ("node_load15", "15m", 1.1) })
        {
            yield return One(name, "gauge", $"{minutes} load average.", n => t => Math.Round(n.CpuAt(t) * factor, 2));
        }

        yield return One("node_boot_time_seconds", "gauge", "Node boot time, in unixtime.", n => _ => n.Boot);
        yield return One("node_time_seconds", "gauge", "System time in seconds since epoch (1970).", _ => t => t);
        yield return One("node_context_switches_total", "counter", "Total number of context switches.", n => t => Math.Floor(2500 * (n.CpuTotal(t) + (t - n.Boot))));
        yield return One("node_procs_running", "gauge", "Number of processes in runnable state.", n => t => Math.Ceiling(n.CpuAt(t)));
        yield return One("node_filefd_allocated", "gauge", "File descriptor statistics: allocated.", n => t => 1500 + (n.Pods.Count * 64));
        yield return new("node_uname_info", "gauge", "Labeled system information as provided by the uname system call.", (scene, target) => Node(scene, target) is { } node
            ? [new Line([("nodename", node.Name), ("release", "6.1.18-200.fc37.x86_64"), ("sysname", "Linux"), ("machine", "x86_64"), ("version", "#1 SMP"), ("domainname", "(none)")], node.Alive, _ => 1)]
            : []);
    }

    private static IEnumerable<Line> Cpus(NodeLife node)
    {
        for (var cpu = 0; cpu < node.Cores; cpu++)
        {
            var number = cpu.ToString(System.Globalization.CultureInfo.InvariantCulture);
            foreach (var (mode, share) in Busy)
            {
                yield return new Line([("cpu", number), ("mode", mode)], node.Alive, t => node.CpuTotal(t) * share / node.Cores);
            }

            yield return new Line([("cpu", number), ("mode", "idle")], node.Alive, t => t - node.Boot - (node.CpuTotal(t) / node.Cores));
        }
    }

    private static IEnumerable<Metric> Disks()
    {
        Metric Disk(string name, string help, Func<NodeLife, string, Func<double, double>> value) => new(name, "gauge", help, (scene, target) => Node(scene, target) is { } node
            ? new[] { ("/dev/vda4", "xfs", "/"), ("/dev/vda3", "ext4", "/boot"), ("tmpfs", "tmpfs", "/run") }.Select(d => new Line([("device", d.Item1), ("fstype", d.Item2), ("mountpoint", d.Item3)], node.Alive, value(node, d.Item3)))
            : []);
        yield return Disk("node_filesystem_size_bytes", "Filesystem size in bytes.", (n, mount) => _ => Size(n, mount));
        yield return Disk("node_filesystem_avail_bytes", "Filesystem space available to non-root users in bytes.", (n, mount) => t => Size(n, mount) - Used(n, mount, t));
        yield return Disk("node_filesystem_free_bytes", "Filesystem free space in bytes.", (n, mount) => t => Size(n, mount) - Used(n, mount, t));
        yield return Disk("node_filesystem_files", "Filesystem total file nodes.", (n, mount) => _ => Math.Floor(Size(n, mount) / 2048));
        yield return Disk("node_filesystem_files_free", "Filesystem total free file nodes.", (n, mount) => t => Math.Floor((Size(n, mount) - (Used(n, mount, t) * 0.2)) / 2048));
        yield return Disk("node_filesystem_readonly", "Filesystem read-only status.", (_, _) => _ => 0);
        foreach (var (name, help, rate) in new[] { ("node_disk_read_bytes_total", "The total number of bytes read successfully.", 35_000.0), ("node_disk_written_bytes_total", "The total number of bytes written successfully.", 220_000.0) })
        {
            yield return new(name, "counter", help, (scene, target) => Node(scene, target) is { } node ? [new Line([("device", "vda")], node.Alive, t => Math.Floor(rate * (t - node.Boot + (2 * node.CpuTotal(t)))))] : []);
        }

        yield return new("node_disk_io_time_seconds_total", "counter", "Total seconds spent doing I/Os.", (scene, target) => Node(scene, target) is { } node ? [new Line([("device", "vda")], node.Alive, t => 0.02 * (t - node.Boot + node.CpuTotal(t)))] : []);
    }

    private static double Size(NodeLife node, string mount) => mount switch { "/" => node.Disk, "/boot" => 402_653_184, _ => Math.Floor(node.Memory / 2) };

    private static double Used(NodeLife node, string mount, double time) => mount switch
    {
        "/" => Math.Floor(node.Disk * Math.Min(0.75, 0.22 + (0.12 * Wave.Chance(node.Name, 21)) + (0.004 * node.Pods.Count(p => p.Alive[0].Has((long)(time * 1000)))) + (0.01 * ((time - (node.Begun / 1000.0)) % 86_400 / 86_400))) / 4096) * 4096,
        "/boot" => 118_489_088,
        _ => 3_145_728,
    };

    private static IEnumerable<Metric> Network()
    {
        foreach (var (name, help, rate) in new[]
        {
            ("node_network_receive_bytes_total", "Network device statistic receive_bytes.", 90_000.0), ("node_network_transmit_bytes_total", "Network device statistic transmit_bytes.", 70_000.0),
            ("node_network_receive_packets_total", "Network device statistic receive_packets.", 120.0), ("node_network_transmit_packets_total", "Network device statistic transmit_packets.", 100.0),
            ("node_network_receive_errs_total", "Network device statistic receive_errs.", 0.0), ("node_network_transmit_errs_total", "Network device statistic transmit_errs.", 0.0),
        })
        {
            yield return new(name, "counter", help, (scene, target) => Node(scene, target) is { } node
                ? new[] { ("eth0", 1.0), ("flannel.1", 0.6), ("cni0", 0.6), ("lo", 0.3) }.Select(d => new Line([("device", d.Item1)], node.Alive, t => Math.Floor(rate * d.Item2 * ((0.3 * (t - node.Boot)) + node.CpuTotal(t)))))
                : []);
        }

        yield return new("node_network_up", "gauge", "Value is 1 if operstate is 'up', 0 otherwise.", (scene, target) => Node(scene, target) is { } node ? [new Line([("device", "eth0")], node.Alive, _ => 1)] : []);
    }
}
