using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Identity.Sessions;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Storage;
using Portal.Sandbox.Hosting;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Security;

/// <summary>Two teams on one portal: team-shop has a cluster that is a platform, team-data wants to see it.</summary>
public sealed class TwoTeams : IAsyncLifetime
{
    internal PortalHost Host { get; private set; } = null!;

    /// <summary>Gets the owner: a member of team-shop.</summary>
    internal Scope Owner { get; private set; } = null!;

    /// <summary>Gets a reader of team-shop.</summary>
    internal Scope Reader { get; private set; } = null!;

    /// <summary>Gets a member of team-data, with everything they may do there.</summary>
    internal Scope Stranger { get; private set; } = null!;

    internal string StrangersSession { get; private set; } = "";

    internal string ClusterId { get; private set; } = "";

    internal string PlanId { get; private set; } = "";

    internal string KubeconfigAccount { get; private set; } = "";

    /// <summary>Gets team-shop's project in Harbor, an image in it, and a personal credential for it.</summary>
    internal string HarborProject { get; private set; } = "";

    internal string Digest { get; private set; } = "";

    internal long CredentialId { get; private set; }

    /// <summary>Gets a search that the owner keeps for team-shop.</summary>
    internal string SearchId { get; private set; } = "";

    /// <summary>Gets a dashboard that team-shop imported.</summary>
    internal string DashboardId { get; private set; } = "";

    /// <summary>Gets that dashboard as its owner opened it.</summary>
    internal Portal.Core.Monitoring.Grafana.GrafanaView Dashboard { get; private set; } = null!;

    internal RepositoryName Checkout => new(HarborProject, "checkout");

    internal ClusterKey Cluster => new(Owner.Region, Owner.ProjectId, ClusterId);

    /// <summary>Gets team-shop's cluster under team-data's name.</summary>
    internal ClusterKey Renamed => new(Stranger.Region, Stranger.ProjectId, ClusterId);

    /// <summary>Gets what only team-shop may see.</summary>
    internal IReadOnlyList<string> Marks => [Owner.ProjectId, ClusterId, PlanId, "shop-", "dana-laptop"];

    public T Get<T>()
        where T : notnull => Host.Get<T>();

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Host = await PortalHost.StartAsync(InitialisationTests.FastOptions, new SandboxOptions { Pace = 2000 });
        (Owner, _) = await EnterAsync("dana", "team-shop");
        (Reader, _) = await EnterAsync("noor", "team-shop");
        (Stranger, StrangersSession) = await EnterAsync("mei", "team-data");
        var template = (await Get<IClusterOffer>().ListTemplatesAsync(Owner, CancellationToken.None)).First(t => t.Name == "k8s-1.31-small");
        var created = await Get<IClusterService>().CreateAsync(
            Owner, new ClusterSpec { Name = "shop-private", TemplateId = template.Id, NodeCount = 1, MasterCount = 1, Profile = "bare" }, Guid.NewGuid().ToString(), CancellationToken.None);
        (ClusterId, PlanId) = (created.ClusterId, created.PlanId);
        var plan = await InitialisationTests.EndAsync(Host, Owner, ClusterId);
        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
        await Get<AlertWatch>().LookAsync(CancellationToken.None);
        await Get<IKubeconfigService>().CreateAsync(Owner, Cluster, "shop-private", TimeSpan.FromHours(1), CancellationToken.None);
        SearchId = (await Get<Portal.Core.Logs.ISavedSearches>().SaveAsync(Owner, "shop-errors", "severity=error", isShared: true, CancellationToken.None)).Id;
        DashboardId = (await Get<Portal.Core.Monitoring.Grafana.IGrafanaDashboards>().ImportAsync(Owner, "shop-dashboard", Attempt.Dashboard, CancellationToken.None)).Id;
        Dashboard = (await Get<Portal.Core.Monitoring.Grafana.IGrafanaPanels>().OpenAsync(Owner, Cluster, DashboardId, new Dictionary<string, System.Collections.Immutable.ImmutableArray<string>>(), Portal.Core.Monitoring.Metrics.RangeWindow.Of(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow), CancellationToken.None))!;
        await PlaceAsync(Owner);
        await PlaceAsync(Stranger);
        HarborProject = (await Get<IMappingService>().FindAsync(Owner, CancellationToken.None))!.HarborProject;
        await Get<IImageService>().ListRepositoriesAsync(Owner, HarborProject, new ImageQuery(), CancellationToken.None);
        Digest = (await Get<IImageService>().FindArtifactAsync(Owner, Checkout, "latest", CancellationToken.None))!.Digest;
        await Get<IRegistryCredentials>().CreateAsync(Owner, mayPush: false, 1, CancellationToken.None);
        CredentialId = (await Get<IRegistryCredentials>().ListAsync(Owner, CancellationToken.None)).Single().Id;
        KubeconfigAccount = (await Get<IKubeconfigService>().ListAsync(Owner, Cluster, CancellationToken.None)).Single().Name;
    }

    /// <inheritdoc />
    public async Task DisposeAsync() => await Host.DisposeAsync();

    private async Task<(Scope Scope, string Session)> EnterAsync(string user, string project)
    {
        var before = await SessionsAsync();
        using var browser = Host.NewBrowser();
        (await browser.SignInAsync(user)).Dispose();
        var session = (await SessionsAsync()).Except(before).Single();
        var scopes = Get<ISessionScopes>();
        var id = (await scopes.ListProjectsAsync(session, CancellationToken.None)).Single(p => p.Name == project).Id;
        return (await scopes.EnterAsync(session, id, CancellationToken.None), session);
    }

    private async Task PlaceAsync(Scope scope)
    {
        await Get<IMappingService>().EnsureAsync(scope, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await Get<IMappingService>().FindAsync(scope, CancellationToken.None))?.ReadyAt is not null, $"{scope.ProjectName} has its place in Harbor");
    }

    private async Task<IReadOnlyList<string>> SessionsAsync() =>
        [.. (await Get<IDocumentStore>().ListAsync(SessionDocument.Type, null, CancellationToken.None)).Select(s => s.Id)];
}
