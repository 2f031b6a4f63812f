namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What the programs of monitoring say of themselves.</summary>
internal static class OwnMetrics
{
    public static IEnumerable<Metric> Prometheus()
    {
        yield return One("prometheus_build_info", "gauge", "A metric with a constant '1' value labeled by version, revision, branch, goversion from which prometheus was built, and the goos and goarch for the build.", _ => 1, ("version", PrometheusProgram.Version), ("branch", "HEAD"), ("goversion", "go1.25.0"));
        yield return One("prometheus_tsdb_head_series", "gauge", "Total number of series in the head block.", t => Math.Floor(3000 + (200 * new Wave("series").At(t))));
        yield return One("prometheus_tsdb_head_samples_appended_total", "counter", "Total number of appended samples.", t => Math.Floor((t % 8_640_000) * 52));
        yield return One("prometheus_engine_queries", "gauge", "The current number of queries being executed or waiting.", _ => 0);
        foreach (var metric in Process("prometheus", 6e8))
        {
            yield return metric;
        }
    }

    public static IEnumerable<Metric> Alertmanager() =>
        [One("alertmanager_build_info", "gauge", "Constant '1' with the version.", _ => 1, ("version", "0.33.1")), One("alertmanager_cluster_enabled", "gauge", "Indicates whether the clustering is enabled or not.", _ => 0), .. Process("alertmanager", 4e7)];

    public static IEnumerable<Metric> NameServer()
    {
        var load = new Wave("coredns");
        yield return One("coredns_build_info", "gauge", "A metric with a constant '1' value.", _ => 1, ("version", "1.12.0"));
        yield return One("coredns_dns_requests_total", "counter", "Counter of DNS requests made per zone, protocol and family.", t => Math.Floor(14 * load.Total(t)), ("family", "1"), ("proto", "udp"), ("server", "dns://:53"), ("type", "A"), ("zone", "."));
        yield return One("coredns_dns_responses_total", "counter", "Counter of response status codes.", t => Math.Floor(13 * load.Total(t)), ("rcode", "NOERROR"), ("server", "dns://:53"), ("zone", "."));
        foreach (var metric in Process("coredns", 3e7))
        {
            yield return metric;
        }
    }

    private static Metric One(string name, string kind, string help, Func<double, double> value, params (string, string)[] labels) => new(name, kind, help, (_, _) => [new Line(labels, [Span.Always], value)]);

    private static IEnumerable<Metric> Process(string name, double bytes)
    {
        var load = new Wave("process/" + name);
        yield return One("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", t => Math.Floor(bytes * (0.9 + (0.1 * load.At(t))) / 4096) * 4096);
        yield return new("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", (_, target) => [new Line([], [Span.Always], t => 0.03 * Math.Max(0, load.Total(t) - load.Total(Start(target))))]);
        yield return new("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", (_, target) => [new Line([], [Span.Always], _ => Start(target))]);
        yield return One("process_open_fds", "gauge", "Number of open file descriptors.", t => Math.Floor(40 + (8 * load.At(t))));
        yield return One("go_goroutines", "gauge", "Number of goroutines that currently exist.", t => Math.Floor(60 + (10 * load.At(t))));
    }

    private static double Start(Target target) => target.Up.Count == 0 ? 0 : Math.Max(0, target.Up[^1].From / 1000.0);
}
