using Microsoft.Playwright;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Shared;

namespace Portal.Tests.Browser;

/// <summary>A person opens a cluster that failed and one that is late, and reads why, what to do, and the bare texts under it.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class StuckClusterTests(PortalWorld world)
{
    [Fact]
    public async Task StuckClusters_SayWhyAndWhatToDo_WithTheEvidenceUnderIt()
    {
        var late = await CreateLateAsync();
        try
        {
            await ReadAsync(late);
        }
        finally
        {
            // Others count this project's clusters.
            await world.Host.Get<IMagnumClient>().DeleteClusterAsync(await world.ScopeAsync("team-shop"), late.ClusterId, CancellationToken.None);
        }
    }

    private async Task ReadAsync(CreatedCluster late)
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{await world.ClusterIdAsync("team-shop", "shop-vision")}"));

        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.why.no-host"));
        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.do.no-host"));
        await EvidenceAsync(visit, "No valid host was found.");
        await visit.CheckAsync("failed cluster with its evidence");

        await visit.GoAsync(world.Path("team-shop", $"/clusters/{late.ClusterId}"));
        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.why.waits-load-balancer"));
        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.do.waits-load-balancer"));
        await EvidenceAsync(visit, "provisioning_status: PENDING_CREATE");
        await visit.CheckAsync("late cluster with its evidence");

        await visit.GoAsync(world.Path("team-shop", "/clusters?q=shop-late"));
        await Assertions.Expect(visit.Row("shop-late")).ToContainTextAsync(Words.Of(ReasonText.ResourceManager, "cluster.why.waits-load-balancer"));
        await visit.GoAsync(world.Path("team-shop", "/plans/" + late.PlanId));
        await visit.SeesAsync(Words.Of(ReasonText.ResourceManager, "cluster.why.waits-load-balancer"));
        await EvidenceAsync(visit, "provisioning_status: PENDING_CREATE");
        await visit.CheckAsync("plan of a late cluster");
    }

    private static async Task EvidenceAsync(Visit visit, string text)
    {
        var fold = visit.Page.Locator("details.raw").Filter(new() { HasText = text }).First;
        await fold.Locator("summary").ClickAsync();
        await Assertions.Expect(fold.GetByText(text).First).ToBeVisibleAsync();
    }

    private async Task<CreatedCluster> CreateLateAsync()
    {
        var scope = await world.ScopeAsync("team-shop");
        var template = (await world.Host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None)).First(t => t.Name == "k8s-1.31-ha");
        var spec = new ClusterSpec
        {
            Name = "shop-late",
            TemplateId = template.Id,
            NodeCount = 1,
            MasterCount = 1,
            Profile = "default",
            Labels = [new("sandbox_fail", "hold:loadbalancer")],
            MergeLabels = true,
        };
        return await world.Host.Get<IClusterService>().CreateAsync(scope, spec, Guid.NewGuid().ToString(), CancellationToken.None);
    }
}
