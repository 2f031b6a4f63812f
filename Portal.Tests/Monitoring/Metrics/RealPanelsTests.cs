using System.Globalization;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Every built-in panel on a real Prometheus: accepted, not empty, and right where the right numbers are known.</summary>
[Trait("lane", "real")]
public sealed class RealPanelsTests(RealPrometheus prometheus) : IClassFixture<RealPrometheus>
{
    private static readonly DateTimeOffset Day = DateTimeOffset.FromUnixTimeSeconds(1_768_435_200);
    private static readonly RangeWindow Window = RangeWindow.Of(Day, Day.AddDays(1));
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c1");
    private static readonly Scope Scope = TestScopes.Fake(new Dictionary<string, string>());

    internal static readonly ChartSelection Selection = new()
    {
        Node = "node-2",
        Namespace = "zone-prod",
        Workload = new("Deployment", "shop-api"),
        Pod = "shop-api-58c7d9f6b5-b2",
    };

    // Not in the data set: another ingress controller, a registry, controllers of other kinds, a quota that has no room.
    private static readonly HashSet<string> Unmeasured = ["Cluster/registry", "Node/network-errors", "Zone/missing-replicas", "Zone/waiting"];

    public static TheoryData<DashboardKind, string> Panels
    {
        get
        {
            var data = new TheoryData<DashboardKind, string>();
            foreach (var (kind, panel) in BuiltInDashboards.All.SelectMany(d => d.Panels.Select(p => (d.Kind, p.Id))))
            {
                data.Add(kind, panel);
            }

            return data;
        }
    }

    public static TheoryData<DashboardKind, string, int, string> Known => new()
    {
        { DashboardKind.Cluster, "cpu", 0, "cluster.cpu.utilisation" },
        { DashboardKind.Cluster, "memory", 0, "cluster.memory.utilisation" },
        { DashboardKind.Cluster, "node-cpu", 0, "node.cpu.utilisation" },
        { DashboardKind.Cluster, "node-memory", 0, "node.memory.utilisation" },
        { DashboardKind.Cluster, "filesystem", 0, "node.fs.utilisation" },
        { DashboardKind.Cluster, "node-received", 0, "node.network.receive" },
        { DashboardKind.Cluster, "node-sent", 0, "node.network.transmit" },
        { DashboardKind.Cluster, "saturation", 0, "node.load1_per_core" },
        { DashboardKind.Cluster, "zone-cpu", 0, "namespace.cpu" },
        { DashboardKind.Cluster, "zone-memory", 0, "namespace.memory" },
        { DashboardKind.Cluster, "pods-by-phase", 0, "pods.by_phase" },
        { DashboardKind.Cluster, "pods-by-node", 0, "pods.by_node" },
        { DashboardKind.Cluster, "restarts", 0, "pod.restarts.1h" },
        { DashboardKind.Cluster, "missing-replicas", 0, "deployment.unhealthy" },
        { DashboardKind.Cluster, "volumes", 0, "pvc.utilisation" },
        { DashboardKind.Cluster, "ingress", 0, "ingress.rps" },
        { DashboardKind.Cluster, "ingress-errors", 0, "ingress.error_ratio" },
        { DashboardKind.Cluster, "ingress-slowest", 0, "ingress.p95" },
        { DashboardKind.Node, "cpu", 0, "node.cpu.utilisation" },
        { DashboardKind.Node, "cpu-by-mode", 0, "node.cpu.by_mode" },
        { DashboardKind.Node, "memory", 0, "node.memory.used" },
        { DashboardKind.Node, "filesystem", 0, "node.fs.utilisation" },
        { DashboardKind.Node, "network", 0, "node.network.receive" },
        { DashboardKind.Node, "network", 1, "node.network.transmit" },
        { DashboardKind.Node, "saturation", 0, "node.load1_per_core" },
        { DashboardKind.Node, "disk", 0, "node.disk.read" },
        { DashboardKind.Node, "disk", 1, "node.disk.write" },
        { DashboardKind.Node, "pods", 0, "pods.by_node" },
        { DashboardKind.Zone, "cpu", 0, "namespace.cpu" },
        { DashboardKind.Zone, "memory", 0, "namespace.memory" },
        { DashboardKind.Zone, "pod-cpu", 0, "pod.cpu" },
        { DashboardKind.Zone, "pod-memory", 0, "pod.memory" },
        { DashboardKind.Zone, "throttling", 0, "container.cpu.throttled" },
        { DashboardKind.Zone, "pod-received", 0, "pod.network.receive" },
        { DashboardKind.Zone, "pod-sent", 0, "pod.network.transmit" },
        { DashboardKind.Zone, "replicas", 0, "deployment.available" },
        { DashboardKind.Zone, "volumes", 0, "pvc.utilisation" },
        { DashboardKind.Workload, "pod-cpu", 0, "pod.cpu" },
        { DashboardKind.Workload, "pod-memory", 0, "pod.memory" },
        { DashboardKind.Workload, "pod-received", 0, "pod.network.receive" },
        { DashboardKind.Workload, "pod-sent", 0, "pod.network.transmit" },
        { DashboardKind.Pod, "cpu", 0, "container.cpu" },
        { DashboardKind.Pod, "memory", 0, "container.memory" },
        { DashboardKind.Pod, "cpu-of-limit", 0, "pod.cpu.limit_ratio" },
        { DashboardKind.Pod, "memory-of-limit", 0, "container.memory.limit_ratio" },
        { DashboardKind.Pod, "throttling", 0, "container.cpu.throttled" },
        { DashboardKind.Pod, "network", 0, "pod.network.receive" },
    };

