using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>The node dashboard on a living machine: Debian's Prometheus scrapes Debian's node-exporter each second.</summary>
[Trait("lane", "real")]
public sealed class LiveNodeTests : IAsyncLifetime
{
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c1");
    private static readonly Scope Scope = TestScopes.Fake(new Dictionary<string, string>());

    // What Kubernetes alone knows, and what a machine may not have: a disk of its own.
    private static readonly Dictionary<string, string?> Conditional = new(StringComparer.Ordinal)
    {
        ["pods"] = null,
        ["pod-cpu"] = null,
        ["pod-memory"] = null,
        ["filesystem"] = "fstype=\"ext4\"",
        ["inodes"] = "fstype=\"ext4\"",
        ["disk"] = "node_disk_read_bytes_total{",
        ["disk-busy"] = "node_disk_io_time_seconds_total{",
    };

    private readonly TemporaryFolder folder = new();
    private readonly List<Process> processes = [];
    private HttpClient? http;
    private int exporter;

    private static string? WhyNot => !File.Exists("/usr/bin/prometheus") || !File.Exists("/usr/bin/prometheus-node-exporter") ? "Prometheus or its node-exporter is not installed (apt-get install prometheus prometheus-node-exporter)." : null;

    public async Task InitializeAsync()
    {
        if (WhyNot is not null)
        {
            return;
        }

        (exporter, var server) = (FreePort(), FreePort());
        processes.Add(Process.Start("/usr/bin/prometheus-node-exporter", [Address(exporter), "--log.level=error"]));
        var config = Path.Combine(folder.Path, "live.yml");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $"global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: node-exporter\n  static_configs: [{{targets: ['127.0.0.1:{exporter}'], labels: {{node: here}}}}]\n"));
        processes.Add(Process.Start("/usr/bin/prometheus", ["--config.file=" + config, "--storage.tsdb.path=" + folder.Path, Address(server), "--log.level=error"]));
        http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{server}")) };
    }

    public Task DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        http?.Dispose();
        folder.Dispose();
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task NodeDashboard_OfThisMachine_GivesValues()
    {
        Skip.If(WhyNot is not null, WhyNot);
        var options = Options.Create(new MetricsOptions());
        var metrics = new ClusterMetrics(new PrometheusClient(DirectPrograms.At(http!), options), new SharedAnswers(options, TimeProvider.System));
        var points = new PanelPointsService(metrics);
        var selection = new ChartSelection { Node = "here" };
        var page = string.Empty;
        await Eventually.TrueAsync(async () => (page = await PageAsync()).Contains("node_load1", StringComparison.Ordinal), "the exporter answers");
        var panels = BuiltInDashboards.Of(DashboardKind.Node).Panels.Where(p => !Conditional.TryGetValue(p.Id, out var needed) || (needed is not null && page.Contains(needed, StringComparison.Ordinal))).ToList();
        List<string> empty = [];

        await Eventually.TrueAsync(async () => (empty = await EmptyAsync(points, selection, panels)).Count == 0, "every panel has values", within: TimeSpan.FromSeconds(90));

        Assert.True(panels.Count >= 4, string.Join(' ', panels.Select(p => p.Id)));
        var cpu = await metrics.QueryAsync(Scope, Cluster, "1 - avg(rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))", DateTimeOffset.UtcNow, CancellationToken.None);
        Assert.InRange(cpu.Series.Single().Points.Single().Value, 0, 1);
    }

    private static async Task<List<string>> EmptyAsync(PanelPointsService points, ChartSelection selection, IEnumerable<Panel> panels)
    {
        var empty = new List<string>();
        var now = DateTimeOffset.UtcNow;
        foreach (var panel in panels)
        {
            try
            {
                var answer = await points.GetAsync(Scope, [Cluster], panel, selection, RangeWindow.Of(now.AddMinutes(-5), now, 15), CancellationToken.None);
                if (!answer.Problems.IsEmpty || !answer.Lines.Any(l => l.Values.Any(double.IsFinite)))
                {
                    empty.Add(panel.Id);
                }
            }
            catch (Exception e) when (e is BackendException or HttpRequestException)
            {
                empty.Add($"{panel.Id} ({e.Message})");
            }
        }

        return empty;
    }

    private async Task<string> PageAsync()
    {
        try
        {
            return await http!.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{exporter}/metrics")));
        }
        catch (HttpRequestException)
        {
            return string.Empty;
        }
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
