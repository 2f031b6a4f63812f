using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Monitoring.Metrics;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;

namespace Portal.Tests.Security;

/// <summary>The reads and writes of charts, alerts, logs and the pages of other tools.</summary>
internal sealed partial record Attempt
{
    private static IEnumerable<Attempt> Alerting()
    {
        var silence = new SilenceDraft { Matchers = [new("alertname", "X")], EndsAt = DateTimeOffset.UtcNow.AddHours(1), Comment = "theirs" };
        var rule = new RuleDraft { Name = "Theirs", Expression = "vector(1)", Severity = "info" };
        return
        [
            Read("ISilences.ListAsync", async (w, s) => (await w.Get<ISilences>().ListAsync(s, None)).Select(c => new { c.ClusterId, c.Silences, Why = c.Failure?.Message })),
            Read("ISilences.ListLatelyAsync", async (w, s) => (await w.Get<ISilences>().ListLatelyAsync(s, None)).Select(c => new { c.ClusterId, c.Silences, Why = c.Failure?.Message })),
            Write("ISilences.SaveAsync", async (w, s) => await w.Get<ISilences>().SaveAsync(s, w.ClusterId, silence, None)),
            Write("ISilences.ExpireAsync", (w, s) => Nothing(w.Get<ISilences>().ExpireAsync(s, w.ClusterId, Guid.NewGuid().ToString(), None))),
            Read("IAlertRules.ListAsync", async (w, s) => (await w.Get<IAlertRules>().ListAsync(s, None)).Select(c => new { c.ClusterId, c.Rules, Why = c.Failure?.Message })),
            Read("IAlertRules.ListLatelyAsync", async (w, s) => (await w.Get<IAlertRules>().ListLatelyAsync(s, None)).Select(c => new { c.ClusterId, c.Rules, Why = c.Failure?.Message })),
            Write("IAlertRules.PreviewAsync", async (w, s) => await w.Get<IAlertRules>().PreviewAsync(s, w.ClusterId, rule, None)),
            Write("IAlertRules.SaveAsync", async (w, s) => await w.Get<IAlertRules>().SaveAsync(s, w.ClusterId, rule, None)),
            Write("IAlertRules.AdjustAsync", async (w, s) => await w.Get<IAlertRules>().AdjustAsync(s, w.ClusterId, "TargetDown", "99", TimeSpan.FromMinutes(1), None)),
            Write("IAlertRules.RestoreAsync", (w, s) => Nothing(w.Get<IAlertRules>().RestoreAsync(s, w.ClusterId, "TargetDown", None))),
            Write("IAlertRules.RemoveAsync", (w, s) => Nothing(w.Get<IAlertRules>().RemoveAsync(s, w.ClusterId, "Theirs", None))),
            Write("IAlertRules.LoadAsync", async (w, s) => await w.Get<IAlertRules>().LoadAsync(s, w.ClusterId, "Theirs", null, None)),
        ];
    }

    private static IEnumerable<Attempt> Receivers() =>
    [
        Read("IProjectAlerts.ListAsync", async (w, s) => await w.Get<IProjectAlerts>().ListAsync(s, None)),
        Read("IProjectAlerts.WatchAsync", (w, s) => FirstAsync(t => w.Get<IProjectAlerts>().WatchAsync(s, t))),
        Read("IAlertReceivers.ListAsync", async (w, s) => (await w.Get<IAlertReceivers>().ListAsync(s, None)).Select(c => new { c.ClusterId, c.Receivers, Why = c.Failure?.Message })),
        Read("IAlertReceivers.ListLatelyAsync", async (w, s) => (await w.Get<IAlertReceivers>().ListLatelyAsync(s, None)).Select(c => new { c.ClusterId, c.Receivers, Why = c.Failure?.Message })),
        Write("IAlertReceivers.SaveAsync", (w, s) => Nothing(w.Get<IAlertReceivers>().SaveAsync(s, w.ClusterId, new ReceiverDraft { Name = "theirs", Kind = ReceiverKind.Webhook, Url = "https://theirs.example.test/", IsNew = true }, None))),
        Write("IAlertReceivers.RemoveAsync", (w, s) => Nothing(w.Get<IAlertReceivers>().RemoveAsync(s, w.ClusterId, "theirs", None))),
        Write("IAlertReceivers.LoadAsync", async (w, s) => await w.Get<IAlertReceivers>().LoadAsync(s, w.ClusterId, None)),
        Write("IAlertReceivers.TestAsync", async (w, s) => await w.Get<IAlertReceivers>().TestAsync(s, w.ClusterId, "theirs", None)),
    ];

