using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Monitoring.Metrics;
using Portal.Tests.Sandbox.Metrics;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Grafana;

/// <summary>The three dashboards over the sandbox's Prometheus: every query is accepted, and shows what there is.</summary>
public sealed class SandboxDashboardsTests(SandboxDashboardsTests.World world) : IClassFixture<SandboxDashboardsTests.World>
{
    [Theory]
    [InlineData("node")]
    [InlineData("cluster")]
    [InlineData("ingress")]
    public async Task Dashboard_EveryPanel_IsAnswered(string name)
    {
        var view = await world.OpenAsync(name, []);

        Assert.All(view.Choices, c => Assert.Null(c.Failure));
        foreach (var panel in view.Dashboard.Panels.Where(p => p.Kind is not GrafanaPanelKind.Text))
        {
            var problem = panel.Kind is GrafanaPanelKind.TimeSeries
                ? (await world.Panels.LinesAsync(world.Person, view, panel, CancellationToken.None)).Points.Problems.FirstOrDefault()
                : (await world.Panels.ReadAsync(world.Person, view, panel, CancellationToken.None)).Problem;
            Assert.True(problem is null, $"{panel.Title}: {problem?.Failure.Message}");
        }
    }

    [Fact]
    public async Task Node_ShowsWhatItIs()
    {
        var view = await world.OpenAsync("node", new() { ["nodename"] = ["w-1"] });

        Assert.Equal("Quick view of w-1", view.Words(view.Dashboard.Rows[0].Title));
        Assert.Equal(["m-0", "w-1", "w-2"], view.Choices.Single(c => c.Variable.Name == "nodename").Options.Select(o => o.Value));
        var cores = Assert.Single((await world.ReadAsync(view, "14")).Numbers);
        var busy = Assert.Single((await world.ReadAsync(view, "20")).Numbers);
        var up = Assert.Single((await world.ReadAsync(view, "15")).Numbers);
        Assert.Equal(4, cores.Value);
        Assert.InRange(busy.Value, 0.001, 0.95);
        Assert.Equal(busy.Value, busy.Part, 9);
        Assert.Equal(("up", GrafanaLevel.Good), (up.Text, up.Level));
        var network = await world.Panels.LinesAsync(world.Person, view, view.Dashboard.Find("74")!, CancellationToken.None);
        Assert.Contains("recv eth0", network.Names);
        Assert.Contains(network.Points.Lines, l => l.Values.Any(v => v > 0));
        Assert.Contains(network.Points.Lines, l => l.Values.Any(v => v < 0));
    }

    [Fact]
    public async Task Cluster_ShowsOneRowForEachNamespace_OrThoseThatAreChosen()
    {
        var all = await world.OpenAsync("cluster", []);
        var one = await world.OpenAsync("cluster", new() { ["namespace"] = ["monitoring"] });

        var table = (await world.ReadAsync(all, "4")).Table!;
        Assert.Equal(["Namespace", "Pods", "CPU Usage", "Memory"], table.Columns.Select(c => c.Name));
        Assert.Equal(all.Choices.Single(c => c.Variable.Name == "namespace").Options.Select(o => o.Value), table.Rows.Select(r => r[0].Text));
        Assert.All(table.Rows, r => Assert.True(r[3].Value > 1e6));
        Assert.Equal(["monitoring"], (await world.ReadAsync(one, "4")).Table!.Rows.Select(r => r[0].Text));
        Assert.Equal(["monitoring"], (await world.Panels.LinesAsync(world.Person, one, one.Dashboard.Find("3")!, CancellationToken.None)).Names.AsEnumerable());
    }

    [Fact]
    public async Task Ingress_HasTheControllersMetrics()
    {
        var view = await world.OpenAsync("ingress", new() { ["match"] = ["a\"} or up{b=~\""] });

        Assert.NotEmpty(view.Choices.Single(c => c.Variable.Name == "metric").Options);
        Assert.NotEmpty(view.Choices.Single(c => c.Variable.Name == "instance").Options);
        Assert.Contains("service=~\"a\\\"} or up{b=~\\\"\"", view.Expressions(view.Dashboard.Find("3")!)[0], StringComparison.Ordinal);
        Assert.Contains("histogram_quantile(0.95,", view.Expressions(view.Dashboard.Find("4")!)[0], StringComparison.Ordinal);
        Assert.Empty((await world.Panels.LinesAsync(world.Person, view, view.Dashboard.Find("3")!, CancellationToken.None)).Points.Problems);
    }

    /// <summary>A simulated cluster with the add-ons of monitoring, and the three dashboards of its project.</summary>
    public sealed class World : IAsyncLifetime
    {
        private readonly MetricsCluster cluster = new(Path.Combine(RepositoryPaths.Root, "Portal.Core", "Addons", "Catalog"), 1, 2, "kube-state-metrics", "node-exporter", "prometheus", "traefik");
        private readonly Dictionary<string, string> ids = [];

        internal Scope Person { get; } = TestScopes.Fake(new Dictionary<string, string>());

        internal IGrafanaPanels Panels { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            cluster.Pass(TimeSpan.FromMinutes(10));
            var dashboards = new GrafanaDashboards(MemoryHome.NewStore(), new FakeAudit(), TimeProvider.System);
            foreach (var name in Samples.All)
            {
                ids[name] = (await dashboards.ImportAsync(Person, name, Samples.Json(name), CancellationToken.None)).Id;
            }

            var options = Options.Create(new MetricsOptions());
            Panels = new GrafanaPanels(dashboards, new ClusterMetrics(new PrometheusClient(new DirectPrograms(AnswerAsync), options), new SharedAnswers(options, TimeProvider.System)));
        }

        public Task DisposeAsync()
        {
            cluster.Dispose();
            return Task.CompletedTask;
        }

        internal async Task<GrafanaView> OpenAsync(string name, Dictionary<string, ImmutableArray<string>> values) =>
            (await Panels.OpenAsync(Person, new ClusterKey(Person.Region, Person.ProjectId, "c1"), ids[name], values, RangeWindow.Of(cluster.Now.AddMinutes(-9), cluster.Now), CancellationToken.None))!;

        internal Task<GrafanaReading> ReadAsync(GrafanaView view, string panel) => Panels.ReadAsync(Person, view, view.Dashboard.Find(panel)!, CancellationToken.None);

        private Task<HttpResponseMessage?> AnswerAsync(ProgramRequest request, CancellationToken cancellationToken)
        {
            lock (cluster)
            {
                var answer = cluster.Ask("prometheus-0", request.Path, request.Method.Method, request.Body ?? "", request.ContentType);
                return Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body) });
            }
        }
    }
}
