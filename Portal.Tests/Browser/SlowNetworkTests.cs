using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Create;

namespace Portal.Tests.Browser;

/// <summary>A quick hand on a slow network: nothing that was typed or pressed is lost.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class SlowNetworkTests(PortalWorld world)
{
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Wizard_TypedFastAndPressedAtOnce_KeepsEveryLetterAndGoesOn()
    {
        await using var visit = await world.VisitAsync();
        await SlowNetwork.UseAsync(visit.Context, OneWay);
        await visit.SignInAsync("luca", world.Path("team-shop", "/clusters/create"));

        await ClusterLifeTests.ToTemplateAsync(visit);
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "k8s-1.31-small" }).CheckAsync();
        await visit.Button(ClusterLifeTests.NextTo(CreateText.StepSize)).ClickAsync();
        var name = visit.Page.GetByLabel(CreateText.Name, new() { Exact = true });
        await name.PressSequentiallyAsync("shop-quick-hand", new() { Delay = 40 });
        await visit.Button(ClusterLifeTests.NextTo(CreateText.StepNetwork)).ClickAsync();

        await Assertions.Expect(visit.Page.GetByText("openstack coe cluster create shop-quick-hand")).ToBeVisibleAsync();
        await visit.Button(CreateText.Back).ClickAsync();
        await Assertions.Expect(name).ToHaveValueAsync("shop-quick-hand");
        visit.NoComplaints("wizard on a slow network");
    }

    [Fact]
    public async Task Filter_TypedFast_KeepsEveryLetter()
    {
        await using var visit = await world.VisitAsync();
        await SlowNetwork.UseAsync(visit.Context, OneWay);
        await visit.SignInAsync("luca", world.Path("team-shop", "/clusters"));
        var filter = visit.Page.GetByLabel(ClustersText.Filter);

        await filter.PressSequentiallyAsync("shop-prod", new() { Delay = 40 });

        await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("q=shop-prod$"));
        await Assertions.Expect(filter).ToHaveValueAsync("shop-prod");
        await Assertions.Expect(visit.Row("shop-test")).ToBeHiddenAsync();
    }
}
