using System.Collections.Immutable;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Monitoring.Metrics;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Grafana;

/// <summary>The three dashboards on a real Prometheus.</summary>
[Trait("lane", "real")]
public sealed class RealDashboardsTests(RealPrometheus prometheus) : IClassFixture<RealPrometheus>
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_768_482_000);

    [SkippableTheory]
    [InlineData("node")]
    [InlineData("cluster")]
    [InlineData("ingress")]
    public async Task Dashboard_EveryPanel_IsAccepted(string name)
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);
        var person = TestScopes.Fake(new Dictionary<string, string>());
        var dashboards = new GrafanaDashboards(MemoryHome.NewStore(), new FakeAudit(), TimeProvider.System);
        var kept = await dashboards.ImportAsync(person, name, Samples.Json(name), CancellationToken.None);
        var panels = new GrafanaPanels(dashboards, prometheus.Metrics);

        var view = await panels.OpenAsync(person, new ClusterKey(person.Region, person.ProjectId, "c1"), kept.Id, new Dictionary<string, ImmutableArray<string>>(), RangeWindow.Of(Noon.AddHours(-3), Noon), CancellationToken.None);

        Assert.All(view!.Choices, c => Assert.Null(c.Failure));
        var shown = 0;
        foreach (var panel in view.Dashboard.Panels.Where(p => p.Kind is not GrafanaPanelKind.Text))
        {
            var lines = panel.Kind is GrafanaPanelKind.TimeSeries ? await panels.LinesAsync(person, view, panel, CancellationToken.None) : null;
            var reading = lines is null ? await panels.ReadAsync(person, view, panel, CancellationToken.None) : null;
            var problem = lines?.Points.Problems.FirstOrDefault() ?? reading?.Problem;
            Assert.True(problem is null, $"{panel.Title}: {problem?.Failure.Message}");
            shown += lines?.Points.Lines.Length > 0 || reading?.Numbers.Length > 0 || reading?.Table?.Rows.Length > 0 ? 1 : 0;
        }

        Assert.True(shown > 0, $"{shown} panels show something");
    }
}