    [SkippableTheory]
    [MemberData(nameof(Panels))]
    public async Task Panel_EveryOne_IsAcceptedAndShowsSomething(DashboardKind kind, string id)
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);

        var points = await prometheus.Points.GetAsync(Scope, [Cluster], BuiltInDashboards.Of(kind).Find(id)!, Selection, Window, CancellationToken.None);

        Assert.Empty(points.Problems);
        Assert.Empty(points.Warnings);
        Assert.True(points.Lines.Any(l => l.Values.Any(double.IsFinite)) || Unmeasured.Contains($"{kind}/{id}"), $"{kind}/{id} is empty");
        Assert.InRange(points.Lines.Length, 0, 8);
    }

    [SkippableTheory]
    [MemberData(nameof(Known))]
    public async Task Panel_WhoseNumbersAreKnown_ShowsThem(DashboardKind kind, string id, int query, string expected)
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);
        var expression = Selection.Fill(BuiltInDashboards.Of(kind).Find(id)!.Queries[query].Expression, Window.Step);
        var known = Find(expected);
        var compared = 0;

        foreach (var instant in known.GetProperty("instant").EnumerateArray())
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(instant.GetProperty("time").GetInt64());
            var answer = await prometheus.Metrics.QueryAsync(Scope, Cluster, expression, at, CancellationToken.None);
            var right = instant.GetProperty("result").EnumerateArray().Select(r => (Labels: Labels(r), Value: Number(r.GetProperty("value").GetString()!))).ToList();
            foreach (var series in answer.Series)
            {
                var value = right.Where(r => Agree(r.Labels, series.Labels)).ToList();
                Assert.True(value.Count == 1, $"{series.Labels} at {at:HH:mm}: {value.Count} known");
                Same(value[0].Value, series.Points.Single().Value);
                compared++;
            }

            Assert.True(kind is not DashboardKind.Cluster || answer.Series.Length == right.Count, $"{answer.Series.Length} of {right.Count} series");
        }

        if (known.TryGetProperty("range", out var range))
        {
            var answer = await prometheus.Metrics.QueryRangeAsync(Scope, Cluster, expression, Window, CancellationToken.None);
            foreach (var series in answer.Series)
            {
                var right = range.GetProperty("series").EnumerateArray().Single(r => Agree(Labels(r), series.Labels));
                var drawn = series.Values.Where(double.IsFinite).ToList();
                Assert.Equal(right.GetProperty("points").GetInt32(), drawn.Count);
                Same(right.GetProperty("min").GetDouble(), drawn.Min());
                Same(right.GetProperty("max").GetDouble(), drawn.Max());
                Same(right.GetProperty("mean").GetDouble(), drawn.Average());
                compared++;
            }
        }

        Assert.True(compared > 0, "nothing was compared");
    }

    [SkippableFact]
    public async Task Places_OfTheDay_AreFound()
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);

        var places = await prometheus.Places.ListAsync(Scope, Cluster, Window, CancellationToken.None);

        Assert.Equal(["node-1", "node-2", "node-3"], places.Nodes.AsEnumerable());
        Assert.Equal(["Deployment/shop-api", "StatefulSet/shop-db", "Deployment/shop-web"], places.WorkloadsOf("zone-prod").Select(w => w.ToString()));
        Assert.Equal(["shop-api-58c7d9f6b5-b1", "shop-api-58c7d9f6b5-b2"], places.PodsOf("zone-prod", new("Deployment", "shop-api")).Select(p => p.Name));
        Assert.Contains("jenkins-agent-7x2kq", places.Pods.Select(p => p.Name));
    }

    [SkippableFact]
    public async Task Gap_OfANodeThatWasAway_IsAGap()
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);
        var window = RangeWindow.Of(Day.AddHours(6), Day.AddHours(6.5), 60);

        var answer = await prometheus.Metrics.QueryRangeAsync(Scope, Cluster, "rate(node_cpu_seconds_total{node=\"node-3\",mode=\"idle\",cpu=\"0\"}[2m])", window, CancellationToken.None);

        Assert.Contains(answer.Series.Single().Values, double.IsNaN);
        Assert.True(double.IsFinite(answer.Series.Single().Values[^1]));
    }

    [SkippableTheory]
    [InlineData("sum(", 4)]
    [InlineData("no_such_function(up)", 0)]
    public async Task Expression_ThatIsWrong_IsToldAtItsPlace(string expression, int offset)
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);

        var failure = await Assert.ThrowsAsync<BackendException>(() => prometheus.Metrics.QueryRangeAsync(Scope, Cluster, expression, Window, CancellationToken.None));

        Assert.Equal((MetricTrouble.Refused, offset), (MetricTroubles.Of(failure), QueryError.Of(failure, expression)!.Offset));
    }

    [SkippableFact]
    public async Task Answers_OfEveryQuestion_AreRead()
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);

        Assert.StartsWith("2.", await prometheus.Metrics.GetVersionAsync(Scope, Cluster, CancellationToken.None), StringComparison.Ordinal);
        Assert.Contains("node", await prometheus.Metrics.ListLabelsAsync(Scope, Cluster, "node_load1", CancellationToken.None));
        Assert.Contains("up", await prometheus.Metrics.ListLabelValuesAsync(Scope, Cluster, "__name__", null, null, CancellationToken.None));
        Assert.NotNull(await prometheus.Metrics.DescribeAsync(Scope, Cluster, CancellationToken.None));
        Assert.Equal(InstantKind.Text, (await prometheus.Metrics.QueryAsync(Scope, Cluster, "\"hello\"", Day, CancellationToken.None)).Kind);
    }

    private static JsonElement Find(string id)
    {
        var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Shared!, "data", "metrics", "expected.json")));
        return document.RootElement.GetProperty("queries").EnumerateArray().Single(q => q.GetProperty("id").GetString() == id);
    }

    private static Dictionary<string, string> Labels(JsonElement series) => series.GetProperty("metric").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);

    // A panel may keep fewer labels than the known query, never others.
    private static bool Agree(Dictionary<string, string> known, MetricLabels labels) => labels.Pairs.All(p => known.GetValueOrDefault(p.Key) == p.Value);

    private static double Number(string text) => text switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => double.Parse(text, CultureInfo.InvariantCulture) };

    private static void Same(double right, double shown) =>
        Assert.True(right.Equals(shown) || Math.Abs(right - shown) <= 1e-9 * Math.Abs(right), $"{shown:R} instead of {right:R}");
}
