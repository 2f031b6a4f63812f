using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Delivery;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Addons;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Monitoring.Looks;

/// <summary>What clusters tell of a range.</summary>
public sealed class LookTests
{
    private static readonly DateTimeOffset To = DateTimeOffset.FromUnixTimeSeconds(1_768_482_000);
    private static readonly DateTimeOffset From = To.AddHours(-1);
    private readonly FakeScopes scopes = new();
    private readonly Connector connector = new();

    [Fact]
    public async Task Rollout_SaysWhatItChanged_AndWhatWasThereBeforeIsNotSaid()
    {
        connector.Apis["c5"].Objects.AddRange([
            ReplicaSet("shop-api-1", "shop-api", From.AddDays(-9), "r/shop/api:1.3"), ReplicaSet("shop-api-2", "shop-api", From.AddMinutes(10), "r/shop/api:1.4"), ReplicaSet("shop-api-3", "shop-api", From.AddMinutes(20), "r/shop/api:1.4"),
            ReplicaSet("other-1", "other", From.AddMinutes(30), "r/other:1"), ReplicaSet("late-1", "late", To.AddMinutes(1), "r/late:1"), Revision("shop-db-1", "shop-db", From.AddDays(-1), "db:1"), Revision("shop-db-2", "shop-db", From.AddMinutes(5), "db:2"), new JsonObject { ["kind"] = "ReplicaSet", ["metadata"] = new JsonObject { ["name"] = "bare" } },
        ]);
        var rollouts = new ClusterRollouts(connector, TimeProvider.System);

        var found = await rollouts.ListAsync(scopes.Scope, Question(new()), default);

        Assert.Equal(["other", "shop-api", "shop-api", "shop-db"], found.Items.Select(d => d.Workload.Name));
        Assert.Equal([true, false, false, false], found.Items.Select(d => d.IsFirst));
        Assert.Empty(found.Items[1].Images);
        Assert.Equal(new ImageChange("app", "r/shop/api:1.3", "r/shop/api:1.4"), Assert.Single(found.Items[2].Images));
        Assert.Equal("StatefulSet/shop-db", found.Items[3].Workload.ToString());
        Assert.Equal(2, (await rollouts.ListAsync(scopes.Scope, Question(new() { Namespace = "zone-prod", Pod = "shop-api-3-x2b7k" }), default)).Total);
        Assert.Empty((await rollouts.ListAsync(scopes.Scope, Question(new() { Namespace = "zone-test" }), default)).Items);
        Assert.Empty((await rollouts.ListAsync(scopes.Scope, Question(new() { Node = "node-1" }), default)).Items);
    }

    [Fact]
    public async Task Events_OfTheRangeAndSelection_AreRead_AndASilentClusterIsNamed()
    {
        connector.Apis["c5"].Objects.AddRange([
            Event("a", "Pod", "shop-api-58c7d9f6b5-b1", From.AddMinutes(1), From.AddMinutes(50), 12), Event("b", "Pod", "shop-api-58c7d9f6b5-b1", From.AddMinutes(-40), From.AddMinutes(-20), 1), Event("c", "Pod", "shop-apis-58c7d9f6b5-b1", From.AddMinutes(5), From.AddMinutes(5), 1), Event("d", "Deployment", "shop-api", From.AddMinutes(2), From.AddMinutes(2), 1), Event("e", "Pod", "shop-api-58c7d9f6b5-c2", To.AddMinutes(1), To.AddMinutes(2), 1), Event("f", "Pod", "shop-api-58c7d9f6b5-c2", From.AddMinutes(-5), To.AddMinutes(5), 90),
        ]);
        connector.Apis["c6"].Forbidden.Add("Event");
        var events = new KubernetesEvents(connector, TimeProvider.System);

        var found = await events.ListAsync(scopes.Scope, Question(new() { Namespace = "zone-prod", Workload = new("Deployment", "shop-api") }, "c5", "c6"), default);

        Assert.Equal(["f", "a", "d"], found.Items.Select(e => e.Message));
        Assert.Equal((12, true, "BackOff"), (found.Items[1].Count, found.Items[1].IsWarning, found.Items[1].Reason));
        Assert.Equal("c6", Assert.Single(found.Problems).ClusterName);
    }

    [Fact]
    public async Task Nodes_ThatCameAndLeft_AreTold_AndSilenceIsNotLeaving()
    {
        var metrics = new FakeMetrics();
        var created = From.AddMinutes(20).ToUnixTimeSeconds();
        MetricSeries Node(string name, double since, int first, int last, RangeWindow w) => new(new MetricLabels([new("node", name)]), [.. Enumerable.Range(0, w.Count).Select(at => at >= first && at <= last ? since : double.NaN)]);

        // The last ten points are of nobody: Prometheus was away.
        metrics.Series = (_, w) => [Node("old", 1000, 0, w.Count - 10, w), Node("came", created, 80, w.Count - 10, w), Node("left", 1000, 0, 99, w)];
        var nodes = new NodeHistory(metrics, TimeProvider.System);

        var found = await nodes.ListAsync(scopes.Scope, Question(new()), default);

        Assert.Equal([("left", false, From.AddSeconds(100 * 15)), ("came", true, From.AddMinutes(20))], found.Items.Select(n => (n.Node, n.Joined, n.At)));
    }

