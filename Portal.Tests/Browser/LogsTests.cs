using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Logs;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>Logs of a cluster that collects them: searched, opened, followed, and handed on to Kibana.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class LogsTests(PortalWorld world)
{
    [Fact]
    public async Task Lines_AreSearchedOpenedFollowed_AndLeadToKibanaAndToTheLiveLog()
    {
        var created = await CreateAsync();
        try
        {
            await ReadyAsync(created);
            await LookAsync();
        }
        finally
        {
            // The other tests' clusters need the room.
            await DeleteAsync(created);
        }
    }

    private async Task LookAsync()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/logs"));
        await visit.SeesHeadingAsync(LogsText.Title);
        var rows = visit.Page.Locator(".log-list tbody tr:has(a.nm)");
        await Eventually.TrueAsync(
            async () =>
            {
                await visit.Page.GetByRole(AriaRole.Button, new() { Name = LogsText.Search, Exact = true }).ClickAsync();
                return await rows.CountAsync() > 3;
            },
            "lines are found");
        await visit.CheckAsync("logs");

        await visit.Page.GetByLabel(LogsText.Query).FillAsync("\"request served\"");
        await visit.Page.GetByLabel(LogsText.Query).PressAsync("Enter");
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex("q=%22request"));
        await Assertions.Expect(visit.Page.Locator(".log-list mark").First).ToHaveTextAsync("request");

        var link = visit.Link(LogsText.OpenInKibana).First;
        await Assertions.Expect(link).ToHaveAttributeAsync("href", new Regex("/apps/kibana\\?path=%2Fapp%2Fdiscover#/"));
        var kibana = await visit.NewTabAsync((await link.GetAttributeAsync("href"))!);
        await Assertions.Expect(kibana.Locator("#view")).ToHaveTextAsync("kubernetes-logs");
        await Assertions.Expect(kibana.Locator("#query")).ToHaveTextAsync("\"request served\"");
        await Assertions.Expect(kibana.Locator("#time")).ToHaveTextAsync("now-1h → now");
        Assert.Matches("^http://kibana-[a-z2-7]{16}\\.apps\\.localhost:[0-9]+/app/discover#/", kibana.Url);
        await kibana.CloseAsync();

        await rows.First.GetByRole(AriaRole.Link).ClickAsync();
        var details = visit.Page.GetByRole(AriaRole.Complementary);
        await Assertions.Expect(details.Locator(".log-cx .me")).ToBeVisibleAsync();
        await visit.CheckAsync("line opened");
        await visit.Page.GetByLabel(LogsText.Query).FillAsync("AND (");
        await visit.Page.GetByLabel(LogsText.Query).PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#log-error")).ToContainTextAsync(LogsText.QueryWrong);
        await visit.Page.GoBackAsync();
        await details.GetByRole(AriaRole.Link, new() { Name = LogsText.LiveLog }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".pod-log")).ToContainTextAsync("request served");
        await visit.CheckAsync("live log");
    }

    private async Task<CreatedCluster> CreateAsync()
    {
        var scope = await world.ScopeAsync("team-shop");
        var template = (await world.Host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None)).First(t => t.Name == "k8s-1.31-small");
        return await world.Host.Get<IClusterService>().CreateAsync(
            scope, new ClusterSpec { Name = "shop-logged", TemplateId = template.Id, NodeCount = 2, MasterCount = 1, Profile = "logged" }, Guid.NewGuid().ToString(), CancellationToken.None);
    }

    private async Task DeleteAsync(CreatedCluster created)
    {
        var scope = await world.ScopeAsync("team-shop");
        var plan = await world.Host.Get<IClusterService>().DeleteAsync(scope, created.ClusterId, "shop-logged", CancellationToken.None);
        await Eventually.TrueAsync(async () => (await world.Host.Get<IPlanService>().FindAsync(scope, plan.Id, CancellationToken.None))?.EndedAt is not null, "the cluster is deleted", within: TimeSpan.FromMinutes(2));
    }

    private async Task ReadyAsync(CreatedCluster created)
    {
        var scope = await world.ScopeAsync("team-shop");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await foreach (var plan in world.Host.Get<IPlanService>().WatchAsync(scope, created.PlanId, patience.Token))
        {
            if (plan.State is PlanState.Done)
            {
                return;
            }

            Assert.True(plan.State is PlanState.Running, Addons.InitialisationTests.Explain(plan));
        }
    }
}
