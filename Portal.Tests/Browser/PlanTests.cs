using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Sandbox.Faults;

namespace Portal.Tests.Browser;

/// <summary>A plan as people see it: why it stopped, who acts, and how it goes on.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class PlanTests(PortalWorld world)
{
    [Fact]
    public async Task Step_ThatNeedsSomeone_SaysWhyAndWho_AndRunsAgainToTheEnd()
    {
        var missing = new Fault { Service = "harbor", Path = "/v2/.*/manifests/", Kind = "status", Status = 404 };
        world.Sandbox.Faults.Add(missing);
        string plan;
        Visit visit;
        try
        {
            plan = await StartAsync("data-again");
            visit = await world.SignedInAsync("mei", world.Path("team-data", $"/plans/{plan}"));
            await Assertions.Expect(visit.Page.Locator(".head")).ToContainTextAsync(Words.Of(PlansText.ResourceManager, "State.NeedsSomeone"), new() { Timeout = 120_000 });
            await visit.SeesAsync(PlansText.PlatformActs);
            await visit.CheckAsync("plan that needs someone");
            await visit.GoAsync(world.Path("team-data", "/clusters"));
            await Assertions.Expect(visit.Row("data-again")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.initialisation-stopped"));
            await visit.CheckAsync("list with a stopped initialisation");
        }
        finally
        {
            world.Sandbox.Faults.Remove(missing.Id);
        }

        await using (visit)
        {
            await visit.GoAsync(world.Path("team-data", $"/plans/{plan}"));
            await visit.Button(PlansText.RunAgain).ClickAsync();

            await visit.SeesPlanAsync(PlanState.Done);
        }
    }

    [Fact]
    public async Task List_ClusterMadeElsewhere_AppearsAndMovesWithoutReload()
    {
        await using var visit = await world.SignedInAsync("mei", world.Path("team-data", "/clusters"));
        await Assertions.Expect(visit.Row("data-prod")).ToBeVisibleAsync();

        await StartAsync("data-live", "bare");

        await Assertions.Expect(visit.Row("data-live")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Row("data-live")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.ready"), new() { Timeout = 240_000 });
        visit.NoComplaints("live list");
    }

    private async Task<string> StartAsync(string name, string profile = "small")
    {
        var scope = await world.ScopeAsync("team-data");
        var template = (await world.Host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None)).First(t => t.Name == "k8s-1.31-small");
        var spec = new ClusterSpec { Name = name, TemplateId = template.Id, NodeCount = 1, MasterCount = 1, Profile = profile };
        return (await world.Host.Get<IClusterService>().CreateAsync(scope, spec, Guid.NewGuid().ToString(), CancellationToken.None)).PlanId;
    }
}
