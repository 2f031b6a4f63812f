using Portal.Core.Addons;
using Portal.Core.Addons.Life;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Sandbox.Kubernetes.Writing;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>Add, compare, repair, upgrade, remove: plans over a real cluster of the sandbox.</summary>
public sealed class AddonLifeTests : PlatformCluster
{
    private const string Addon = "alertmanager";
    private static readonly KubernetesResource Sets = KubernetesResource.Of("apps/v1", "StatefulSet");
    private static readonly KubernetesResource Services = KubernetesResource.Of("v1", "Service");

    protected override string Profile => "tiny";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:tiny=cluster-dns"];

    private IClusterAddons Addons => Get<IClusterAddons>();

    [Fact]
    public async Task Life_OfAnAddon_AddedRepairedUpgradedAndRemoved_KeepsItsVolumeAndSecret()
    {
        var scope = await ScopeAsync();
        Assert.Contains(await Addons.ListOffersAsync(scope, ClusterId, CancellationToken.None), o => o is { Name: "ingress-nginx", IsRetired: true });

        Assert.All((await CompareAsync(scope, AddonChangeKind.Add)).Objects, o => Assert.Equal(ObjectChange.Create, o.Change));
        await DoneAsync(scope, AddonChangeKind.Add);
        var token = await TokenAsync();
        Assert.All((await CompareAsync(scope, AddonChangeKind.Repair)).Objects, o => Assert.True(o.Change is ObjectChange.None, $"{o.Key}: {string.Join("; ", o.Fields)}"));

        await Api.DeleteAsync(Services, "monitoring", Addon, CancellationToken.None);
        var drift = await CompareAsync(scope, AddonChangeKind.Repair);
        Assert.Equal("Service monitoring/alertmanager", Assert.Single(drift.Objects, o => o.Change is ObjectChange.Create).Key);
        await DoneAsync(scope, AddonChangeKind.Repair);
        Assert.NotNull(await Api.FindAsync(Services, "monitoring", Addon, CancellationToken.None));

        var claim = await ClaimAsync();
        await MakeAlertmanagerOlderAsync();
        var upgrade = await CompareAsync(scope, AddonChangeKind.Upgrade);
        Assert.Equal("0.32.0", upgrade.From);
        var set = upgrade.Objects.Single(o => o.Key == "StatefulSet monitoring/alertmanager");
        Assert.Equal(ObjectChange.Recreate, set.Change);
        Assert.Contains(set.Fields, f => f is { Path: "spec.volumeClaimTemplates[0].spec.resources.requests.storage", Old: "2Gi", New: "1Gi" });
        await DoneAsync(scope, AddonChangeKind.Upgrade);
        Assert.Equal(claim, await ClaimAsync());

        var kept = (await CompareAsync(scope, AddonChangeKind.Remove)).Objects.Where(o => o.Change is ObjectChange.Keep).Select(o => o.Key).Order(StringComparer.Ordinal);
        Assert.Equal(["PersistentVolumeClaim monitoring/data-alertmanager-0", "Secret monitoring/alertmanager-webhook"], kept);
        await DoneAsync(scope, AddonChangeKind.Remove);
        Assert.Null(await Api.FindAsync(Sets, "monitoring", Addon, CancellationToken.None));
        Assert.Equal((claim, token), (await ClaimAsync(), await TokenAsync()));
        Assert.DoesNotContain(await Addons.ListAsync(scope, ClusterId, CancellationToken.None), w => w.Name == Addon);
        var audit = await Get<IAuditLog>().ListAsync(scope, 50, null, CancellationToken.None);
        Assert.Superset(new HashSet<string> { "addon.add", "addon.repair", "addon.upgrade", "addon.remove" }, audit.Select(e => e.Action).ToHashSet());
    }

