using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Core.Addons;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Settings;

namespace Portal.Tests.Security;

/// <summary>Another project's member, with all ids in hand, sees nothing and changes nothing, by any method of any service.</summary>
public sealed class IsolationTests(TwoTeams teams) : IClassFixture<TwoTeams>
{
    private static readonly Type[] Services =
    [
        typeof(IClusterService), typeof(IClusterOffer), typeof(IClusterEvidence), typeof(IPlanService), typeof(IMappingService), typeof(IMappingComparison), typeof(IPullRenewal), typeof(Portal.Core.Mapping.Removal.IMappingRemoval), typeof(IImageService), typeof(IRegistryCredentials), typeof(IImageUse), typeof(IImagePushes), typeof(IImageCopies), typeof(IImageSettings), typeof(IImageRetention), typeof(Portal.Core.Registry.Creation.IHarborRegistration),
        typeof(IKubeconfigService), typeof(IClusterNodes), typeof(IAddonHealthReader), typeof(Portal.Core.Addons.Life.IClusterAddons), typeof(IClusterConnector), typeof(Portal.Core.Monitoring.Alerts.IProjectAlerts), typeof(Portal.Core.Monitoring.Silences.ISilences), typeof(Portal.Core.Monitoring.Rules.IAlertRules), typeof(Portal.Core.Monitoring.Receivers.IAlertReceivers), typeof(Portal.Core.Monitoring.Metrics.IClusterMetrics), typeof(Portal.Core.Monitoring.Dashboards.IPanelPoints), typeof(Portal.Core.Monitoring.Dashboards.IChartPlaces), typeof(Portal.Core.Logs.IProjectLogs), typeof(Portal.Core.Logs.ISavedSearches), typeof(Portal.Core.Logs.Containers.IContainerLogs), typeof(IAuditLog), typeof(ISessionScopes),
        typeof(IKubeconfigService), typeof(IClusterNodes), typeof(IAddonHealthReader), typeof(Portal.Core.Addons.Life.IClusterAddons), typeof(IClusterConnector), typeof(Portal.Core.Monitoring.Alerts.IProjectAlerts), typeof(Portal.Core.Monitoring.Silences.ISilences), typeof(Portal.Core.Monitoring.Rules.IAlertRules), typeof(Portal.Core.Monitoring.Metrics.IClusterMetrics), typeof(Portal.Core.Monitoring.Dashboards.IPanelPoints), typeof(Portal.Core.Monitoring.Dashboards.IChartPlaces), typeof(Portal.Core.Logs.IProjectLogs), typeof(Portal.Core.Logs.ISavedSearches), typeof(Portal.Core.Logs.Containers.IContainerLogs), typeof(IClusterApps), typeof(Portal.Core.Delivery.Apps.IAppGateway), typeof(IAuditLog), typeof(ISessionScopes),
        typeof(IKubeconfigService), typeof(IClusterNodes), typeof(IAddonHealthReader), typeof(Portal.Core.Addons.Life.IClusterAddons), typeof(IClusterConnector), typeof(Portal.Core.Monitoring.Alerts.IProjectAlerts), typeof(Portal.Core.Monitoring.Silences.ISilences), typeof(Portal.Core.Monitoring.Rules.IAlertRules), typeof(Portal.Core.Monitoring.Metrics.IClusterMetrics), typeof(Portal.Core.Monitoring.Dashboards.IPanelPoints), typeof(Portal.Core.Monitoring.Dashboards.IChartPlaces), typeof(Portal.Core.Monitoring.Looks.ILookLogs), typeof(Portal.Core.Monitoring.Looks.ILookEvents), typeof(Portal.Core.Monitoring.Looks.ILookDeliveries), typeof(Portal.Core.Monitoring.Looks.ILookNodes), typeof(Portal.Core.Logs.IProjectLogs), typeof(Portal.Core.Logs.ISavedSearches), typeof(Portal.Core.Logs.Containers.IContainerLogs), typeof(IAuditLog), typeof(ISessionScopes),
        typeof(IKubeconfigService), typeof(IClusterNodes), typeof(IAddonHealthReader), typeof(Portal.Core.Addons.Life.IClusterAddons), typeof(IClusterConnector), typeof(Portal.Core.Monitoring.Alerts.IProjectAlerts), typeof(Portal.Core.Monitoring.Silences.ISilences), typeof(Portal.Core.Monitoring.Rules.IAlertRules), typeof(Portal.Core.Monitoring.Metrics.IClusterMetrics), typeof(Portal.Core.Monitoring.Dashboards.IPanelPoints), typeof(Portal.Core.Monitoring.Dashboards.IChartPlaces), typeof(Portal.Core.Monitoring.Grafana.IGrafanaDashboards), typeof(Portal.Core.Monitoring.Grafana.IGrafanaPanels), typeof(Portal.Core.Logs.IProjectLogs), typeof(Portal.Core.Logs.ISavedSearches), typeof(Portal.Core.Logs.Containers.IContainerLogs), typeof(IAuditLog), typeof(ISessionScopes),
    ];

    private static readonly JsonSerializerOptions Json = new() { ReferenceHandler = ReferenceHandler.IgnoreCycles };

    public static TheoryData<int, string> Attempts => Of(_ => true);

    public static TheoryData<int, string> Reads => Of(a => a.Kind is AttemptKind.Read);

    public static TheoryData<int, string> Changes => Of(a => a.Kind is AttemptKind.OwnWrite
        || (a.Kind is AttemptKind.Write && a.Method is "IImageService.ScanAsync" or "IImageService.DeleteTagAsync" or "IImageService.DeleteArtifactAsync" or "IImageService.DeleteRepositoryAsync" or "IClusterService.CreateAsync" or "IClusterService.ResizeAsync" or "IClusterService.DeleteAsync" or "IClusterService.InitialiseAsync" or "IPlanService.RetryAsync" or "IPlanService.CancelAsync"));

