using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Sandbox.Metrics;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Every query of every built-in panel on Debian's Prometheus and on the sandbox's engine, over the same blocks: the same series, points and numbers, at 1e-9.</summary>
[Trait("lane", "real")]
public sealed class PanelsOnBothTests(RealPrometheus prometheus) : IClassFixture<RealPrometheus>
{
    private static readonly DateTimeOffset Day = DateTimeOffset.FromUnixTimeSeconds(1_768_435_200);
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c1");
    private static readonly Scope Scope = TestScopes.Fake(new Dictionary<string, string>());
    private static readonly Lazy<MetricsBlocks> Blocks = new(() => MetricsBlocks.Read(Path.Combine(RepositoryPaths.Shared!, "data", "metrics", "tsdb-24h.tar.gz")));

    // The whole day; the gap of node-3; the restart of a container; the last quarter of an hour by seconds.
    private static readonly (double From, double Hours, int Step)[] Windows = [(0, 24, 300), (6, 0.5, 30), (9.25, 0.5, 15), (12.75, 0.25, 5)];

    public static TheoryData<DashboardKind, string> Panels => RealPanelsTests.Panels;

    [SkippableTheory]
    [MemberData(nameof(Panels))]
    public async Task Panel_OnPrometheusAndOnTheSandbox_IsTheSame(DashboardKind kind, string id)
    {
        Skip.If(Recorded.WhyNoRealPrometheus is not null, Recorded.WhyNoRealPrometheus);
        var differences = new List<string>();
        foreach (var (from, hours, step) in Windows)
        {
            var window = RangeWindow.Of(Day.AddHours(from), Day.AddHours(from + hours), step);
            foreach (var query in BuiltInDashboards.Of(kind).Find(id)!.Queries.Select(q => RealPanelsTests.Selection.Fill(q.Expression, window.Step)))
            {
                (string, string)[] range = [("query", query), ("start", Seconds(Day.AddHours(from))), ("end", Seconds(Day.AddHours(from + hours))), ("step", step.ToString(CultureInfo.InvariantCulture))];
                differences.AddRange(await CompareAsync("/api/v1/query_range", range));
                differences.AddRange(await CompareAsync("/api/v1/query", ("query", query), ("time", Seconds(Day.AddHours(from + (hours / 2))))));
            }
        }

        Assert.Empty(differences);
    }

    private async Task<string[]> CompareAsync(string path, params (string Name, string Value)[] parameters)
    {
        var form = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        using var response = await prometheus.Programs.SendAsync(Cluster, Scope, ClusterProgram.Prometheus, new ProgramRequest(HttpMethod.Get, $"{path}?{form}") { Operation = "compare" }, CancellationToken.None);
        var real = JsonNode.Parse(await response!.Content.ReadAsStringAsync());
        var (status, sandbox) = ExpectedAnswers.Ask(Blocks.Value, path, parameters);
        return (int)response.StatusCode != status ? [$"{form}: {status} instead of {(int)response.StatusCode}"]
            : status != 200 ? [] : ExpectedAnswers.Difference(real!["data"], sandbox!["data"]) is { } difference ? [$"{Uri.UnescapeDataString(form)}: {difference}"] : [];
    }

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