    // Of the platform's administrators: a member is refused everywhere, in the own project as well.
    private static IEnumerable<Attempt> Metrics() =>
    [
        Write("IClusterMetrics.QueryRangeAsync", async (w, s) => await w.Get<IClusterMetrics>().QueryRangeAsync(s, w.Cluster, "up", Window, None)),
        Write("IClusterMetrics.QueryRangeAsync", async (w, s) => await w.Get<IClusterMetrics>().QueryRangeAsync(s, w.Renamed, "up", Window, None)),
        Write("IClusterMetrics.QueryAsync", async (w, s) => await w.Get<IClusterMetrics>().QueryAsync(s, w.Cluster, "up", DateTimeOffset.UtcNow, None)),
        Write("IClusterMetrics.ListLabelsAsync", async (w, s) => await w.Get<IClusterMetrics>().ListLabelsAsync(s, w.Cluster, null, None)),
        Write("IClusterMetrics.ListLabelValuesAsync", async (w, s) => await w.Get<IClusterMetrics>().ListLabelValuesAsync(s, w.Cluster, "job", null, null, None)),
        Write("IClusterMetrics.ListSeriesAsync", async (w, s) => await w.Get<IClusterMetrics>().ListSeriesAsync(s, w.Cluster, "up", Window, None)),
        Write("IClusterMetrics.DescribeAsync", async (w, s) => await w.Get<IClusterMetrics>().DescribeAsync(s, w.Cluster, None)),
        Write("IClusterMetrics.GetVersionAsync", async (w, s) => await w.Get<IClusterMetrics>().GetVersionAsync(s, w.Cluster, None)),
        Write("IPanelPoints.GetAsync", async (w, s) => await w.Get<IPanelPoints>().GetAsync(s, [w.Cluster], BuiltInDashboards.All[0].Panels[0], new(), Window, None)),
        Write("IPanelPoints.ExploreAsync", async (w, s) => await w.Get<IPanelPoints>().ExploreAsync(s, [w.Cluster], "up", Window, 8, None)),
        Write("IChartPlaces.ListAsync", async (w, s) => await w.Get<IChartPlaces>().ListAsync(s, w.Cluster, Window, None)),
        Write("ILookLogs.ListAsync", async (w, s) => await w.Get<ILookLogs>().ListAsync(s, Look(w), None)),
        Write("ILookEvents.ListAsync", async (w, s) => await w.Get<ILookEvents>().ListAsync(s, Look(w), None)),
        Write("ILookDeliveries.ListAsync", async (w, s) => await w.Get<ILookDeliveries>().ListAsync(s, Look(w), None)),
        Write("ILookNodes.ListAsync", async (w, s) => await w.Get<ILookNodes>().ListAsync(s, Look(w), None)),
    ];

    private static LookQuestion Look(TwoTeams world) => new([new(world.Cluster, "private")], DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow, new());

    /// <summary>A dashboard with one panel.</summary>
    internal const string Dashboard = """{ "title": "shop-file", "panels": [{ "type": "stat", "id": 1, "title": "shop-up", "targets": [{ "expr": "up" }] }] }""";

    // A dashboard of another project is not there; what its owner opened is of a cluster that is not the stranger's.
    private static IEnumerable<Attempt> Imported() =>
    [
        Read("IGrafanaDashboards.ListAsync", async (w, s) => (await w.Get<IGrafanaDashboards>().ListAsync(s, None)).Select(d => d.Name)),
        Read("IGrafanaDashboards.FindAsync", async (w, s) => await w.Get<IGrafanaDashboards>().FindAsync(s, w.DashboardId, None) is { } found ? found.File.Name : ""),
        OwnWrite("IGrafanaDashboards.Check", (w, s) => Task.FromResult<object?>(w.Get<IGrafanaDashboards>().Check(s, Dashboard.Replace("shop-", "data-", StringComparison.Ordinal)).Title)),
        OwnWrite("IGrafanaDashboards.ImportAsync", async (w, s) => (await w.Get<IGrafanaDashboards>().ImportAsync(s, Guid.NewGuid().ToString(), Dashboard, None)).At),
        OwnWrite("IGrafanaDashboards.RemoveAsync", async (w, s) => await w.Get<IGrafanaDashboards>().RemoveAsync(s, w.DashboardId, None)),
        Write("IGrafanaPanels.OpenAsync", async (w, s) => await w.Get<IGrafanaPanels>().OpenAsync(s, w.Cluster, w.DashboardId, new Dictionary<string, System.Collections.Immutable.ImmutableArray<string>>(), Window, None)),
        Quiet("IGrafanaPanels.OpenAsync", async (w, s) => (await w.Get<IGrafanaPanels>().OpenAsync(s, w.Renamed, w.DashboardId, new Dictionary<string, System.Collections.Immutable.ImmutableArray<string>>(), Window, None))?.Dashboard.Title),
        Write("IGrafanaPanels.LinesAsync", async (w, s) => await w.Get<IGrafanaPanels>().LinesAsync(s, w.Dashboard, w.Dashboard.Dashboard.Panels.First(), None)),
        Write("IGrafanaPanels.ReadAsync", async (w, s) => await w.Get<IGrafanaPanels>().ReadAsync(s, w.Dashboard, w.Dashboard.Dashboard.Panels.First(), None)),
    ];

