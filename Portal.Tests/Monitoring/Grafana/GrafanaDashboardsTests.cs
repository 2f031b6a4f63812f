using System.Collections.Immutable;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Grafana;

/// <summary>A project's dashboards: kept, seen by its own people only, audited.</summary>
public sealed class GrafanaDashboardsTests
{
    private static readonly Dictionary<string, string> None = [];
    private static readonly Scope Person = TestScopes.Fake(None);
    private static readonly Scope Reader = TestScopes.Fake(None, capabilities: [Capability.Read]);
    private static readonly Scope Stranger = TestScopes.Fake(None, "p2");
    private readonly Written _audit = new();
    private readonly GrafanaDashboards _dashboards;

    public GrafanaDashboardsTests() => _dashboards = new(MemoryHome.NewStore(), _audit, TimeProvider.System);

    [Fact]
    public async Task Dashboard_ThatIsImported_IsReadByItsProject_AndGoesWithItsFile()
    {
        var kept = await _dashboards.ImportAsync(Person, "  Nodes ", Samples.Json("node"), CancellationToken.None);

        Assert.Equal(("Nodes", 8, 1, "alice"), (kept.Name, kept.Panels, kept.Lost, kept.UserName));
        Assert.Equal([kept.Id], (await _dashboards.ListAsync(Reader, CancellationToken.None)).Select(d => d.Id));
        Assert.Equal("Nodes in full", (await _dashboards.FindAsync(Reader, kept.Id, CancellationToken.None))!.Value.Dashboard.Title);
        Assert.True(await _dashboards.RemoveAsync(Person, kept.Id, CancellationToken.None));
        Assert.False(await _dashboards.RemoveAsync(Person, kept.Id, CancellationToken.None));
        Assert.Null(await _dashboards.FindAsync(Person, kept.Id, CancellationToken.None));
        Assert.Equal([("dashboard.import", "Nodes"), ("dashboard.remove", "Nodes")], _audit.Entries);
    }

    [Fact]
    public async Task Dashboard_OfAnotherProject_IsNotThere_AlsoAfterItWasRead()
    {
        var kept = await _dashboards.ImportAsync(Person, "Nodes", Samples.Json("node"), CancellationToken.None);
        await _dashboards.FindAsync(Person, kept.Id, CancellationToken.None);

        Assert.Empty(await _dashboards.ListAsync(Stranger, CancellationToken.None));
        Assert.Null(await _dashboards.FindAsync(Stranger, kept.Id, CancellationToken.None));
        Assert.False(await _dashboards.RemoveAsync(Stranger, kept.Id, CancellationToken.None));
        Assert.NotNull(await _dashboards.FindAsync(Person, kept.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Reader_ImportsAndRemovesNothing()
    {
        var kept = await _dashboards.ImportAsync(Person, "Nodes", Samples.Json("node"), CancellationToken.None);

        Assert.Throws<ForbiddenException>(() => _dashboards.Check(Reader, Samples.Json("node")));
        await Assert.ThrowsAsync<ForbiddenException>(() => _dashboards.ImportAsync(Reader, "Mine", Samples.Json("node"), CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => _dashboards.RemoveAsync(Reader, kept.Id, CancellationToken.None));
    }

    [Theory]
    [InlineData(" ", "dashboard-no-name")]
    [InlineData("nodes", "dashboard-name-taken")]
    [InlineData("a name of more than eighty characters, which no list could show without cutting it off", "dashboard-long-name")]
    public async Task Name_ThatCannotBe_IsSaid(string name, string code)
    {
        await _dashboards.ImportAsync(Person, "Nodes", Samples.Json("node"), CancellationToken.None);

        var wrong = await Assert.ThrowsAsync<ClusterInvalidException>(() => _dashboards.ImportAsync(Person, name, Samples.Json("node"), CancellationToken.None));

        Assert.Equal(("name", code), (wrong.Errors.Single().Field, wrong.Errors.Single().Code));
    }

    [Fact]
    public async Task Panels_OfAnotherProject_AreRefused_AlsoByAViewThatItsOwnerOpened()
    {
        var kept = await _dashboards.ImportAsync(Person, "Nodes", Samples.Json("node"), CancellationToken.None);
        var metrics = new FakeMetrics();
        var panels = new GrafanaPanels(_dashboards, metrics);
        var (own, window) = (new ClusterKey(Person.Region, Person.ProjectId, "c1"), new RangeWindow(0, 3600, 15));
        var view = (await panels.OpenAsync(Person, own, kept.Id, ImmutableDictionary<string, ImmutableArray<string>>.Empty, window, CancellationToken.None))!;
        metrics.Asked.Clear();

        await Assert.ThrowsAsync<ForbiddenException>(() => panels.OpenAsync(Stranger, own, kept.Id, ImmutableDictionary<string, ImmutableArray<string>>.Empty, window, CancellationToken.None));
        Assert.Null(await panels.OpenAsync(Stranger, own with { ProjectId = "p2" }, kept.Id, ImmutableDictionary<string, ImmutableArray<string>>.Empty, window, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => panels.LinesAsync(Stranger, view, view.Dashboard.Find("77")!, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => panels.ReadAsync(Stranger, view, view.Dashboard.Find("20")!, CancellationToken.None));
        Assert.Empty(metrics.Asked);
    }

    [Fact]
    public async Task Chart_WithAQueryOfAMoment_HasAllLinesOnOneGrid()
    {
        var kept = await _dashboards.ImportAsync(Person, "One", Samples.Panel("""{ "type": "timeseries", "interval": "1m", "targets": [{ "expr": "a", "instant": true }, { "expr": "b" }] }"""), CancellationToken.None);
        var panels = new GrafanaPanels(_dashboards, new FakeMetrics());
        var view = (await panels.OpenAsync(Person, new ClusterKey(Person.Region, Person.ProjectId, "c1"), kept.Id, ImmutableDictionary<string, ImmutableArray<string>>.Empty, new RangeWindow(0, 3600, 15), CancellationToken.None))!;

        var lines = await panels.LinesAsync(Person, view, view.Dashboard.Panels.Single(), CancellationToken.None);

        Assert.Equal((60, 61), (lines.Points.Window.Step, lines.Points.Window.Count));
        Assert.Equal([61, 61], lines.Points.Lines.Select(l => l.Values.Length));
        Assert.Equal(["A", "B"], lines.Names.AsEnumerable());
    }

    private sealed class Written : IAuditLog
    {
        public List<(string Action, string Name)> Entries { get; } = [];

        public Task WriteAsync(Scope scope, string action, string subject, string result, CancellationToken cancellationToken, IEnumerable<string>? requestIds = null, IReadOnlyDictionary<string, string>? details = null)
        {
            Entries.Add((action, details!["name"]));
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<AuditEntry>> ListAsync(Scope scope, int limit, DateTimeOffset? before, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
