using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Shared;

namespace Portal.Tests.Browser;

/// <summary>The project's clusters as a person sees them.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class ClusterListTests(PortalWorld world)
{
    [Fact]
    public async Task List_OfAProject_ShowsEachClusterWithItsStateInWords()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));

        await Assertions.Expect(visit.Row("shop-prod")).ToContainTextAsync("1.31.4");
        await Assertions.Expect(visit.Row("shop-prod")).ToContainTextAsync(global::Portal.Clusters.Details.ClusterText.Healthy);
        await Assertions.Expect(visit.Row("shop-prod")).ToContainTextAsync("7 of 7");
        await Assertions.Expect(visit.Row("shop-vision")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.creation-failed"));
        await visit.SeesAsync(Sentence.With(ClustersText.RoomLeft, ("project", "team-shop")));
        await visit.CheckAsync("cluster list");
    }

    [Fact]
    public async Task Filter_Typed_NarrowsAndSaysWhatItHides()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        var filter = visit.Page.GetByLabel(ClustersText.Filter);

        await filter.FillAsync("prod");
        await Assertions.Expect(visit.Row("shop-test")).ToBeHiddenAsync();
        await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();

        await filter.FillAsync("nothing-like-it");
        await visit.SeesAsync(Sentence.With(ClustersText.NoMatch, ("text", "nothing-like-it")));
        await visit.CheckAsync("no match");
        await visit.Button(ClustersText.ClearFilter).ClickAsync();
        await Assertions.Expect(visit.Row("shop-test")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Sort_ByName_TurnsTheRowsAndTheAddressSaysSo()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        var names = visit.Page.Locator("table.cl tbody .nm");
        await Assertions.Expect(names.First).ToHaveTextAsync("shop-vision");
        var header = visit.Page.GetByRole(AriaRole.Columnheader, new() { Name = ClustersText.ColumnName });

        await header.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(header).ToHaveAttributeAsync("aria-sort", "ascending");
        await Assertions.Expect(names.First).ToHaveTextAsync((await names.AllInnerTextsAsync()).Order(StringComparer.Ordinal).First());
        await header.GetByRole(AriaRole.Button).ClickAsync();

        await Assertions.Expect(header).ToHaveAttributeAsync("aria-sort", "descending");
        await Assertions.Expect(names.First).ToHaveTextAsync("shop-vision");
        Assert.EndsWith("sort=-name", visit.Page.Url, StringComparison.Ordinal);
        var shown = await names.AllInnerTextsAsync();
        Assert.Equal(shown.OrderDescending(StringComparer.Ordinal), shown);
        await visit.Page.GoBackAsync();
        await Assertions.Expect(header).ToHaveAttributeAsync("aria-sort", "ascending");
    }

    [Fact]
    public async Task List_BackAndReload_KeepTheFilter()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        await visit.Page.GetByLabel(ClustersText.Filter).FillAsync("prod");
        await Assertions.Expect(visit.Row("shop-test")).ToBeHiddenAsync();

        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Row("shop-test")).ToBeHiddenAsync();
        await visit.Link("shop-prod").ClickAsync();
        await visit.SeesHeadingAsync("shop-prod");
        await visit.Page.GoBackAsync();

        await Assertions.Expect(visit.Page.GetByLabel(ClustersText.Filter)).ToHaveValueAsync("prod");
        await Assertions.Expect(visit.Row("shop-test")).ToBeHiddenAsync();
        visit.NoComplaints("back and reload");
    }

    [Fact]
    public async Task List_OfAnEmptyProject_SaysWhatAClusterGives()
    {
        await using var visit = await world.SignedInAsync("noor", world.Path("team-payments", "/clusters"));

        await visit.SeesAsync(Sentence.With(ClustersText.EmptyTitle, ("project", "team-payments")));
        await visit.SeesAsync(ClustersText.EmptyReader);
        await visit.CheckAsync("empty list");
    }

    [Fact]
    public async Task Reader_SeesClustersAndNoButtonThatChanges()
    {
        await using var visit = await world.SignedInAsync("noor", world.Path("team-shop", "/clusters"));
        await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();

        await Assertions.Expect(visit.Link(ClustersText.Create)).ToHaveCountAsync(0);
        await visit.Link("shop-prod").ClickAsync();
        await visit.SeesHeadingAsync("shop-prod");
        await Assertions.Expect(visit.Button(ClustersText.ActionResize)).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Button(ClustersText.ActionInitialise)).ToHaveCountAsync(0);
        await visit.CheckAsync("cluster as a reader");
        await visit.GoAsync(world.Path("team-shop", "/clusters/create"));
        await visit.SeesAsync(global::Portal.Clusters.Create.CreateText.Forbidden);
        await visit.CheckAsync("create as a reader");
    }
}