    private static IEnumerable<Attempt> Logs() =>
    [
        // A cluster of another project is one in which the portal is not: what is not there cannot be searched.
        Quiet("IProjectLogs.SearchAsync", async (w, s) => (await w.Get<IProjectLogs>().SearchAsync(s, [Theirs(w)], Search(), null, 10, None)) is var a ? new { a.Lines, States = a.Sources.Select(x => x.State) } : null),
        Write("IProjectLogs.AroundAsync", async (w, s) => await w.Get<IProjectLogs>().AroundAsync(s, new LogLine { Source = Theirs(w), Index = "logstash-1", Id = "1", At = DateTimeOffset.UtcNow, Sort = 1, Message = "", Document = "{}" }, 5, 5, None)),
        Quiet("IProjectLogs.TailAsync", (w, s) => FirstAsync(t => w.Get<IProjectLogs>().TailAsync(s, [Theirs(w)], Search(), t), t => t.Lines, TimeSpan.FromSeconds(20))),
        Quiet("IProjectLogs.ExportAsync", async (w, s) => await w.Get<IProjectLogs>().ExportAsync(s, [Theirs(w)], Search(), None).CountAsync()),
        Quiet("IProjectLogs.FindKibanaAsync", async (w, s) => (await w.Get<IProjectLogs>().FindKibanaAsync(s, Theirs(w), Search(), null, null, None)) is null ? "none" : "some"),
        Read("ISavedSearches.ListAsync", async (w, s) => (await w.Get<ISavedSearches>().ListAsync(s, None)).Select(x => x.Name)),
        OwnWrite("ISavedSearches.SaveAsync", async (w, s) => (await w.Get<ISavedSearches>().SaveAsync(s, "theirs", "q=x", isShared: true, None)).Name),
        OwnWrite("ISavedSearches.DeleteAsync", async (w, s) => await w.Get<ISavedSearches>().DeleteAsync(s, w.SearchId, None)),
        Read("IContainerLogs.ListPodsAsync", async (w, s) => await w.Get<IContainerLogs>().ListPodsAsync(s, w.Cluster, "kube-system", None)),
        Write("IContainerLogs.ListPodsAsync", async (w, s) => await w.Get<IContainerLogs>().ListPodsAsync(s, w.Renamed, "kube-system", None)),
        Read("IContainerLogs.FollowAsync", async (w, s) => await FollowAsync(w, s, w.Cluster)),
        Write("IContainerLogs.FollowAsync", async (w, s) => await FollowAsync(w, s, w.Renamed)),
        Read("IContainerLogs.OpenAsync", async (w, s) => await OpenAsync(w, s, w.Cluster)),
        Write("IContainerLogs.OpenAsync", async (w, s) => await OpenAsync(w, s, w.Renamed)),
    ];

    // The gateway makes the cluster's name from the scope: another project's id is nobody's cluster there. (The caller's own project has no such address.)
    private static IEnumerable<Attempt> Apps() =>
    [
        Quiet("IClusterApps.Find", (w, s) => Task.FromResult<object?>(w.Get<IClusterApps>().Find(s, "c", "n", ClusterApp.Kibana)?.IsThroughPortal)),
        Write("IAppGateway.EnterAsync", async (w, s) => await w.Get<IAppGateway>().EnterAsync(s, w.ClusterId, ClusterApp.Prometheus, None)),
        Write("IAppGateway.IsInstalledAsync", async (w, s) => await w.Get<IAppGateway>().IsInstalledAsync(s, w.ClusterId, ClusterApp.Prometheus, None)),
        Write("IAppGateway.OpenAsync", async (w, s) =>
        {
            using var way = await w.Get<IAppGateway>().OpenAsync(s, w.ClusterId, ClusterApp.Prometheus, None);
            return way.ToString();
        }),
        Quiet("IAppGateway.Refuse", (w, s) =>
        {
            w.Get<IAppGateway>().Refuse(s, w.ClusterId, ClusterApp.Kibana);
            return Task.FromResult<object?>(null);
        }),
    ];

    private static LogSource Theirs(TwoTeams world) => new(world.ClusterId, "private");

    private static LogSearch Search() => new() { From = DateTimeOffset.UtcNow.AddHours(-1), To = DateTimeOffset.UtcNow };

    private static async Task<LogTarget> TargetAsync(TwoTeams world)
    {
        var pod = (await world.Get<IContainerLogs>().ListPodsAsync(world.Owner, world.Cluster, "kube-system", None)).First(p => p.Phase == "Running");
        return new(pod.Name, pod.Containers[^1].Name);
    }

    private static async Task<object?> FollowAsync(TwoTeams world, Scope scope, ClusterKey cluster)
    {
        var query = new ContainerLogQuery { Namespace = "kube-system", Targets = [await TargetAsync(world)], Follow = false };
        return await world.Get<IContainerLogs>().FollowAsync(scope, cluster, query, None).Select(b => string.Join(' ', b.Lines.Select(l => l.Text))).FirstOrDefaultAsync();
    }

    private static async Task<object?> OpenAsync(TwoTeams world, Scope scope, ClusterKey cluster)
    {
        using var reader = new StreamReader(await world.Get<IContainerLogs>().OpenAsync(scope, cluster, "kube-system", await TargetAsync(world), false, None));
        return await reader.ReadToEndAsync();
    }
}
