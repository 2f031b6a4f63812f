using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Monitoring.Charts;

namespace Portal.Tests.Monitoring.Metrics;

public sealed partial class DashboardTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh-Hans")]
    public void Panels_HaveWordsForEverything(string language)
    {
        CultureInfo.CurrentUICulture = new CultureInfo(language);
        foreach (var panel in BuiltInDashboards.All.SelectMany(d => d.Panels))
        {
            Assert.NotEqual(panel.Id, ChartWords.Title(panel.Id));
            Assert.All(panel.Thresholds, t => Assert.NotNull(ChartsText.ResourceManager.GetString("Limit" + char.ToUpperInvariant(t.Name[0]) + t.Name[1..], CultureInfo.CurrentUICulture)));
            Assert.All(panel.Queries.SelectMany(q => Word().Matches(q.Legend)), w => Assert.NotNull(ChartsText.ResourceManager.GetString("Legend" + char.ToUpperInvariant(w.Groups[1].Value[0]) + w.Groups[1].Value[1..], CultureInfo.CurrentUICulture)));
        }

        Assert.All(Enum.GetValues<MetricTrouble>(), t => Assert.NotNull(ChartsText.ResourceManager.GetString("Trouble" + t, CultureInfo.CurrentUICulture)));
        Assert.All(BuiltInDashboards.All, d => Assert.Equal(d.Panels.Length, d.Panels.Select(p => p.Id).Distinct().Count()));
        Assert.All(Enum.GetValues<DashboardKind>(), k => Assert.Equal(k, BuiltInDashboards.Of(k).Kind));
    }

    [Fact]
    public void Selection_OfWhateverName_StaysALiteral()
    {
        var selection = new ChartSelection { Namespace = "x\"} or up{a=\"$pod", Pod = "p", Workload = new("Deployment", "shop.api") };

        Assert.Equal("a{n=\"x\\\"} or up{a=\\\"$pod\",c=~\"shop\\\\.api-[a-z0-9]+\"}[600s]", selection.Fill("a{n=$namespace,c=~$creators}[$window]", 600));
        Assert.Equal("[300s]", selection.Fill("[$window]", 15));
    }

    [Theory]
    [InlineData("ReplicaSet", "shop-api-58c7d9f6b5", "Deployment/shop-api")]
    [InlineData("StatefulSet", "shop-db", "StatefulSet/shop-db")]
    [InlineData("Node", "node-1", null)]
    [InlineData("<none>", "<none>", null)]
    public void Workload_OfAPod_IsItsController(string kind, string name, string? workload) => Assert.Equal(workload, WorkloadName.Of(kind, name)?.ToString());

    [Fact]
    public void Lines_BeyondTheEighth_AreOne()
    {
        PanelLine[] lines = [.. Enumerable.Range(1, 20).Select(n => new PanelLine("c1", 0, MetricLabels.None, [n, double.NaN]))];

        var sum = LineLimit.Gather([.. lines], 8, addsUp: true);
        var highest = LineLimit.Gather([.. lines], 8, addsUp: false);

        Assert.Equal([20, 19, 18, 17, 16, 15, 14], sum.Take(7).Select(l => l.Values[0]));
        Assert.Equal((13, 91, 13), (sum[7].Of, sum[7].Values[0], highest[7].Values[0]));
        Assert.True(double.IsNaN(sum[7].Values[1]));
    }

    [Fact]
    public void Legend_HasLabelsAndWords()
    {
        var labels = new MetricLabels([new("container", "api"), new("pod", "[used] {pod}")]);

        Assert.Equal("api limit", ChartWords.Legend("{container} [limit]", labels));
        Assert.Equal("[used] {pod}", ChartWords.Legend("{pod}", labels));
        Assert.Equal("{container=\"api\",pod=\"[used] {pod}\"}", ChartWords.Legend("{nothing}", labels));
    }

    [Theory]
    [InlineData("ra|", CompletionPlace.Expression, "ra", "", "")]
    [InlineData("sum by (no|", CompletionPlace.Label, "no", "", "")]
    [InlineData("up{jo|", CompletionPlace.Label, "jo", "up", "")]
    [InlineData("rate(up{job=~\"ku|", CompletionPlace.Value, "ku", "up", "job")]
    [InlineData("up{a=\"}\",job!=\"|", CompletionPlace.Value, "", "up", "job")]
    [InlineData("rate(up[5|", CompletionPlace.Duration, "5", "", "")]
    [InlineData("sum(rate(up[5m])) + nod|", CompletionPlace.Expression, "nod", "", "")]
    [InlineData("|", CompletionPlace.Expression, "", "", "")]
    public void Completion_KnowsWhereTheCaretStands(string text, CompletionPlace place, string word, string metric, string label)
    {
        var caret = text.IndexOf('|', StringComparison.Ordinal);

        var at = PromQlCompletion.At(text.Remove(caret, 1), caret);

        Assert.Equal((place, word, metric, label, caret - word.Length), (at.Place, at.Word, at.Metric, at.Label, at.Start));
    }

    [Fact]
    public void Completion_OfAMetric_TellsWhatItIs()
    {
        var at = PromQlCompletion.At("node_cpu", 8);

        var found = PromQlCompletion.Expressions(at, ["node_cpu_seconds_total", "up"], new Dictionary<string, MetricDescription> { ["node_cpu_seconds_total"] = new("counter", "Seconds the CPUs spent in each mode.") });

        Assert.Equal(("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode."), (found.Single().Text, found.Single().Kind, found.Single().Help));
    }

    [GeneratedRegex(@"\[([a-z]+)\]")]
    private static partial Regex Word();
}