    [Fact]
    public void Attempts_CoverEveryMethodOfEveryService()
    {
        var methods = Services.SelectMany(s => s.GetMethods(BindingFlags.Public | BindingFlags.Instance).Select(m => $"{s.Name}.{m.Name}")).ToHashSet();

        Assert.Equal(methods.Order(), Attempt.All.Select(a => a.Method).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Stranger_WithAllIds_SeesAndChangesNothing(int number, string method)
    {
        var attempt = Attempt.All[number];
        var (seen, refusal) = await TryAsync(attempt, teams.Stranger);

        Assert.All(teams.Marks, mark => Assert.DoesNotContain(mark, seen, StringComparison.Ordinal));
        Assert.True(attempt.Kind is not AttemptKind.Write || refusal is not null, $"{method} was not refused");
        var cluster = await teams.Get<IClusterService>().FindAsync(teams.Owner, teams.ClusterId, CancellationToken.None);
        Assert.Equal((1, "CREATE_COMPLETE"), (cluster!.Cluster.NodeCount, cluster.Cluster.StatusText));
        Assert.Null(await teams.Get<IPlanService>().FindRunningAsync(teams.Owner, ClusterPlans.Subject(teams.ClusterId), CancellationToken.None));
        Assert.Equal(PlanState.Done, (await teams.Get<IPlanService>().FindAsync(teams.Owner, teams.PlanId, CancellationToken.None))!.State);
        Assert.Contains(await teams.Get<IKubeconfigService>().ListAsync(teams.Owner, teams.Cluster, CancellationToken.None), a => a.Name == teams.KubeconfigAccount);
        Assert.Contains(await teams.Get<IRegistryCredentials>().ListAsync(teams.Owner, CancellationToken.None), c => c.Id == teams.CredentialId);
        Assert.NotNull(await teams.Get<IImageService>().FindArtifactAsync(teams.Owner, teams.Checkout, "latest", CancellationToken.None));
        var images = await teams.Get<IImageSettings>().GetAsync(teams.Owner, CancellationToken.None);
        Assert.Equal((false, new ScanSettings(false, null), 0), (images.IsPublic, images.Scanning, images.Protections.Length));
        Assert.Null(await teams.Get<IImageRetention>().FindAsync(teams.Owner, CancellationToken.None));
        Assert.Contains(await teams.Get<Portal.Core.Logs.ISavedSearches>().ListAsync(teams.Owner, CancellationToken.None), s => s.Id == teams.SearchId);
        Assert.Contains(await teams.Get<Portal.Core.Monitoring.Grafana.IGrafanaDashboards>().ListAsync(teams.Owner, CancellationToken.None), d => d.Id == teams.DashboardId);
        Assert.DoesNotContain(await teams.Get<IAuditLog>().ListAsync(teams.Owner, 200, null, CancellationToken.None), e => e.UserId == teams.Stranger.UserId);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Owner_ByTheSameCall_SeesTheirOwn(int number, string method)
    {
        var (seen, refusal) = await TryAsync(Attempt.All[number], teams.Owner);

        Assert.True(refusal is null, $"{method}: {refusal}");
        Assert.True(seen.Length > 2, $"{method} shows its owner nothing, so the stranger's test proves nothing");
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Reader_OfTheProject_ChangesNothing(int number, string method)
    {
        if (method is "IAuditLog.WriteAsync")
        {
            // Readers are audited too.
            return;
        }

        var (_, refusal) = await TryAsync(Attempt.All[number], teams.Reader);

        Assert.True(refusal is ForbiddenException, $"{method}: {refusal?.ToString() ?? "not refused"}");
    }

    [Fact]
    public async Task Reader_OfTheProject_RevokesNobodyElsesKubeconfig()
    {
        await Assert.ThrowsAsync<ForbiddenException>(() => teams.Get<IKubeconfigService>().RevokeAsync(teams.Reader, teams.Cluster, teams.KubeconfigAccount, CancellationToken.None));

        Assert.Contains(await teams.Get<IKubeconfigService>().ListAsync(teams.Owner, teams.Cluster, CancellationToken.None), a => a.Name == teams.KubeconfigAccount);
    }

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task NobodyInTheProject_WithoutAnyCapability_SeesNothing(int number, string method)
    {
        if (method.StartsWith("ISessionScopes", StringComparison.Ordinal) || method is "IAuditLog.WriteAsync" or "IClusterConnector.WithIdentity" or "IClusterConnector.AsPortalAsync")
        {
            // Ask for no capability: they come before one, or are no person's.
            return;
        }

        var (seen, refusal) = await TryAsync(Attempt.All[number], teams.Owner with { Capabilities = [] });

        Assert.True(refusal is ForbiddenException or BackendException { Failure: BackendFailure.NotFound }, $"{method}: {refusal?.ToString() ?? seen}");
    }

    private static TheoryData<int, string> Of(Func<Attempt, bool> choose)
    {
        var data = new TheoryData<int, string>();
        foreach (var (number, attempt) in Attempt.All.Index().Where(a => choose(a.Item)))
        {
            data.Add(number, attempt.Method);
        }

        return data;
    }

    private async Task<(string Seen, Exception? Refusal)> TryAsync(Attempt attempt, Scope scope)
    {
        try
        {
            return (JsonSerializer.Serialize(await attempt.Call(teams, scope), Json), null);
        }
        catch (Exception e) when (e is ForbiddenException or BackendException or ClusterInvalidException or ClusterActionException or SubjectLockedException)
        {
            return ("", e);
        }
    }
}