    [Fact]
    public async Task FieldsOfSomebodyElse_AreNamedAndTakenOverOnlyWhenChosen()
    {
        var scope = await ScopeAsync();
        await DoneAsync(scope, AddonChangeKind.Add);
        Inside.Writer.Update(Inside.Type("services"), "monitoring", Addon, "", o => { o["spec"]!["ports"]![0]!["targetPort"] = 9999; return o; }, new WriteOptions("kubectl-edit"));

        var one = Assert.Single((await CompareAsync(scope, AddonChangeKind.Repair)).Objects, o => o.Change is ObjectChange.Change);
        Assert.Equal(("Service monitoring/alertmanager", "kubectl-edit"), (one.Key, one.TouchedBy));
        Assert.Equal("kubectl-edit", Assert.Single(one.Managers));
        Assert.Contains(one.Fields, f => f is { Old: "9999", New: "web" });

        await Addons.ChangeAsync(scope, ClusterId, AddonChangeKind.Repair, Addon, [], CancellationToken.None);
        var stopped = await EndAsync(scope);
        Assert.Equal((PlanState.NeedsSomeone, "addon.field-conflict", "kubectl-edit"), (stopped.State, stopped.Steps[^1].Reason!.Code, stopped.Steps[^1].Reason!.Arguments["managers"]));
        await Get<IPlanService>().CancelAsync(scope, stopped.Id, undo: false, CancellationToken.None);
        await Eventually.TrueAsync(async () => await Get<IPlanService>().FindRunningAsync(scope, ClusterPlans.Subject(ClusterId), CancellationToken.None) is null, "the cluster is free");

        await DoneAsync(scope, AddonChangeKind.Repair, one.Key);
        Assert.Equal("web", (await ObjectAsync("v1", "Service", "monitoring", Addon))["spec"]!["ports"]![0]!["targetPort"]!.ToString());
    }

    [Fact]
    public async Task ClusterDns_NotBroughtByTheCluster_IsInstalledAndAnswers()
    {
        var scope = await ScopeAsync();
        foreach (var (version, kind, name) in new[] { ("v1", "Service", "kube-dns"), ("apps/v1", "Deployment", "coredns"), ("v1", "ServiceAccount", "coredns") })
        {
            await Api.DeleteAsync(KubernetesResource.Of(version, kind), "kube-system", name, CancellationToken.None);
        }

        await Eventually.TrueAsync(async () => await Api.FindAsync(KubernetesResource.Of("apps/v1", "Deployment"), "kube-system", "coredns", CancellationToken.None) is null, "it is gone");
        await Addons.ChangeAsync(scope, ClusterId, AddonChangeKind.Repair, "cluster-dns", [], CancellationToken.None);
        var plan = await EndAsync(scope);

        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
        Assert.Equal("10.254.0.10", (await ObjectAsync("v1", "Service", "kube-system", "kube-dns"))["spec"]!["clusterIP"]!.ToString());
        Assert.True(await PodDns.ResolvesAsync(Api, "kube-system", Question("kubernetes.default.svc.cluster.local"), CancellationToken.None));
        Assert.False(await PodDns.ResolvesAsync(Api, "kube-system", Question("nobody.default.svc.cluster.local"), CancellationToken.None));
        var refused = await Assert.ThrowsAsync<ClusterActionException>(() => Addons.ChangeAsync(scope, ClusterId, AddonChangeKind.Remove, "cluster-dns", [], CancellationToken.None));
        Assert.Equal("addon.not-removable", refused.WhyNot.Code);
    }

    [Fact]
    public async Task AnotherProject_SeesAndChangesNothing()
    {
        var stranger = await ScopeAsync("team-data");

        Assert.Empty(await Addons.ListAsync(stranger, ClusterId, CancellationToken.None));
        await Assert.ThrowsAsync<BackendException>(() => Addons.CompareAsync(stranger, ClusterId, AddonChangeKind.Add, Addon, CancellationToken.None));
        await Assert.ThrowsAsync<BackendException>(() => Addons.ChangeAsync(stranger, ClusterId, AddonChangeKind.Add, Addon, [], CancellationToken.None));
    }

    private static AddonRequest Question(string name) => new() { Selector = "k8s-app=kube-dns", Port = 53, Protocol = "dns", Path = name };

    private Task<AddonDiff> CompareAsync(Scope scope, AddonChangeKind kind) => Addons.CompareAsync(scope, ClusterId, kind, Addon, CancellationToken.None);

    private async Task DoneAsync(Scope scope, AddonChangeKind kind, params string[] overwrite)
    {
        await Addons.ChangeAsync(scope, ClusterId, kind, Addon, overwrite, CancellationToken.None);
        var plan = await EndAsync(scope);
        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
    }

    private async Task<string> ClaimAsync() => (string)(await ObjectAsync("v1", "PersistentVolumeClaim", "monitoring", "data-alertmanager-0"))["metadata"]!["uid"]!;

    private async Task<string> TokenAsync() => (string)(await ObjectAsync("v1", "Secret", "monitoring", "alertmanager-webhook"))["data"]!["token"]!;
}
