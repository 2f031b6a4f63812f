using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Details;
using Portal.Identity;
using Portal.Sandbox.Faults;
using Portal.Shared;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>A backend that is away or slow is told in words, and the page stands.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class FaultTests(PortalWorld world)
{
    [Fact]
    public async Task MagnumDown_RowsStayWithTheirAge()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();

        await WhileAsync(new Fault { Service = "magnum", Kind = "status", Status = 503 }, async () =>
        {
            await visit.SeesAsync(SharedText.LastKnownAt);
            await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
            await visit.CheckAsync("Magnum down");

            // While it is down: as soon as it answers, the next poll takes the button away.
            await visit.Button(ClustersText.AskNow).ClickAsync();
            await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
        });

        await Assertions.Expect(visit.Button(ClustersText.AskNow)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task MagnumSlow_PageSaysWhoIsAsked()
    {
        var id = await world.ClusterIdAsync("team-shop", "shop-prod");
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{id}"));

        await WhileAsync(new Fault { Service = "magnum", Path = "nodegroups", Kind = "slow", DelayMs = 8000 }, async () =>
        {
            await visit.Page.GetByRole(AriaRole.Link, new() { Name = ClusterText.TabNodes }).ClickAsync();
            await visit.SeesAsync(ClusterText.NodesAsking);
            await visit.SeesHeadingAsync("shop-prod");
        });

        await visit.SeesAsync("default-worker");
        await visit.CheckAsync("nodes");
    }

    [Fact]
    public async Task DeadCluster_ItsPartSaysSoAndTheRestStands()
    {
        var cluster = await world.ReadyClusterAsync();
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", $"/clusters/{cluster.ClusterId}"));

        await WhileAsync(new Fault { Service = $"kubernetes/{cluster.ClusterId}", Kind = "cut" }, async () =>
        {
            await visit.GoAsync(world.Path("team-shop", $"/clusters/{cluster.ClusterId}?tab=access"));
            await visit.SeesAsync(AccessText.AccountsMissing);
            await visit.SeesHeadingAsync("shop-ready");
            await visit.CheckAsync("dead cluster");
            await visit.GoAsync(world.Path("team-shop", "/clusters"));
            await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task KeystoneDown_WhileSignedIn_PageStaysAndANewProjectSaysWhy()
    {
        await using var visit = await world.SignedInAsync("dana", world.Path("team-shop", "/clusters"));
        await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();

        await WhileAsync(new Fault { Service = "keystone", Kind = "status", Status = 503 }, async () =>
        {
            await visit.GoAsync(world.Path("team-lab"));
            await visit.SeesAsync(IdentityText.ProjectFailed);
            await visit.CheckAsync("project while Keystone is down");
        });
        await visit.Button(SharedText.TryAgain).ClickAsync();

        await visit.SeesHeadingAsync("team-lab");
    }

    [Fact]
    public async Task ProjectTakenAway_WhileInIt_SaysSoInWords()
    {
        await using var visit = await world.SignedInAsync("noor", world.Path("team-payments"));
        await visit.SeesHeadingAsync("team-payments");
        using var keystone = new KeystoneCaller(world.Host.Sandbox);
        await keystone.PasswordAsync("admin", "admin");
        var admin = keystone.LastToken;
        var group = await IdAsync(keystone, admin, "groups", "auditors");
        var grant = $"/v3/projects/{world.ProjectId("team-payments")}/groups/{group}/roles/{await IdAsync(keystone, admin, "roles", "reader")}";

        await keystone.SendAsync(HttpMethod.Delete, grant, admin);
        try
        {
            // Each page that is opened looks again; Keystone's last word is believed for ten seconds.
            var taken = visit.Heading(Sentence.With(IdentityText.ProjectTakenHeadline, ("project", "team-payments")));
            var pages = new[] { (Link: ClustersText.Title, Heading: ClustersText.Title), (Link: global::Portal.Shell.ShellText.Overview, Heading: "team-payments") };
            var n = 0;
            await Eventually.TrueAsync(
                async () =>
                {
                    var (link, heading) = pages[n++ % 2];
                    await visit.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = link }).First.ClickAsync();
                    await Assertions.Expect(taken.Or(visit.Heading(heading)).First).ToBeVisibleAsync();
                    return await taken.IsVisibleAsync();
                },
                "the page says that the project was taken away",
                within: TimeSpan.FromMinutes(1));
            await visit.CheckAsync("project taken away");
        }
        finally
        {
            await keystone.SendAsync(HttpMethod.Put, grant, admin);
        }
    }

    private static async Task<string> IdAsync(KeystoneCaller keystone, string token, string kind, string name) =>
        (string)(await keystone.GetAsync($"/v3/{kind}?name={name}", token))[kind]![0]!["id"]!;

    private async Task WhileAsync(Fault fault, Func<Task> then)
    {
        world.Sandbox.Faults.Add(fault);
        try
        {
            await then();
        }
        finally
        {
            world.Sandbox.Faults.Remove(fault.Id);
        }
    }
}
