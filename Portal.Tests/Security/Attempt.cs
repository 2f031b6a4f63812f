using System.Text.Json;
using Portal.Core.Addons;
using Portal.Core.Addons.Life;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Monitoring.Metrics;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Creation;
using Portal.Core.Registry.Settings;
using Portal.Core.Backends;

namespace Portal.Tests.Security;

/// <summary>One way into another project: a method of a service, called by somebody with that project's ids.</summary>
/// <param name="Method">Interface and method.</param>
/// <param name="Kind">What the method does.</param>
/// <param name="Call">The call; gives what the caller gets to see.</param>
internal sealed partial record Attempt(string Method, AttemptKind Kind, Func<TwoTeams, Scope, Task<object?>> Call)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RangeWindow Window = RangeWindow.Of(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow);

    /// <summary>Every read and write of the services that pages use.</summary>
    public static IReadOnlyList<Attempt> All { get; } =
    [
        .. Clusters(), .. Offers(), .. Evidence(), .. Plans(), .. Mappings(), .. Images(), .. ImageRules(), .. Harbor(), .. Kubernetes(), .. Alerting(), .. Receivers(), .. Metrics(), .. Logs(), .. Apps(), .. Imported(), .. Others(),
    ];

    private static IEnumerable<Attempt> Clusters() =>
    [
        Read("IClusterService.WatchAsync", async (w, s) => (await w.Get<IClusterService>().WatchAsync(s, None)).Items),
        Quiet("IClusterService.WatchFreshnessAsync", (w, s) => FirstAsync(t => w.Get<IClusterService>().WatchFreshnessAsync(s, t))),
        Read("IClusterService.FindAsync", async (w, s) => await w.Get<IClusterService>().FindAsync(s, w.ClusterId, None)),
        Read("IClusterService.WatchOneAsync", (w, s) => FirstAsync(t => w.Get<IClusterService>().WatchOneAsync(s, w.ClusterId, t))),
        Quiet("IClusterService.RefreshAsync", (w, s) => Nothing(w.Get<IClusterService>().RefreshAsync(s, None))),
        Quiet("IClusterService.CheckAsync", async (w, s) => await w.Get<IClusterService>().CheckAsync(s, Spec(), None)),
        Write("IClusterService.CreateAsync", async (w, s) => await w.Get<IClusterService>().CreateAsync(s, Spec() with { TemplateId = await TemplateAsync(w, s), FixedNetwork = await NetworkAsync(w) }, Guid.NewGuid().ToString(), None)),
        Write("IClusterService.ResizeAsync", async (w, s) => await w.Get<IClusterService>().ResizeAsync(s, w.ClusterId, 2, null, None)),
        Write("IClusterService.RotateAuthorityAsync", async (w, s) => await w.Get<IClusterService>().RotateAuthorityAsync(s, w.ClusterId, None)),
        Write("IClusterService.DeleteAsync", async (w, s) => await w.Get<IClusterService>().DeleteAsync(s, w.ClusterId, "shop-private", None)),
        Write("IClusterService.InitialiseAsync", async (w, s) => await w.Get<IClusterService>().InitialiseAsync(s, w.ClusterId, "bare", None)),
    ];

    private static IEnumerable<Attempt> Offers() =>
    [
        Quiet("IClusterOffer.ListTemplatesAsync", async (w, s) => await w.Get<IClusterOffer>().ListTemplatesAsync(s, None)),
        Quiet("IClusterOffer.ListKeypairsAsync", async (w, s) => await w.Get<IClusterOffer>().ListKeypairsAsync(s, None)),
        OwnWrite("IClusterOffer.ImportKeypairAsync", async (w, s) => await w.Get<IClusterOffer>().ImportKeypairAsync(s, "theirs", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFtC0CBu8HxTOyG8Y7O5f7HkXGkhoA3nAIsJUbtxBzXU them", None)),
        Quiet("IClusterOffer.ListFlavorsAsync", async (w, s) => await w.Get<IClusterOffer>().ListFlavorsAsync(s, None)),
        Read("IClusterOffer.ListNetworksAsync", async (w, s) => await w.Get<IClusterOffer>().ListNetworksAsync(s, None)),
        Quiet("IClusterOffer.ListImagesAsync", async (w, s) => await w.Get<IClusterOffer>().ListImagesAsync(s, None)),
        Quiet("IClusterOffer.GetRoomAsync", async (w, s) => await w.Get<IClusterOffer>().GetRoomAsync(s, None)),
    ];

    private static IEnumerable<Attempt> Evidence() =>
    [
        Read("IClusterEvidence.ListNodeGroupsAsync", async (w, s) => await w.Get<IClusterEvidence>().ListNodeGroupsAsync(s, w.ClusterId, None)),
        Read("IClusterEvidence.ListEventsAsync", async (w, s) => await w.Get<IClusterEvidence>().ListEventsAsync(s, w.ClusterId, 50, None)),
        Quiet("IClusterEvidence.ListFailedResourcesAsync", async (w, s) => await w.Get<IClusterEvidence>().ListFailedResourcesAsync(s, w.ClusterId, None)),
        Quiet("IClusterEvidence.ExplainAsync", async (w, s) => await w.Get<IClusterEvidence>().ExplainAsync(s, w.ClusterId, None)),
    ];

    private static IEnumerable<Attempt> Plans() =>
    [
        // A plan of the own project about a foreign subject may begin; it changes nothing there, and the owner does not see it.
        OwnWrite("IPlanService.StartAsync", async (w, s) =>
        {
            await w.Get<IPlanService>().StartAsync(s, new PlanRequest("cluster-delete", ClusterPlans.Subject(w.ClusterId), "theirs", JsonSerializer.SerializeToElement(new { clusterId = w.ClusterId })), None);
            return null;
        }),
        Read("IPlanService.FindAsync", async (w, s) => await w.Get<IPlanService>().FindAsync(s, w.PlanId, None)),
        Read("IPlanService.ListAsync", async (w, s) => await w.Get<IPlanService>().ListAsync(s, ClusterPlans.Subject(w.ClusterId), None)),
        Quiet("IPlanService.FindRunningAsync", async (w, s) => await w.Get<IPlanService>().FindRunningAsync(s, ClusterPlans.Subject(w.ClusterId), None)),
        Read("IPlanService.WatchAsync", (w, s) => FirstAsync(t => w.Get<IPlanService>().WatchAsync(s, w.PlanId, t))),
        Read("IPlanService.WatchAllAsync", async (w, s) => (await w.Get<IPlanService>().WatchAllAsync(s, None)).Items),
        Write("IPlanService.RetryAsync", (w, s) => Nothing(w.Get<IPlanService>().RetryAsync(s, w.PlanId, "cluster.zones", None))),
        Write("IPlanService.CancelAsync", (w, s) => Nothing(w.Get<IPlanService>().CancelAsync(s, w.PlanId, undo: true, None))),
    ];

    private static IEnumerable<Attempt> Mappings() =>
    [
        Read("IMappingService.FindAsync", async (w, s) => await w.Get<IMappingService>().FindAsync(s, None)),
        OwnWrite("IMappingService.EnsureAsync", async (w, s) => await w.Get<IMappingService>().EnsureAsync(s, None)),
        OwnWrite("IMappingService.RepairAsync", async (w, s) => await w.Get<IMappingService>().RepairAsync(s, None)),
        OwnWrite("IMappingService.GetPullCredentialAsync", async (w, s) => await w.Get<IMappingService>().GetPullCredentialAsync(s, "test", None)),
        Write("IMappingComparison.GetAsync", async (w, s) => await w.Get<IMappingComparison>().GetAsync(s, None)),
        Write("IMappingComparison.CompareAsync", async (w, s) => await w.Get<IMappingComparison>().CompareAsync(s, closely: true, None)),
        Write("IMappingComparison.RepairAsync", async (w, s) => await w.Get<IMappingComparison>().RepairAsync(s, [w.Owner.ProjectId], None)),
        Read("IPullRenewal.FindAsync", async (w, s) => await w.Get<IPullRenewal>().FindAsync(s, None)),
        OwnWrite("IPullRenewal.RenewAsync", async (w, s) => await w.Get<IPullRenewal>().RenewAsync(s, None)),
        Write("IMappingRemoval.PreviewAsync", async (w, s) => await w.Get<Portal.Core.Mapping.Removal.IMappingRemoval>().PreviewAsync(s, w.Owner.ProjectId, None)),
        Write("IMappingRemoval.RemoveAsync", async (w, s) => await w.Get<Portal.Core.Mapping.Removal.IMappingRemoval>().RemoveAsync(s, w.Owner.ProjectId, w.HarborProject, None)),
        OwnWrite("IMappingService.GetPullSecretAsync", async (w, s) => await w.Get<IMappingService>().GetPullSecretAsync(s, "test", None)),
    ];

    private static IEnumerable<Attempt> Images() =>
    [
        Quiet("IImageService.ListPublicProjectsAsync", async (w, s) => await w.Get<IImageService>().ListPublicProjectsAsync(s, new(), None)),
        Read("IImageService.ListRepositoriesAsync", async (w, s) => await w.Get<IImageService>().ListRepositoriesAsync(s, w.HarborProject, new(), None)),
        Read("IImageService.FindRepositoryAsync", async (w, s) => await w.Get<IImageService>().FindRepositoryAsync(s, w.Checkout, None)),
        Read("IImageService.ListArtifactsAsync", async (w, s) => await w.Get<IImageService>().ListArtifactsAsync(s, w.Checkout, new(), None)),
        Read("IImageService.FindArtifactAsync", async (w, s) => await w.Get<IImageService>().FindArtifactAsync(s, w.Checkout, w.Digest, None)),
        Read("IImageService.FindVulnerabilitiesAsync", async (w, s) => await w.Get<IImageService>().FindVulnerabilitiesAsync(s, w.Checkout, w.Digest, None)),
        Quiet("IImageService.FindBillAsync", async (w, s) => await w.Get<IImageService>().FindBillAsync(s, w.Checkout, w.Digest, None)),
        Read("IImageService.ListHistoryAsync", async (w, s) => await w.Get<IImageService>().ListHistoryAsync(s, w.Checkout, w.Digest, None)),
        Write("IImageService.ScanAsync", (w, s) => Nothing(w.Get<IImageService>().ScanAsync(s, w.Checkout, w.Digest, None))),
        Write("IImageService.DeleteTagAsync", (w, s) => Nothing(w.Get<IImageService>().DeleteTagAsync(s, w.Checkout, w.Digest, "latest", None))),
        Write("IImageService.DeleteArtifactAsync", (w, s) => Nothing(w.Get<IImageService>().DeleteArtifactAsync(s, w.Checkout, w.Digest, None))),
        Write("IImageService.DeleteRepositoryAsync", (w, s) => Nothing(w.Get<IImageService>().DeleteRepositoryAsync(s, w.Checkout, w.Checkout.Full, None))),
        Read("IRegistryCredentials.ListAsync", async (w, s) => await w.Get<IRegistryCredentials>().ListAsync(s, None)),
        OwnWrite("IRegistryCredentials.CreateAsync", async (w, s) => await w.Get<IRegistryCredentials>().CreateAsync(s, true, 1, None)),
        OwnWrite("IRegistryCredentials.RevokeAsync", (w, s) => Nothing(w.Get<IRegistryCredentials>().RevokeAsync(s, w.CredentialId, None))),
    ];

    private static IEnumerable<Attempt> ImageRules() =>
    [
        Read("IImageUse.FindAsync", async (w, s) => (await w.Get<IImageUse>().FindAsync(s, WantedImage.AllOf(w.Checkout), None)) is var use ? new { use.Asked, Clusters = use.Clusters.Select(c => new { c.ClusterName, c.First, Why = c.Failure?.Message }) } : null),
        Read("IImageUse.ListAsync", async (w, s) => (await w.Get<IImageUse>().ListAsync(s, "", None)) is var all ? new { all.Asked, Clusters = all.Clusters.Select(c => new { c.ClusterName, c.First, Why = c.Failure?.Message }) } : null),
        Quiet("IImagePushes.FindAsync", async (w, s) => await w.Get<IImagePushes>().FindAsync(s, w.Checkout, (await w.Get<IImageService>().FindArtifactAsync(w.Owner, w.Checkout, w.Digest, None))!, None)),
        Write("IImageCopies.CopyAsync", async (w, s) => await w.Get<IImageCopies>().CopyAsync(s, w.Checkout, w.Digest, s, "taken", None)),
        Read("IImageSettings.GetAsync", async (w, s) => await w.Get<IImageSettings>().GetAsync(s, None)),
        OwnWrite("IImageSettings.SetPublicAsync", (w, s) => Nothing(w.Get<IImageSettings>().SetPublicAsync(s, true, None))),
        OwnWrite("IImageSettings.SetScanningAsync", (w, s) => Nothing(w.Get<IImageSettings>().SetScanningAsync(s, new ScanSettings(true, Severity.Low), None))),
        OwnWrite("IImageSettings.ProtectAsync", (w, s) => Nothing(w.Get<IImageSettings>().ProtectAsync(s, new TagProtection(0, "**", "**"), None))),
        OwnWrite("IImageSettings.UnprotectAsync", (w, s) => Nothing(w.Get<IImageSettings>().UnprotectAsync(s, 1, None))),
        Quiet("IImageRetention.FindAsync", async (w, s) => await w.Get<IImageRetention>().FindAsync(s, None)),
        OwnWrite("IImageRetention.AddAsync", (w, s) => Nothing(w.Get<IImageRetention>().AddAsync(s, new KeepRule(KeepBy.LatestPushed, 1, "**", "**", true), None))),
        OwnWrite("IImageRetention.SetScheduleAsync", (w, s) => Nothing(w.Get<IImageRetention>().SetScheduleAsync(s, RetentionSchedule.Never, None))),
        OwnWrite("IImageRetention.RunAsync", async (w, s) => await w.Get<IImageRetention>().RunAsync(s, isTrial: true, None)),
        OwnWrite("IImageRetention.RemoveAsync", (w, s) => Nothing(w.Get<IImageRetention>().RemoveAsync(s, new KeepRule(KeepBy.LatestPushed, 1, "**", "**", true), None))),
    ];

    private static IEnumerable<Attempt> Harbor() =>
    [
        Write("IHarborRegistration.GetAsync", async (w, s) => await w.Get<IHarborRegistration>().GetAsync(s, None)),
        Write("IHarborRegistration.CreateAsync", async (w, s) => await w.Get<IHarborRegistration>().CreateAsync(s, new HarborSpec { Hostname = "harbor.theirs.test", Image = "i", Flavor = "f", Network = "n" }, None)),
        Write("IHarborRegistration.UpgradeAsync", async (w, s) => await w.Get<IHarborRegistration>().UpgradeAsync(s, "i", "f", "harbor", None)),
        Write("IHarborRegistration.DeleteAsync", async (w, s) => await w.Get<IHarborRegistration>().DeleteAsync(s, "harbor", None)),
        Write("IHarborRegistration.RegisterAsync", async (w, s) => await w.Get<IHarborRegistration>().RegisterAsync(s, new ExistingHarbor("https://harbor.theirs.test", "them", "Example-Passw0rd-1", null), _ => { }, None)),
        Write("IHarborRegistration.ForgetAsync", (w, s) => Nothing(w.Get<IHarborRegistration>().ForgetAsync(s, "harbor.theirs.test", None))),
    ];

    private static IEnumerable<Attempt> Kubernetes() =>
    [
        Write("IKubeconfigService.CreateAsync", async (w, s) => (await w.Get<IKubeconfigService>().CreateAsync(s, w.Cluster, "x", TimeSpan.FromHours(1), None)).Text),
        Write("IKubeconfigService.CreateAsync", async (w, s) => (await w.Get<IKubeconfigService>().CreateAsync(s, w.Renamed, "x", TimeSpan.FromHours(1), None)).Text),
        Read("IKubeconfigService.ListAsync", async (w, s) => await w.Get<IKubeconfigService>().ListAsync(s, w.Cluster, None)),
        Write("IKubeconfigService.ListAsync", async (w, s) => await w.Get<IKubeconfigService>().ListAsync(s, w.Renamed, None)),
        Write("IKubeconfigService.RevokeAsync", (w, s) => Nothing(w.Get<IKubeconfigService>().RevokeAsync(s, w.Cluster, w.KubeconfigAccount, None))),
        Write("IKubeconfigService.RevokeAsync", (w, s) => Nothing(w.Get<IKubeconfigService>().RevokeAsync(s, w.Renamed, w.KubeconfigAccount, None))),
        Read("IClusterNodes.ListAsync", async (w, s) => await w.Get<IClusterNodes>().ListAsync(s, w.Cluster, None)),
        Write("IClusterNodes.ListAsync", async (w, s) => await w.Get<IClusterNodes>().ListAsync(s, w.Renamed, None)),
        Read("IClusterNodes.WatchAsync", (w, s) => FirstAsync(t => w.Get<IClusterNodes>().WatchAsync(s, w.Cluster, t), n => n.Items, TimeSpan.FromMinutes(1))),
        Write("IClusterNodes.WatchAsync", (w, s) => FirstAsync(t => w.Get<IClusterNodes>().WatchAsync(s, w.Renamed, t), n => n.Items, TimeSpan.FromMinutes(1))),
        Write("IAddonHealthReader.ReadAsync", async (w, s) => await w.Get<IAddonHealthReader>().ReadAsync(s, w.ClusterId, ["prometheus"], None)),
        Quiet("IClusterAddons.ListAsync", async (w, s) => await w.Get<IClusterAddons>().ListAsync(s, w.ClusterId, None)),
        Quiet("IClusterAddons.ListOffersAsync", async (w, s) => await w.Get<IClusterAddons>().ListOffersAsync(s, w.ClusterId, None)),
        Write("IClusterAddons.CompareAsync", async (w, s) => await w.Get<IClusterAddons>().CompareAsync(s, w.ClusterId, AddonChangeKind.Add, "traefik", None)),
        Write("IClusterAddons.ChangeAsync", async (w, s) => await w.Get<IClusterAddons>().ChangeAsync(s, w.ClusterId, AddonChangeKind.Add, "traefik", [], None)),
        Read("IClusterConnector.AsPersonAsync", async (w, s) => await (await w.Get<IClusterConnector>().AsPersonAsync(w.Cluster, s, None)).ListAsync(KubernetesResource.Of("v1", "Namespace"), null, None)),
        Write("IClusterConnector.AsPersonAsync", async (w, s) => await w.Get<IClusterConnector>().AsPersonAsync(w.Renamed, s, None)),

        // No person's: the portal's own identity is found by project and id together, so another project's name finds nothing.
        Write("IClusterConnector.AsPortalAsync", async (w, _) => await w.Get<IClusterConnector>().AsPortalAsync(w.Renamed, None)),

        // Takes the secret itself; who has it needs no portal.
        Quiet("IClusterConnector.WithIdentity", (_, _) => Task.FromResult<object?>(null)),
    ];

    // Any expression may be asked of an own cluster; of another's, nothing. By the own project's name its id finds nothing.
    private static IEnumerable<Attempt> Others() =>
    [
        OwnWrite("IAuditLog.WriteAsync", (w, s) => Nothing(w.Get<IAuditLog>().WriteAsync(s, "test.write", "cluster/theirs", "ok", None))),
        Read("IAuditLog.ListAsync", async (w, s) => (await w.Get<IAuditLog>().ListAsync(s, 200, null, None)).Select(e => new { e.ProjectId, e.UserName })),
        Write("ISessionScopes.EnterAsync", async (w, _) => (await w.Get<ISessionScopes>().EnterAsync(w.StrangersSession, w.Owner.ProjectId, None)).ToString()),
        Quiet("ISessionScopes.ListProjectsAsync", async (w, _) => await w.Get<ISessionScopes>().ListProjectsAsync(w.StrangersSession, None)),
    ];

    private static Attempt Read(string method, Func<TwoTeams, Scope, Task<object?>> call) => new(method, AttemptKind.Read, call);

    private static Attempt Quiet(string method, Func<TwoTeams, Scope, Task<object?>> call) => new(method, AttemptKind.Quiet, call);

    private static Attempt Write(string method, Func<TwoTeams, Scope, Task<object?>> call) => new(method, AttemptKind.Write, call);

    private static Attempt OwnWrite(string method, Func<TwoTeams, Scope, Task<object?>> call) => new(method, AttemptKind.OwnWrite, call);

    private static ClusterSpec Spec() => new() { Name = "theirs", TemplateId = "k8s-1.31-small", NodeCount = 1, MasterCount = 1, Profile = "bare" };

    private static async Task<string> TemplateAsync(TwoTeams world, Scope scope) =>
        (await world.Get<IClusterOffer>().ListTemplatesAsync(scope, None)).First(t => t.Name == "k8s-1.31-small").Id;

    private static async Task<string> NetworkAsync(TwoTeams world) =>
        (await world.Get<IClusterOffer>().ListNetworksAsync(world.Owner, None)).Single(n => n.Name == "shop-net").Id;

    private static async Task<object?> Nothing(Task task)
    {
        await task;
        return null;
    }

    // The first that comes; a watch that stays silent shows nothing.
    private static Task<object?> FirstAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> watch) => FirstAsync(watch, i => i, TimeSpan.FromSeconds(2));

    private static async Task<object?> FirstAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> watch, Func<T, object?> seen, TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            await foreach (var item in watch(patience.Token).WithCancellation(patience.Token))
            {
                return seen(item);
            }
        }
        catch (OperationCanceledException)
        {
            // Silent.
        }

        return null;
    }
}

/// <summary>What a method does, for the two rules: strangers see nothing, and those who may not change do not.</summary>
internal enum AttemptKind
{
    /// <summary>Shows the owner something that only the owner may see.</summary>
    Read,

    /// <summary>Shows or changes nothing that belongs to a project alone here.</summary>
    Quiet,

    /// <summary>Changes, or opens, what the ids name: refused to strangers.</summary>
    Write,

    /// <summary>Changes the caller's own project only; takes no id of another.</summary>
    OwnWrite,
}
