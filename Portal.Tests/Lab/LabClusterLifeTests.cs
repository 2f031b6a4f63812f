using System.Net;
using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Details;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Shared;
using Portal.Tests.Browser;

namespace Portal.Tests.Lab;

/// <summary>The main job at a browser on the real Keystone, Magnum and Heat; Kubernetes behind Magnum's address is the sandbox's.</summary>
[Collection(LabLane.Name)]
[Trait("lane", "real")]
public sealed class LabClusterLifeTests(LabWorld lab)
{
    [Fact]
    public async Task Create_FollowedToCreateComplete_BecomesAPlatformOverTheRealCa()
    {
        var cluster = await lab.PlatformAsync();
        await using var visit = await lab.SignedInAsync("alice", await lab.PathAsync(LabPlatform.Project, $"/clusters?q={cluster.Name}"));

        await Assertions.Expect(visit.Row(cluster.Name)).ToContainTextAsync(ClustersText.PlatformReady);

        await visit.Link(cluster.Name).ClickAsync();
        await visit.SeesHeadingAsync(cluster.Name);
        await visit.Link(ClusterText.TabAddons).ClickAsync();
        var prometheus = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Words.Of(StepText.ResourceManager, "addon.prometheus") });
        await Assertions.Expect(prometheus).ToContainTextAsync(ClusterText.AddonReady);
        visit.NoComplaints("platform");
    }

    [Fact]
    public async Task Kubeconfig_OfASecondMember_WorksAlthoughMagnumWouldNotSignForThem()
    {
        var cluster = await lab.PlatformAsync();
        var erin = await lab.EnterAsync("erin", LabPlatform.Project);
        using var certificate = new global::Portal.Core.Kubernetes.ClientCertificate();
        var refused = await Assert.ThrowsAsync<BackendException>(
            () => lab.Host.Get<IMagnumCertificates>().SignAsync(erin, cluster.Id, certificate.RequestPem("erin", null), CancellationToken.None));
        Assert.Equal(BackendFailure.Forbidden, refused.Failure);

        await using var visit = await lab.SignedInAsync("erin", await lab.PathAsync(LabPlatform.Project, $"/clusters/{cluster.Id}?tab=access"));
        await visit.Button(AccessText.Make).ClickAsync();
        await visit.SeesAsync(AccessText.ShownOnce);
        await visit.Page.GetByText(AccessText.Show, new() { Exact = true }).ClickAsync();
        var kubeconfig = await visit.Page.Locator("#kubeconfig-text").InnerTextAsync();

        Assert.Contains(cluster.ApiAddress!, kubeconfig, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await ClusterLifeTests.CallAsync(kubeconfig, "/api/v1/nodes", lab.Proxy.Url));
        Assert.Equal(HttpStatusCode.Forbidden, await ClusterLifeTests.CallAsync(kubeconfig, "/api/v1/namespaces/kube-system/secrets", lab.Proxy.Url));
        visit.NoComplaints("kubeconfig");
    }

    [Fact]
    public async Task Resize_ToTwoWorkers_IsAPlanThatEndsWhenMagnumHasThem()
    {
        var cluster = await lab.PlatformAsync();
        await using var visit = await lab.SignedInAsync("alice", await lab.PathAsync(LabPlatform.Project, $"/clusters/{cluster.Id}"));

        await visit.Button(ClustersText.ActionResize).ClickAsync();
        await visit.Page.GetByLabel(ClusterText.Workers, new() { Exact = true }).FillAsync("2");
        await visit.Button(Sentence.With(ClusterText.ResizeVerb, ("name", cluster.Name))).ClickAsync();

        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-resize"), ("name", cluster.Name)));
        await LabPlatform.DoneAsync(visit);
        var now = await LabPlatform.FindAsync(lab, await lab.ScopeAsync(LabPlatform.Project), cluster.Name);
        Assert.Equal((2, 2), (now.NodeCount, now.NodeAddresses.Length));
    }

    [Fact]
    public async Task Cluster_ThatFitsOnNoHost_IsExplainedInASentence_AndCanBeDeleted()
    {
        var name = LabPlatform.NewName("huge");
        await using var visit = await lab.SignedInAsync("alice", await lab.PathAsync("team-a-dev", "/clusters/create"));
        await LabPlatform.CreateAsync(visit, "k8s-1.24-huge", name);
        await LabPlatform.SeesReasonAsync(visit, Reason.Of("cluster.why.no-host"));
        var cluster = await LabPlatform.FindAsync(lab, await lab.ScopeAsync("team-a-dev"), name);
        var page = await lab.PathAsync("team-a-dev", $"/clusters/{cluster.Id}");

        await visit.GoAsync(page);
        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.why.no-host"));
        await visit.GoAsync(page + "?tab=events");
        await visit.SeesAsync("No valid host was found");

        await visit.GoAsync(page + "?do=delete");
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync(name);
        await visit.Button(Sentence.With(ClusterText.DeleteVerb, ("name", name))).ClickAsync();
        await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-delete"), ("name", name)));
        await LabPlatform.DoneAsync(visit);
        await visit.GoAsync(await lab.PathAsync("team-a-dev", "/clusters"));
        await Assertions.Expect(visit.Row(name)).ToHaveCountAsync(0);
        visit.NoComplaints("a cluster that failed");
    }
}
