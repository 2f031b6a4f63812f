using Microsoft.Playwright;
using Portal.Core.Mapping;
using Portal.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>A member finds a vulnerable image of their project, and makes a credential.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class ImagesTests(PortalWorld world)
{
    [Fact]
    public async Task Member_FromTheListToTheVulnerabilities_AndToACredential()
    {
        await PlaceAsync("team-shop");
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/images"));
        await Assertions.Expect(visit.Link("web/frontend")).ToBeVisibleAsync();
        await visit.CheckAsync("repositories");

        await visit.Link("checkout").ClickAsync();
        await Assertions.Expect(visit.Row("1.4.2, latest")).ToContainTextAsync(ImagesText.Critical);
        await visit.CheckAsync("artifacts");
        await visit.Link("1.4.2, latest").ClickAsync();
        await visit.SeesAsync("CVE-2024-0001");
        await visit.SeesAsync("1.1.1w");
        await visit.CheckAsync("vulnerabilities");

        await visit.GoAsync(world.Path("team-shop", "/images?tab=access"));
        await visit.Button(ImagesText.MakeCredential).ClickAsync();
        await visit.SeesAsync(ImagesText.ShownOnce);
        var secret = await visit.Page.Locator("#credential-secret").TextContentAsync();
        Assert.True(secret!.Length > 20);
        await visit.CheckAsync("credential shown once");
        await visit.Button(ImagesText.Hide).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#credential-secret")).ToHaveCountAsync(0);
        Assert.DoesNotContain(secret, await visit.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_ProtectsATag_IsRefusedItsDeletion_AndTriesWhatIsKept()
    {
        await PlaceAsync("team-shop");
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/images?tab=settings"));
        await visit.SeesHeadingAsync(ImageSettingsText.Storage);
        var tags = visit.Page.Locator("#protect-tags");
        await tags.FillAsync("no pattern");
        await visit.Button(ImageSettingsText.Protect).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#protect-tags-help")).ToContainTextAsync(ImageSettingsText.PatternWrong);
        await tags.FillAsync("1.*");
        await visit.Button(ImageSettingsText.Protect).ClickAsync();
        await Assertions.Expect(visit.Row("1.*")).ToBeVisibleAsync();
        await visit.Button(ImageSettingsText.AddRule).ClickAsync();
        await visit.Button(ImageSettingsText.Try).ClickAsync();
        await visit.SeesAsync(ImageSettingsText.RunNothing);
        await visit.CheckAsync("image settings");

        await visit.GoAsync(world.Path("team-shop", "/images"));
        await visit.Link("checkout").ClickAsync();
        await visit.Link("1.4.2, latest").ClickAsync();
        await visit.SeesHeadingAsync(ImagesText.Runs);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "1.4.2" }).Last.ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(ImagesText.RunsElsewhere);
        await visit.CheckAsync("deleting a tag");
        await dialog.GetByRole(AriaRole.Button).Last.ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync(ImagesText.Refused);
        await Assertions.Expect(dialog).ToContainTextAsync("immutable");
    }

    [Fact]
    public async Task Member_CopiesAnImageToAnotherProject_SeesWhatRuns_AndRenewsThePullCredential()
    {
        await PlaceAsync("team-shop");
        await PlaceAsync("team-lab");
        await using var visit = await world.SignedInAsync("dana", world.Path("team-shop", "/images"));
        await visit.Link("checkout").ClickAsync();
        await visit.Link("1.4.2, latest").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = ImagesText.CopyBegin, Exact = true }).ClickAsync();
        var name = visit.Page.GetByLabel(ImagesText.CopyName);
        await name.FillAsync("From Shop");
        await visit.Button(ImagesText.CopyDo).ClickAsync();
        await visit.SeesAsync(ImagesText.CopyTargetMissing);
        await visit.SeesAsync(ImagesText.CopyNameWrong);
        await visit.CheckAsync("copying an image");
        await visit.Page.Locator("#copy-target").SelectOptionAsync(new SelectOptionValue { Label = "team-lab" });
        await name.FillAsync("from-shop/checkout");
        await visit.Button(ImagesText.CopyDo).ClickAsync();
        await visit.Link(ImagesText.CopySee).ClickAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/images/team-lab/from-shop/checkout"));
        await visit.SeesHeadingAsync(ImagesText.Runs);

        await visit.GoAsync(world.Path("team-shop", "/images?tab=running"));
        await Assertions.Expect(visit.Page.Locator(".tabs [aria-current]")).ToContainTextAsync(ImagesText.TabRunning);
        await visit.CheckAsync("what runs");
        await visit.GoAsync(world.Path("team-shop", "/images?tab=access"));
        await visit.Button(ImagesText.PullSecretRenew).ClickAsync();
        await visit.Link(ImagesText.PullSecretPlan).ClickAsync();
        await visit.SeesHeadingAsync("Renewing the pull credential of team-shop");
    }

    private async Task PlaceAsync(string project)
    {
        var scope = await world.ScopeAsync(project);
        var mapping = world.Host.Get<IMappingService>();
        await mapping.EnsureAsync(scope, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await mapping.FindAsync(scope, CancellationToken.None))?.ReadyAt is not null, $"{project} has its place in Harbor");
    }
}
