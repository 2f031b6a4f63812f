using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Details;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Sandbox.Faults;

namespace Portal.Tests.Browser;

/// <summary>What the pages say of a cluster's inside is what the cluster itself says.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class ClusterInsideTests(PortalWorld world)
{
    private static readonly CloudRegion Region = new("sandbox", "RegionOne");

    [Fact]
    public async Task Addon_DeletedByHand_IsMissingOnItsTabAndTheClusterIsDegraded()
    {
        var cluster = await world.ReadyClusterAsync();
        var api = await world.Host.Get<IClusterConnector>().AsPortalAsync(new ClusterKey(Region, world.ProjectId("team-shop"), cluster.ClusterId), CancellationToken.None);
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=addons"));
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Words.Of(StepText.ResourceManager, "addon.kube-state-metrics") });
        await Assertions.Expect(row).ToContainTextAsync(ClusterText.AddonReady);
        await Assertions.Expect(row).ToContainTextAsync("2.19.1");

        await api.DeleteAsync(KubernetesResource.Of("apps/v1", "Deployment"), "monitoring", "kube-state-metrics", CancellationToken.None);
        try
        {
            await Assertions.Expect(row).ToContainTextAsync(ClusterText.AddonMissing);
            await Assertions.Expect(row).ToContainTextAsync("monitoring/kube-state-metrics");
            await visit.CheckAsync("add-on missing");
            await visit.GoAsync(world.Path("team-shop", "/clusters"));
            await Assertions.Expect(visit.Row("shop-ready")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.degraded"));
        }
        finally
        {
            var manifest = world.Host.Get<AddonCatalog>().Render("kube-state-metrics", new AddonParameters { Registry = Registry(), Cluster = "shop-ready", StorageClass = "" }).Single(m => (string)m["kind"]! == "Deployment");
            await api.ApplyAsync(manifest, CancellationToken.None, force: true);
        }

        await Assertions.Expect(visit.Row("shop-ready")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.ready"));
    }

    [Fact]
    public async Task Nodes_OfARunningCluster_AreKubernetesOwnWithTheirConditions()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("noor", world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=nodes"));

        var node = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "1.31.4" }).First;
        await Assertions.Expect(node).ToContainTextAsync(ClusterText.NodeReady);
        await Assertions.Expect(node).ToContainTextAsync(ClusterText.Master);
        await visit.SeesHeadingAsync(ClusterText.GroupsIn);
        await visit.CheckAsync("nodes");
    }

    [Fact]
    public async Task ApiSilent_TabsAndListSaySoAndKeepWhatIsKnown()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        await Assertions.Expect(visit.Row("shop-ready")).ToBeVisibleAsync();
        var fault = new Fault { Service = $"kubernetes/{cluster.ClusterId}", Kind = "cut" };
        world.Sandbox.Faults.Add(fault);
        try
        {
            await Assertions.Expect(visit.Row("shop-ready")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.no-answer"));
            await visit.CheckAsync("cluster without an answer");
            await visit.GoAsync(world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=addons"));
            await visit.SeesAsync(ClusterText.ApiSilent);
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Words.Of(StepText.ResourceManager, "addon.prometheus") })).ToContainTextAsync(ClusterText.AddonUnknown);
            await visit.CheckAsync("add-ons of a silent cluster");
            await visit.GoAsync(world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=nodes"));
            await visit.SeesAsync(ClusterText.ApiSilent);
            await visit.SeesAsync("default-worker");
        }
        finally
        {
            world.Sandbox.Faults.Remove(fault.Id);
        }

        await visit.GoAsync(world.Path("team-shop", "/clusters"));
        await Assertions.Expect(visit.Row("shop-ready")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.ready"));
    }

    [Fact]
    public async Task Addon_ChangedByHand_IsComparedAndRepairedFromItsTab()
    {
        var cluster = await world.ReadyClusterAsync();
        var inside = ((Portal.Sandbox.Kubernetes.KubernetesService)world.Sandbox.Get<Portal.Sandbox.World.IKubernetesFleet>()).Find(cluster.ClusterId)!;
        inside.Writer.Update(inside.Type("deployments.apps"), "ingress", "traefik", "", o => { o["spec"]!["replicas"] = 1; return o; }, new Portal.Sandbox.Kubernetes.Writing.WriteOptions("kubectl-edit"));
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=addons"));
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Words.Of(StepText.ResourceManager, "addon.traefik") });
        await Assertions.Expect(row).ToContainTextAsync(ClusterText.AddonChanged);

        await row.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonRepair, Exact = true }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("Deployment ingress/traefik");
        await Assertions.Expect(dialog).ToContainTextAsync("kubectl-edit");
        await Assertions.Expect(dialog).ToContainTextAsync("spec.replicas");
        await visit.CheckAsync("add-on compared");
        await dialog.GetByRole(AriaRole.Checkbox).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonRepair, Exact = true }).ClickAsync();
        await visit.SeesHeadingAsync(Portal.Shared.Sentence.With(Words.Of(PlansText.ResourceManager, "Title.addon-repair"), ("name", "shop-ready")));
        await visit.SeesPlanAsync(PlanState.Done);

        await visit.GoAsync(world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=addons"));
        await Assertions.Expect(row).ToContainTextAsync(ClusterText.AddonReady);
    }

    [Fact]
    public async Task Addon_AddedAndRemovedFromTheTab_ComesAndGoes()
    {
        var cluster = await world.ReadyClusterAsync();
        var name = Words.Of(StepText.ResourceManager, "addon.fluent-bit");
        var tab = world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=addons");
        await using var visit = await world.SignedInAsync("luca", tab);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddAnAddon }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("DaemonSet logging/fluent-bit");
        await visit.CheckAsync("add-on to be added");
        await dialog.GetByRole(AriaRole.Button, new() { Name = ClusterText.LeaveIt }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);

        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Words.Of(StepText.ResourceManager, "addon.alertmanager") });
        await row.GetByRole(AriaRole.Button).Last.ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonRemove, Exact = true }).ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("PersistentVolumeClaim monitoring/data-alertmanager-0");
        await visit.CheckAsync("add-on to be removed");
        await dialog.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonRemove, Exact = true }).ClickAsync();
        await visit.SeesHeadingAsync(Portal.Shared.Sentence.With(Words.Of(PlansText.ResourceManager, "Title.addon-remove"), ("name", "shop-ready")));
        await visit.SeesPlanAsync(PlanState.Done);

        await visit.GoAsync(tab);
        await Assertions.Expect(visit.Button(ClusterText.AddAnAddon)).ToBeVisibleAsync();
        await Assertions.Expect(row).ToHaveCountAsync(0);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddAnAddon }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of(StepText.ResourceManager, "addon.alertmanager") }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonAdd, Exact = true }).ClickAsync();
        await visit.SeesHeadingAsync(Portal.Shared.Sentence.With(Words.Of(PlansText.ResourceManager, "Title.addon-add"), ("name", "shop-ready")));
        await visit.SeesPlanAsync(PlanState.Done);
    }

    [Fact]
    public async Task Addon_OlderThanTheCatalog_IsUpgradedThroughItsDiff_StoppedTakenBackAndUpgradedAgain()
    {
        var cluster = await world.ReadyClusterAsync();
        var api = await world.Host.Get<IClusterConnector>().AsPortalAsync(new ClusterKey(Region, world.ProjectId("team-shop"), cluster.ClusterId), CancellationToken.None);
        var site = new AddonsOptions { Registry = Registry() };
        site.Parameters["default-backend"] = new() { ["replicas"] = "2" };
        foreach (var manifest in new AddonCatalog(site).Render("default-backend", new AddonParameters { Registry = site.Registry, Cluster = "shop-ready", StorageClass = "" }))
        {
            manifest["metadata"]!["labels"]!["container-platform/version"] = "1.28.0";
            await api.ApplyAsync(manifest, CancellationToken.None);
        }

        var tab = world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=addons");
        await using var visit = await world.SignedInAsync("luca", tab);
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Words.Of(StepText.ResourceManager, "addon.default-backend") });
        var fault = new Fault { Service = $"kubernetes/{cluster.ClusterId}", Path = "/namespaces/ingress/pods/default-backend-[^/]+/portforward$", Kind = "cut" };
        world.Sandbox.Faults.Add(fault);
        try
        {
            await UpgradeAsync(visit, row);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = PlansText.Cancel }).ClickAsync();
            await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = PlansText.CancelPlan, Exact = true }).ClickAsync();
            await visit.SeesPlanAsync(PlanState.Cancelled);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = PlansText.Undo }).ClickAsync();
            await visit.CheckAsync("add-on's change to be undone");
            await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = PlansText.UndoNow, Exact = true }).ClickAsync();
            await visit.SeesPlanAsync(PlanState.Undone);
        }
        finally
        {
            world.Sandbox.Faults.Remove(fault.Id);
        }

        await visit.GoAsync(tab);
        await Assertions.Expect(row).ToContainTextAsync("1.28.0");
        await UpgradeAsync(visit, row);
        await visit.SeesPlanAsync(PlanState.Done);
        await visit.GoAsync(tab);
        await Assertions.Expect(row).ToContainTextAsync(ClusterText.AddonReady);
        await Assertions.Expect(row).Not.ToContainTextAsync("1.28.0");
    }

    private static async Task UpgradeAsync(Visit visit, ILocator row)
    {
        await row.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonUpgrade, Exact = true }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(Portal.Shared.Sentence.With(ClusterText.DiffVersions, ("from", "1.28.0"), ("to", "1.29.1")));
        await Assertions.Expect(dialog).ToContainTextAsync("Deployment ingress/default-backend");
        await Assertions.Expect(dialog).ToContainTextAsync("spec.replicas");
        await visit.CheckAsync("add-on to be upgraded");
        await dialog.GetByRole(AriaRole.Button, new() { Name = ClusterText.AddonUpgrade, Exact = true }).ClickAsync();
        await visit.SeesHeadingAsync(Portal.Shared.Sentence.With(Words.Of(PlansText.ResourceManager, "Title.addon-upgrade"), ("name", "shop-ready")));
    }

    private string Registry() => world.Host.Get<Microsoft.Extensions.Options.IOptions<AddonsOptions>>().Value.Registry;
}
