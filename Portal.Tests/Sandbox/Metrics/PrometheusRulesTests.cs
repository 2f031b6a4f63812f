using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Prometheus.PromQl;
using Portal.Sandbox.Prometheus.Rules;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The rules that a Prometheus mounts are read and evaluated; Alertmanager has what fires.</summary>
public sealed class PrometheusRulesTests : IDisposable
{
    private readonly MetricsCluster cluster = new(Path.Combine(RepositoryPaths.Root, "Portal.Core", "Addons", "Catalog"), 1, 2, "kube-state-metrics", "node-exporter", "alertmanager", "prometheus");

    public void Dispose() => cluster.Dispose();

    [Fact]
    public void StockRules_InASoundCluster_AreAllHealthyAndOnlyWatchdogFires()
    {
        cluster.Pass(TimeSpan.FromMinutes(20));

        var rules = Rules();

        Assert.True(rules.Count >= 9);
        Assert.All(rules, r => Assert.Equal("ok", (string?)r["health"]));
        Assert.Equal(["Watchdog"], rules.Where(r => (string?)r["state"] != "inactive").Select(r => (string?)r["name"]));
    }

    [Fact]
    public void Node_ThatIsSilent_IsPendingFirstAndFiresLater()
    {
        NodeController.Silence(cluster.Cluster.Store, "w-1", true, cluster.Now);
        cluster.Pass(TimeSpan.FromMinutes(5));
        var early = Rules().Single(r => (string?)r["name"] == "KubeNodeNotReady");
        cluster.Pass(TimeSpan.FromMinutes(16));
        var late = Rules().Single(r => (string?)r["name"] == "KubeNodeNotReady");

        Assert.Equal("pending", (string?)early["state"]);
        Assert.Equal("firing", (string?)late["state"]);
        Assert.Equal("Node w-1 is not ready.", (string?)late["alerts"]![0]!["annotations"]!["summary"]);
        Assert.Contains(cluster.Query("ALERTS{alertstate=\"firing\"}"), a => (string?)a!["metric"]!["alertname"] == "KubeNodeNotReady");
        var alert = Alerts("?filter=alertname%3D%22KubeNodeNotReady%22").Single();
        Assert.Equal("lab", (string?)alert["labels"]!["cluster"]);
        Assert.Equal("active", (string?)alert["status"]!["state"]);
    }

    [Fact]
    public void Alert_ThatIsSilenced_IsSuppressedUntilTheSilenceIsGone()
    {
        _ = Alerts(string.Empty);
        var silence = $$"""{"matchers":[{"name":"alertname","value":"Watch.*","isRegex":true}],"startsAt":"{{cluster.Now:O}}","endsAt":"{{cluster.Now.AddHours(1):O}}","createdBy":"t","comment":"c"}""";
        var made = cluster.Ask("alertmanager-0", "/api/v2/silences", "POST", silence, port: 9093);
        var id = (string)JsonNode.Parse(made.Body)!["silenceID"]!;

        var suppressed = Alerts(string.Empty).Single(a => (string?)a["labels"]!["alertname"] == "Watchdog");
        var hidden = Alerts("?silenced=false");
        cluster.Ask("alertmanager-0", "/api/v2/silence/" + id, "DELETE", port: 9093);

        Assert.Equal("suppressed", (string?)suppressed["status"]!["state"]);
        Assert.Equal(id, (string?)suppressed["status"]!["silencedBy"]![0]);
        Assert.DoesNotContain(hidden, a => (string?)a["labels"]!["alertname"] == "Watchdog");
        Assert.Equal("active", (string?)Alerts(string.Empty).Single(a => (string?)a["labels"]!["alertname"] == "Watchdog")["status"]!["state"]);
    }

    [Fact]
    public void RuleFile_ThatIsBad_LeavesTheOldRulesAndAFailedReload()
    {
        var before = Rules().Count;
        Write("groups: [{name: g, rules: [{alert: A, expr: 'sum(up'}]}]");

        Assert.Equal(before, Rules().Count);
        Assert.Equal("0", (string?)cluster.Query("prometheus_config_last_reload_successful + 0")[0]!["value"]![1]);
        Assert.False((bool)JsonNode.Parse(cluster.Ask("prometheus-0", "/api/v1/status/runtimeinfo").Body)!["data"]!["reloadConfigSuccess"]!);

        Write("groups: [{name: g, rules: [{alert: A, expr: 'sum(up)'}]}]");

        Assert.Equal("A", (string?)Assert.Single(Rules())["name"]);
        Assert.Equal("1", (string?)cluster.Query("prometheus_config_last_reload_successful + 0")[0]!["value"]![1]);
    }

    [Fact]
    public void Rules_ThatRecordAndKeepFiring_DoSo()
    {
        Write("groups: [{name: g, rules: [{record: 'job:up:count', expr: 'count by (job) (up)', labels: {team: a}}, {alert: Low, expr: 'job:up:count{job=\"node-exporter\"} < 1', for: 1m}, {alert: Few, expr: 'job:up:count{job=\"node-exporter\"} == 3', keep_firing_for: 5m, annotations: {summary: '{{ $value | printf \"%.1f\" }} of {{ $labels.job }}'}}, {alert: Broken, expr: 'up * on (job) up'}]}]");
        cluster.Pass(TimeSpan.FromMinutes(5));

        Assert.Contains(cluster.Query("job:up:count{team=\"a\"}"), s => (string?)s!["metric"]!["job"] == "kubelet" && (string?)s["value"]![1] == "6");
        var rules = Rules();
        Assert.Equal(["", "inactive", "firing", "inactive"], rules.Select(r => (string?)r["state"] ?? string.Empty));
        Assert.Equal("3.0 of node-exporter", (string?)rules[2]["alerts"]![0]!["annotations"]!["summary"]);
        Assert.Equal("err", (string?)rules[3]["health"]);
        Assert.StartsWith("found duplicate series for the match group", (string?)rules[3]["lastError"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ $value | humanizePercentage }}", 0.02345, "2.345%")]
    [InlineData("{{ $value | humanize }}", 1234567, "1.235M")]
    [InlineData("{{ $value | humanize1024 }}B", 1536, "1.5KiB")]
    [InlineData("{{ $value | humanizeDuration }}", 93784, "1d 2h 3m 4s")]
    [InlineData("{{ printf \"%.2f of %s\" $value $labels.pod }}", 2, "2.00 of p")]
    [InlineData("{{ .Value }} {{ .Labels.pod }} {{ $externalLabels.cluster }}", 0.5, "0.5 p lab")]
    [InlineData("{{ index $labels \"pod\" | toUpper }}{{ $labels.none }}", 0, "P")]
    public void Fill_OfATemplate_IsPrometheuss(string template, double value, string text) =>
        Assert.Equal(text, GoTemplate.Fill(template, LabelSet.Of(("pod", "p")), value, [KeyValuePair.Create("cluster", "lab")]));

    private List<JsonNode> Rules() => [.. JsonNode.Parse(cluster.Ask("prometheus-0", "/api/v1/rules").Body)!["data"]!["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Select(r => r!)];

    private List<JsonNode> Alerts(string query) => [.. JsonNode.Parse(Encoding.UTF8.GetString(cluster.Ask("alertmanager-0", "/api/v2/alerts" + query, port: 9093).Body))!.AsArray().Select(a => a!)];

    private void Write(string rules)
    {
        cluster.Change("configmaps", "monitoring", "prometheus-rules", m => m["data"]!["platform.yml"] = rules);
        cluster.Pass(TimeSpan.FromSeconds(61));
        _ = Rules();
    }
}
