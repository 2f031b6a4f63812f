using Portal.Core.Clusters;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Grafana;

namespace Portal.Tests.Monitoring.Grafana;

public sealed class GrafanaReaderTests
{
    [Fact]
    public void Node_InTheFormOfNodeExporterFull_IsReadWhole()
    {
        var dashboard = Samples.Read("node");

        Assert.Equal(("Nodes in full", "now-3h", "now"), (dashboard.Title, dashboard.Range!.Value.From, dashboard.Range.Value.To));
        Assert.Equal([("Quick view of $nodename", false, 7), ("Storage Disk", true, 1)], dashboard.Rows.Select(r => (r.Title, r.IsClosed, r.Panels.Length)));
        Assert.Equal(["Gauge", "BarGauge", "Stat", "Stat", "Stat", "TimeSeries", "TimeSeries", "TimeSeries"], dashboard.Panels.Select(p => p.Kind.ToString()));
        Assert.Equal(["DS_PROMETHEUS", "ds_prometheus", "job", "nodename", "node", "diskdevices"], dashboard.Variables.Select(v => v.Name));
        Assert.Equal(["panel-kind heatmap Latencies", "stacking  CPU", "links  "], dashboard.Findings.OrderBy(f => f.Code == "links").ThenByDescending(f => f.IsLost).Select(f => $"{f.Code} {f.Detail} {string.Join(',', f.Where)}"));
        var busy = dashboard.Find("20")!;
        Assert.Equal((new GrafanaUnit(MetricUnit.Ratio, 0.01), 0, 100, 1), (busy.Unit, busy.Least!.Value, busy.Greatest!.Value, busy.Decimals!.Value));
        Assert.Equal([GrafanaLevel.Good, GrafanaLevel.Warning, GrafanaLevel.Bad], busy.Thresholds.Select(t => t.Level));
        Assert.Equal(2, dashboard.Find("77")!.Queries.Length);
        Assert.True(dashboard.Find("74")!.DrawsThresholds);
        Assert.Equal("up", dashboard.Find("15")!.Mappings.First(m => m.Suits(1)).Text);
    }

    [Fact]
    public void Cluster_InTheFormOfOldRows_IsReadAsItsSuccessors()
    {
        var dashboard = Samples.Read("cluster");

        Assert.Equal(["Stat", "Gauge", "TimeSeries", "Table"], dashboard.Panels.Select(p => p.Kind.ToString()));
        Assert.Equal(["Headlines", "CPU", ""], dashboard.Rows.Select(r => r.Title));
        Assert.Equal([new GrafanaPlace(0, 0, 6, 3), new GrafanaPlace(6, 0, 6, 3)], dashboard.Rows[0].Panels.Select(p => p.Place));
        Assert.Equal(["datasource", "cluster", "namespace", "interval"], dashboard.Variables.Select(v => v.Name));
        Assert.Equal([GrafanaVariable.Auto, "5m", "10m", "1h"], dashboard.Variables[3].Options.Select(o => o.Value));
        Assert.Equal(["variable-kind adhoc filters", "stacking  CPU usage of $namespace"], dashboard.Findings.Select(f => $"{f.Code} {f.Detail} {string.Join(',', f.Where)}"));
        Assert.Equal(("mean", GrafanaLevel.Warning, 0.7), (dashboard.Find("2")!.Reduce, dashboard.Find("2")!.Thresholds[1].Level, dashboard.Find("2")!.Thresholds[1].From));
        Assert.Equal((3d, GrafanaLevel.Bad), (dashboard.Find("3")!.Thresholds[0].From, dashboard.Find("3")!.Thresholds[0].Level));
    }

    [Fact]
    public void Ingress_AsTheApiGivesIt_NamesWhatIsNotShown()
    {
        var dashboard = Samples.Read("ingress");

        Assert.Equal(["Text", "Stat", "TimeSeries", "TimeSeries", "Table"], dashboard.Panels.Select(p => p.Kind.ToString()));
        Assert.Equal(
            ["annotations  Deployments", "bars  Slow requests over $__interval", "panel-kind piechart Return codes", "query-source loki Access log", "transformation calculateField Services"],
            dashboard.Findings.Select(f => $"{f.Code} {f.Detail} {string.Join(',', f.Where)}").Order(StringComparer.Ordinal));
        Assert.Equal([("0.5", "median"), ("0.95", "high"), ("0.99", "0.99")], dashboard.Variables.Single(v => v.Name == "quantile").Options.Select(o => (o.Value, o.Text)));
        Assert.Equal(60, dashboard.Find("3")!.LeastStep);
    }

    [Theory]
    [InlineData("", "dashboard-empty")]
    [InlineData("  ", "dashboard-empty")]
    [InlineData("{ \"a\": [1,2 }", "dashboard-not-json")]
    [InlineData("[]", "dashboard-no-panels")]
    [InlineData("7", "dashboard-no-panels")]
    [InlineData("{ \"panels\": 5 }", "dashboard-no-panels")]
    [InlineData("{ \"apiVersion\": \"dashboard.grafana.app/v2beta1\", \"spec\": { \"elements\": {} } }", "dashboard-v2")]
    public void File_ThatIsNoDashboard_IsSaidInOneSentence(string json, string code) =>
        Assert.Equal(("json", code), (Wrong(json).Field, Wrong(json).Code));

    [Fact]
    public void File_ThatIsNoJson_IsToldAtItsPlace()
    {
        var wrong = Wrong("{\n  \"panels\": [,]\n}");

        Assert.Equal(("2", "14"), (wrong.Arguments["line"], wrong.Arguments["column"]));
    }

