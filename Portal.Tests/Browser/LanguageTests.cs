using System.Globalization;
using System.Resources;
using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Create;
using Portal.Shell;

namespace Portal.Tests.Browser;

/// <summary>People read the portal in their language: the browser's, or the one they chose.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class LanguageTests(PortalWorld world)
{
    private static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-Hans");

    [Fact]
    public async Task Browser_InChinese_GetsChinesePagesAndWhatIsLiveInThem()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"), locale: "zh-CN");

        await visit.SeesHeadingAsync(In(ClustersText.ResourceManager, "Title"));
        Assert.Equal("zh-Hans", await visit.Page.Locator("html").GetAttributeAsync("lang"));
        await Assertions.Expect(visit.Row("shop-vision")).ToContainTextAsync(In(ClustersText.ResourceManager, "State.creation-failed"));
        await visit.CheckAsync("clusters in Chinese");
        var ready = await world.ReadyClusterAsync();
        foreach (var path in new[] { "", "/clusters/create", $"/clusters/{ready.ClusterId}", $"/clusters/{ready.ClusterId}?tab=addons", $"/clusters/{ready.ClusterId}?tab=access", $"/plans/{ready.PlanId}", "/activity" })
        {
            await visit.GoAsync(world.Path("team-shop", path));
            await Assertions.Expect(visit.Page.Locator(".sk, .skel, .mud-skeleton")).ToHaveCountAsync(0);
            await visit.CheckAsync($"{path} in Chinese");
        }
    }

    [Fact]
    public async Task Menu_OtherLanguage_IsTakenAtOnceAndKept()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        await visit.SeesHeadingAsync(ClustersText.Title);

        await visit.Page.Locator("button[popovertarget=user-menu]").ClickAsync();
        await visit.CheckAsync("user menu");
        await visit.Button("简体中文").ClickAsync();

        await visit.SeesHeadingAsync(In(ClustersText.ResourceManager, "Title"));
        await visit.GoAsync(world.Path("team-shop", "/clusters/create"));
        await visit.SeesHeadingAsync(In(CreateText.ResourceManager, "Title"));
        await visit.Page.Locator("button[popovertarget=user-menu]").ClickAsync();
        await visit.Button("English").ClickAsync();
        await visit.SeesHeadingAsync(CreateText.Title);
        await Assertions.Expect(visit.Page.GetByText(ShellText.SkipToContent)).ToHaveCountAsync(1);
    }

    private static string In(ResourceManager texts, string key) => texts.GetString(key, Chinese)!;
}
