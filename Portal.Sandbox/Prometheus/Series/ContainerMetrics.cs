namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What cAdvisor in the kubelet says of containers: one row per container, one per pod (its control group, without a container), and network by pod.</summary>
internal static class ContainerMetrics
{
    public static IEnumerable<Metric> All()
    {
        yield return Rows("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.", (c, run) => t => c.CpuTotal(run, t), n => n.CpuTotal, ("cpu", "total"));
        yield return Rows("container_cpu_user_seconds_total", "counter", "Cumulative user cpu time consumed in seconds.", (c, run) => t => c.CpuTotal(run, t) * 0.7, n => t => n.CpuTotal(t) * 0.7);
        yield return Rows("container_cpu_system_seconds_total", "counter", "Cumulative system cpu time consumed in seconds.", (c, run) => t => c.CpuTotal(run, t) * 0.3, n => t => n.CpuTotal(t) * 0.3);
        yield return Rows("container_memory_working_set_bytes", "gauge", "Current working set in bytes.", (c, run) => t => c.MemoryAt(run, t), n => n.MemoryAt);
        yield return Rows("container_memory_rss", "gauge", "Size of RSS in bytes.", (c, run) => t => Math.Floor(c.MemoryAt(run, t) * 0.85 / 4096) * 4096, n => t => n.MemoryAt(t) * 0.8);
        yield return Rows("container_memory_usage_bytes", "gauge", "Current memory usage in bytes, including all memory regardless of when it was accessed.", (c, run) => t => Math.Floor(c.MemoryAt(run, t) * 1.2 / 4096) * 4096, n => t => n.MemoryAt(t) * 1.2);
        yield return Rows("container_memory_cache", "gauge", "Number of bytes of page cache memory.", (c, run) => t => Math.Floor(c.MemoryAt(run, t) * 0.3 / 4096) * 4096, n => t => n.MemoryAt(t) * 0.3);
        yield return Rows("container_fs_writes_bytes_total", "counter", "Cumulative count of bytes written.", (c, run) => t => Math.Floor(c.CpuTotal(run, t) * 180_000), n => t => Math.Floor(n.CpuTotal(t) * 400_000), ("device", "/dev/vda"));
        yield return Rows("container_fs_reads_bytes_total", "counter", "Cumulative count of bytes read.", (c, run) => t => Math.Floor(c.CpuTotal(run, t) * 30_000), n => t => Math.Floor(n.CpuTotal(t) * 60_000), ("device", "/dev/vda"));
        yield return Containers("container_fs_usage_bytes", "gauge", "Number of bytes that are consumed by the container on this filesystem.", (c, run) => t => Math.Floor((4_000_000 + (200_000 * Math.Min(500, c.CpuTotal(run, t)))) / 4096) * 4096);
        yield return Containers("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds.", (_, run) => _ => Math.Floor(run.Span.From / 1000.0));
        yield return Containers("container_last_seen", "gauge", "Last time a container was seen by the exporter.", (_, _) => Math.Floor);
        yield return Limited("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.", (c, run) => t => Math.Floor(10 * Busy(c, run, t)));
        yield return Limited("container_cpu_cfs_throttled_periods_total", "Number of throttled period intervals.", (c, run) => t => Math.Floor(10 * Throttled(c) * Busy(c, run, t)));
        yield return Limited("container_cpu_cfs_throttled_seconds_total", "Total time duration the container has been throttled.", (c, run) => t => 0.4 * Throttled(c) * Busy(c, run, t));
        yield return Limited("container_spec_cpu_quota", "CPU quota of the container.", (c, _) => _ => c.CpuLimit * 100_000);
        yield return Containers("container_spec_memory_limit_bytes", "gauge", "Memory limit for the container.", (c, _) => _ => c.MemoryLimit);
        foreach (var (name, help, rate) in new[]
        {
            ("container_network_receive_bytes_total", "Cumulative count of bytes received.", 140_000.0), ("container_network_transmit_bytes_total", "Cumulative count of bytes transmitted.", 110_000.0),
            ("container_network_receive_packets_total", "Cumulative count of packets received.", 180.0), ("container_network_transmit_packets_total", "Cumulative count of packets transmitted.", 150.0),
            ("container_network_receive_errors_total", "Cumulative count of errors encountered while receiving.", 0.0), ("container_network_transmit_errors_total", "Cumulative count of errors encountered while transmitting.", 0.0),
        })
        {
            yield return Network(name, help, rate);
        }
    }

