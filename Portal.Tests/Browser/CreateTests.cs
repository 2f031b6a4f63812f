using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Create;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Sandbox.Faults;
using Portal.Shared;
using Portal.Tests.Sandbox;

namespace Portal.Tests.Browser;

/// <summary>The wizard: what it lets choose, what it holds back, and whose errors it shows where.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class CreateTests(PortalWorld world)
{
    [Fact]
    public async Task Size_MoreThanTheQuota_SaysSoBesideTheFormAndHoldsTheButtonBack()
    {
        await using var visit = await SizeAsync("dana", "team-lab");
        await Field(visit, CreateText.Name).FillAsync("lab-big");
        await visit.Page.Locator("#workers").FillAsync("60");

        var room = visit.Page.Locator("aside.rt");
        await Assertions.Expect(room).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "Quota.cores"));
        await Assertions.Expect(room.GetByText(CreateText.DoesNotFitWhy)).ToBeVisibleAsync();
        await visit.CheckAsync("wizard without room");
        await ToReviewAsync(visit);
        await Assertions.Expect(visit.Button(CreateText.Create)).ToBeDisabledAsync();

        await visit.Button(CreateText.StepSize).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#workers")).ToHaveValueAsync("60");
        await visit.Page.Locator("#workers").FillAsync("none");
        await Assertions.Expect(visit.Page.Locator("#workers-error")).ToContainTextAsync(Sentence.With(Words.Of(FieldErrorText.ResourceManager, "node-count-too-small"), ("min", 1)));
        await Assertions.Expect(visit.Page.Locator("#workers")).ToHaveValueAsync("none");
        await visit.Page.Locator("#workers").FillAsync("1");
        await Assertions.Expect(room.GetByText(CreateText.DoesNotFitWhy)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Create_KeypairThatMagnumDoesNotFind_IsToldAtItsFieldAndNothingTypedIsLost()
    {
        await using var visit = await SizeAsync("luca", "team-shop");
        await Field(visit, CreateText.Name).FillAsync("shop-refused");
        await visit.Page.GetByText(CreateText.ImportTitle).ClickAsync();
        await Field(visit, CreateText.ImportName).FillAsync("soon-gone");
        await Field(visit, CreateText.ImportKey).FillAsync("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFtC0CBu8HxTOyG8Y7O5f7HkXGkhoA3nAIsJUbtxBzXU luca");
        await visit.Button(CreateText.ImportAdd).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#keypair")).ToHaveValueAsync("soon-gone");
        await ToReviewAsync(visit);
        await DeleteKeypairAsync("soon-gone");
        var blind = new Fault { Service = "nova", Method = "GET", Path = "os-keypairs", Kind = "status", Status = 503 };
        world.Sandbox.Faults.Add(blind);
        try
        {
            await visit.Button(CreateText.Create).ClickAsync();
            await Assertions.Expect(visit.Page.Locator("#keypair-error")).ToContainTextAsync("soon-gone");
        }
        finally
        {
            world.Sandbox.Faults.Remove(blind.Id);
        }

        await visit.CheckAsync("Magnum's refusal at its field");
        await Assertions.Expect(Field(visit, CreateText.Name)).ToHaveValueAsync("shop-refused");
    }

    [Fact]
    public async Task Create_LabelsTimeoutAndProfile_AreSentAsTyped_ThePlanHoldsTheLockAndCanBeCancelled()
    {
        await using var visit = await SizeAsync("luca", "team-shop");
        await Field(visit, CreateText.Name).FillAsync("shop-labels");
        await visit.Button(ClusterLifeTests.NextTo(CreateText.StepNetwork)).ClickAsync();
        await visit.Button(CreateText.AddLabel).ClickAsync();
        await visit.Page.Locator("#label-0").FillAsync("Kube_Dashboard");
        await visit.Page.GetByLabel(Sentence.With(CreateText.LabelValue, ("number", 1))).FillAsync("V1.31=x,y");
        await visit.Page.Locator("#timeout").FillAsync("45");
        await Assertions.Expect(visit.Page.GetByText("--labels Kube_Dashboard=V1.31=x,y")).ToBeVisibleAsync();
        await visit.CheckAsync("wizard, labels");
        await visit.Button(ClusterLifeTests.NextTo(CreateText.StepAddons)).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Radio, new() { Name = "site-own" })).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = Words.Of(CreateText.ResourceManager, "Profile.bare") }).CheckAsync();
        await visit.Button(ClusterLifeTests.NextTo(CreateText.StepReview)).ClickAsync();
        await visit.SeesAsync("Kube_Dashboard=V1.31=x,y");
        await visit.SeesAsync(Words.Of(CreateText.ResourceManager, "Profile.bare"));

        // Magnum takes its time, so that the plan is still at work when the cluster is looked at.
        world.Sandbox.Switch("hold_clusters", true);
        try
        {
            await visit.Button(CreateText.Create).ClickAsync();
            await visit.SeesHeadingAsync(Sentence.With(Words.Of(PlansText.ResourceManager, "Title.cluster-initialisation"), ("name", "shop-labels")));
            var plan = visit.Page.Url;
            await LockedAsync(visit);
            await visit.Page.GotoAsync(plan);
            await visit.Button(PlansText.Cancel).ClickAsync();
            await visit.CheckAsync("cancel dialog");
            await visit.Button(PlansText.CancelPlan).ClickAsync();
            await visit.SeesPlanAsync(PlanState.Cancelled);
            await visit.CheckAsync("cancelled plan");
        }
        finally
        {
            world.Sandbox.Switch("hold_clusters", false);
        }
    }

    // One lock per cluster: what would collide is off, with the reason in words.
    private async Task LockedAsync(Visit visit)
    {
        var id = await world.ClusterIdAsync("team-shop", "shop-labels");
        var cluster = (await world.Host.Get<IClusterService>().FindAsync(await world.ScopeAsync("team-shop"), id, CancellationToken.None))!.Cluster;
        Assert.Equal("V1.31=x,y", cluster.Labels["Kube_Dashboard"]);
        Assert.Contains("kube_tag", cluster.Labels.Keys);
        Assert.Equal(TimeSpan.FromMinutes(45), cluster.CreateTimeout);
        await visit.GoAsync(world.Path("team-shop", $"/clusters/{id}?do=resize"));
        var verb = visit.Button(Sentence.With(global::Portal.Clusters.Details.ClusterText.ResizeVerb, ("name", "shop-labels")));
        await visit.Page.GetByLabel(global::Portal.Clusters.Details.ClusterText.Workers, new() { Exact = true }).FillAsync("3");
        await verb.ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("luca");
        await visit.CheckAsync("second action refused");
    }

    private async Task<Visit> SizeAsync(string user, string project)
    {
        var visit = await world.SignedInAsync(user, world.Path(project, "/clusters/create"));
        await visit.Page.Locator(".stp5").WaitForAsync();
        if (await visit.Button(CreateText.StartAnew).IsVisibleAsync())
        {
            // What somebody else typed as the same person.
            await visit.Button(CreateText.StartAnew).ClickAsync();
            await Assertions.Expect(visit.Button(CreateText.StartAnew)).ToHaveCountAsync(0);
        }

        await ClusterLifeTests.ToSizeAsync(visit);
        return visit;
    }

    private static ILocator Field(Visit visit, string label) => visit.Page.GetByLabel(label, new() { Exact = true });

    private static async Task ToReviewAsync(Visit visit)
    {
        foreach (var step in new[] { CreateText.StepNetwork, CreateText.StepAddons, CreateText.StepReview })
        {
            await visit.Button(ClusterLifeTests.NextTo(step)).ClickAsync();
        }

        await Assertions.Expect(visit.Button(CreateText.Create)).ToBeVisibleAsync();
    }

    private async Task DeleteKeypairAsync(string name)
    {
        using var keystone = new KeystoneCaller(world.Host.Sandbox);
        var (_, token) = await keystone.ScopeAsync(await keystone.ExchangeAsync("luca"), "team-shop");
        await keystone.SendAsync(HttpMethod.Delete, $"{world.Sandbox.Address("nova").TrimEnd('/')}/v2.1/os-keypairs/{name}", token);
    }
}