    [Fact]
    public void File_ThatIsTooLarge_IsRefused()
    {
        var panels = string.Join(',', Enumerable.Range(0, GrafanaReader.MostPanels + 1).Select(n => $$"""{ "type": "stat", "targets": [{ "expr": "up" }] }"""));

        Assert.Equal("dashboard-too-many", Wrong($$"""{ "panels": [{{panels}}] }""").Code);
        Assert.Equal("dashboard-too-long", Wrong("{ \"title\": \"" + new string('ä', (GrafanaReader.MostBytes / 2) + 1) + "\" }").Code);
    }

    [Theory]
    [InlineData("""{ "type": "stat", "targets": [{ "expr": "" }, { "refId": "B" }] }""", "query-source")]
    [InlineData("""{ "type": "stat", "targets": [] }""", "panel-empty")]
    [InlineData("""{ "libraryPanel": { "uid": "x", "name": "CPU" } }""", "panel-library")]
    [InlineData("""{ "type": 5 }""", "panel-kind")]
    [InlineData("""{ }""", "panel-kind")]
    [InlineData("""{ "type": "timeseries", "targets": [{ "datasource": { "type": "__expr__" }, "type": "math", "expression": "$A" }] }""", "query-math")]
    public void Panel_ThatCannotBeShown_IsNamed(string panel, string code)
    {
        var dashboard = GrafanaReader.Read(Samples.Panel(panel));

        Assert.Empty(dashboard.Panels);
        Assert.Equal((code, true), (dashboard.Findings.Single().Code, dashboard.Findings.Single().IsLost));
    }

    [Theory]
    [InlineData("""{ "type": "stat", "repeat": "node", "targets": [{ "expr": "up" }] }""", "repeat")]
    [InlineData("""{ "type": "stat", "fieldConfig": { "defaults": { "unit": "celsius" } }, "targets": [{ "expr": "up" }] }""", "unit")]
    [InlineData("""{ "type": "stat", "options": { "reduceOptions": { "calcs": ["stdDev"] } }, "targets": [{ "expr": "up" }] }""", "reduction")]
    [InlineData("""{ "type": "stat", "targets": [{ "expr": "up{job=\"$nothing\"}" }] }""", "undefined-variable")]
    [InlineData("""{ "type": "stat", "targets": [{ "expr": "up{job=\"${__interval:lucene}\"}" }] }""", "format")]
    [InlineData("""{ "type": "timeseries", "timeShift": "1d", "targets": [{ "expr": "up" }] }""", "time-shift")]
    [InlineData("""{ "type": "graph", "alert": { "name": "a" }, "targets": [{ "expr": "up" }] }""", "alert")]
    [InlineData("""{ "type": "text", "options": { "mode": "html", "content": "<b>x</b>" } }""", "text-html")]
    public void Panel_ThatIsShownInAnotherWay_SaysSo(string panel, string code)
    {
        var dashboard = GrafanaReader.Read(Samples.Panel(panel));

        Assert.Single(dashboard.Panels);
        Assert.Equal((code, false), (dashboard.Findings.Single().Code, dashboard.Findings.Single().IsLost));
    }

    [Fact]
    public void Panels_WithTheSameNumberOrNone_GetNumbersOfTheirOwn()
    {
        var dashboard = GrafanaReader.Read(Samples.Panel("""{ "id": 1, "type": "stat", "targets": [{ "expr": "up" }] }, { "id": 1, "type": "stat", "targets": [{ "expr": "up" }] }, { "type": "stat", "targets": [{ "expr": "up" }] }"""));

        Assert.Equal(["1", "p2", "p3"], dashboard.Panels.Select(p => p.Id));
    }

    [Theory]
    [InlineData("bytes", MetricUnit.Bytes, 1)]
    [InlineData("kbytes", MetricUnit.Bytes, 1024)]
    [InlineData("decmbytes", MetricUnit.Bytes, 1e6)]
    [InlineData("Bps", MetricUnit.BytesPerSecond, 1)]
    [InlineData("bps", MetricUnit.BitsPerSecond, 1)]
    [InlineData("Mbits", MetricUnit.BitsPerSecond, 1e6)]
    [InlineData("percent", MetricUnit.Ratio, 0.01)]
    [InlineData("percentunit", MetricUnit.Ratio, 1)]
    [InlineData("ms", MetricUnit.Seconds, 0.001)]
    [InlineData("s", MetricUnit.Seconds, 1)]
    [InlineData("reqps", MetricUnit.PerSecond, 1)]
    [InlineData("ops", MetricUnit.PerSecond, 1)]
    [InlineData("short", MetricUnit.Number, 1)]
    [InlineData("none", MetricUnit.Number, 1)]
    public void Unit_OfGrafanas_IsOneOfOurs(string id, MetricUnit unit, double factor) => Assert.Equal(new GrafanaUnit(unit, factor), GrafanaUnits.Find(id));

    [Theory]
    [InlineData("dark-red", GrafanaLevel.Bad)]
    [InlineData("#d44a3a", GrafanaLevel.Bad)]
    [InlineData("rgba(237, 129, 40, 0.89)", GrafanaLevel.Warning)]
    [InlineData("#EAB839", GrafanaLevel.Warning)]
    [InlineData("#299c46", GrafanaLevel.Good)]
    [InlineData("semi-dark-blue", GrafanaLevel.Plain)]
    [InlineData("rgb(31, 120, 193)", GrafanaLevel.Plain)]
    [InlineData(null, GrafanaLevel.Plain)]
    public void Colour_OfAThreshold_MeansALevel(string? colour, GrafanaLevel level) => Assert.Equal(level, Colours.Level(colour));

    private static FieldError Wrong(string json) => Assert.Single(Assert.Throws<ClusterInvalidException>(() => GrafanaReader.Read(json)).Errors);
}