    private static double Busy(ContainerLife container, Run run, double time) => 0.5 * (container.Load.Total(time) - container.Load.Total(run.Span.From / 1000.0));

    private static double Throttled(ContainerLife container) => 0.12 * Wave.Chance(container.Seed, 31);

    private static IEnumerable<PodLife> Pods(Scene scene, Target target) => scene.Nodes.FirstOrDefault(n => n.Name == target.Name)?.Pods ?? [];

    private static (string, string)[] Of(ContainerLife container, Run run) =>
    [
        ("container", container.Name), ("id", $"/kubepods.slice/kubepods-pod{container.Pod.Uid}/{run.Number}-{container.Name}"), ("image", container.Image),
        ("name", $"{container.Name}-{container.Pod.Uid}-{run.Number}"), ("namespace", container.Pod.Namespace), ("pod", container.Pod.Name),
    ];

    private static (string, string)[] Of(PodLife pod) => [("id", $"/kubepods.slice/kubepods-pod{pod.Uid}"), ("namespace", pod.Namespace), ("pod", pod.Name)];

    private static Metric Containers(string name, string kind, string help, Func<ContainerLife, Run, Func<double, double>> value) => new(name, kind, help, (scene, target) =>
        from pod in Pods(scene, target) from container in pod.Containers from run in container.Runs select new Line(Of(container, run), [run.Span], value(container, run)));

    private static Metric Limited(string name, string help, Func<ContainerLife, Run, Func<double, double>> value) => new(name, "counter", help, (scene, target) =>
        from pod in Pods(scene, target) from container in pod.Containers where container.CpuLimit > 0 from run in container.Runs select new Line(Of(container, run), [run.Span], value(container, run)));

    private static Metric Rows(string name, string kind, string help, Func<ContainerLife, Run, Func<double, double>> value, Func<NodeLife, Func<double, double>> whole, params (string, string)[] more) => new(name, kind, help, (scene, target) =>
    {
        var pods = Pods(scene, target).SelectMany(pod => pod.Containers.SelectMany(c => c.Runs.Select(r => new Line([.. Of(c, r), .. more], [r.Span], value(c, r)))).Append(Whole(pod, value, more)));
        var node = scene.Nodes.FirstOrDefault(n => n.Name == target.Name);
        return node is null ? pods : pods.Prepend(new Line([("id", "/"), .. more], node.Alive, whole(node)));
    });

    // The pod's control group outlives its containers: what earlier runs have used stays in its counters.
    private static Line Whole(PodLife pod, Func<ContainerLife, Run, Func<double, double>> value, (string, string)[] more)
    {
        var runs = pod.Containers.SelectMany(c => c.Runs.Select(r => (r.Span, At: value(c, r)))).ToList();
        return new Line([.. Of(pod), .. more], pod.Running, time =>
        {
            var (sum, now) = (0.0, (long)(time * 1000));
            foreach (var (span, at) in runs)
            {
                sum += span.Has(now) ? at(time) : 0;
            }

            return sum;
        });
    }

    private static Metric Network(string name, string help, double rate) => new(name, "counter", help, (scene, target) =>
        from pod in Pods(scene, target)
        where !pod.HostNetwork && pod.Containers.Count > 0 && pod.Running.Count > 0
        let load = new Wave(pod.Uid + "/network")
        let begin = pod.Running[0].From / 1000.0
        let size = rate * (0.02 + pod.Containers.Sum(c => c.Cpu))
        select new Line([.. Of(pod), ("interface", "eth0")], pod.Running, t => Math.Floor(size * (load.Total(t) - load.Total(begin)))));
}