    [Fact]
    public async Task Logs_AreAskedWithTheSelection_AndAForeignClusterNotAtAll()
    {
        var logs = new FakeLogs { Kibana = "https://kibana.example" };
        logs.Lines.AddRange(Enumerable.Range(0, 60).Select(n => FakeLogs.Line(n, LogSeverity.Error, $"line {n}")));
        logs.Sources.Add(new(new("c6", "shop-build"), LogSourceState.WithoutElasticsearch));
        var look = new ClusterLookLogs(logs);

        var found = await look.ListAsync(scopes.Scope, Question(new() { Namespace = "zone-prod", Workload = new("Deployment", "shop-api") }), default);

        Assert.Equal(("zone-prod", "shop-api", From, To), (logs.Asked[0].Namespace, logs.Asked[0].Workload, logs.Asked[0].From, logs.Asked[0].To));
        Assert.Equal((50, LookSeverity.Error, "shop-build", "https://kibana.example"), (found.Lines.Length, found.Lines[0].Severity, found.Without.Single(), found.Kibana.Single().Address));
        var foreign = Question(new()) with { Clusters = [new(new(scopes.Scope.Region, "p9", "c9"), "theirs")] };
        await Assert.ThrowsAsync<ForbiddenException>(() => look.ListAsync(scopes.Scope, foreign, default));
        Assert.Single(logs.Asked);
    }

    [Theory]
    [InlineData("Deployment/api", "Pod", "api-58c7d9f6b5-b1", true)]
    [InlineData("Deployment/api", "ReplicaSet", "api-58c7d9f6b5", true)]
    [InlineData("Deployment/api", "Pod", "api2-58c7d9f6b5-b1", false)]
    [InlineData("Deployment/a.i", "Pod", "api-58c7d9f6b5-b1", false)]
    [InlineData("StatefulSet/db", "Pod", "db-0", true)]
    [InlineData("StatefulSet/db", "StatefulSet", "db", true)]
    [InlineData("StatefulSet/db", "Deployment", "db", false)]
    [InlineData("CronJob/tidy", "Pod", "tidy-29001234-x7k2p", true)]
    public void Object_OfAWorkload_IsKnownByItsName(string workload, string kind, string name, bool expected) =>
        Assert.Equal(expected, LookPlace.Has(new() { Namespace = "zone-prod", Workload = WorkloadName.Parse(workload) }, kind, "zone-prod", name));

    private LookQuestion Question(ChartSelection selection, params string[] clusters) =>
        new([.. (clusters is [] ? ["c5"] : clusters).Select(c => new LookCluster(new(scopes.Scope.Region, scopes.Scope.ProjectId, c), c))], From, To, selection);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Template(string image) => new() { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }) } } } };

    private static JsonObject Meta(string name, string kind, string owner, DateTimeOffset at) => new()
    {
        ["name"] = name,
        ["namespace"] = "zone-prod",
        ["creationTimestamp"] = Text(at),
        ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = owner, ["uid"] = "uid-" + owner }),
    };

    private static JsonObject ReplicaSet(string name, string owner, DateTimeOffset at, string image)
    {
        var made = Template(image);
        (made["apiVersion"], made["kind"], made["metadata"]) = ("apps/v1", "ReplicaSet", Meta(name, "Deployment", owner, at));
        return made;
    }

    private static JsonObject Revision(string name, string owner, DateTimeOffset at, string image) =>
        new() { ["apiVersion"] = "apps/v1", ["kind"] = "ControllerRevision", ["metadata"] = Meta(name, "StatefulSet", owner, at), ["data"] = Template(image) };

    private static JsonObject Event(string message, string kind, string name, DateTimeOffset first, DateTimeOffset last, int count) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = message, ["namespace"] = "zone-prod" },
        ["type"] = "Warning",
        ["reason"] = "BackOff",
        ["message"] = message,
        ["count"] = count,
        ["firstTimestamp"] = Text(first),
        ["lastTimestamp"] = Text(last),
        ["involvedObject"] = new JsonObject { ["kind"] = kind, ["namespace"] = "zone-prod", ["name"] = name },
    };

    private sealed class Connector : IClusterConnector
    {
        public Dictionary<string, MemoryKubernetes> Apis { get; } = new() { ["c5"] = new(), ["c6"] = new() };

        public Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken) => Task.FromResult<IKubernetesApi>(Apis[cluster.ClusterId]);

        public IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity) => throw new NotSupportedException();
    }
}
