using Microsoft.Playwright;
using Portal.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>
/// Walks all pages in both themes and both widths; PORTAL_SHOTS names a folder for the pictures, and the README's are made
/// anew then.
/// </summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class PagesTests(PortalWorld world)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("PORTAL_SHOTS");

    private static readonly Dictionary<string, string> OfReadme = new(StringComparer.Ordinal)
    {
        ["clusters-1440-light"] = "clusters.png",
        ["plan-1440-light"] = "plan.png",
        ["cluster-1440-dark"] = "cluster-dark.png",
        ["create-size-1440-light"] = "create.png",
        ["clusters-390-light"] = "clusters-phone.png",
    };

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_WideAndNarrow_AreCleanAndPictured(ColorScheme theme)
    {
        var ready = await world.ReadyClusterAsync();
        var failed = await world.ClusterIdAsync("team-shop", "shop-vision");
        await using var visit = await world.SignedInAsync("dana", "/projects", theme: theme);
        foreach (var (name, path) in Pages(ready.ClusterId, ready.PlanId, failed))
        {
            await visit.GoAsync(path);
            await SettledAsync(visit.Page);
            await LookAsync(visit, name, theme);
        }

        await SizeStepAsync(visit, theme);
        await using var nobody = await world.SignedInAsync("remy", "/", theme: theme);
        await LookAsync(nobody, "no-project", theme);
        await nobody.GoAsync($"/sign-in/problem?reason={nameof(SignInProblem.KeystoneDown)}");
        await LookAsync(nobody, "sign-in-problem", theme);
        await nobody.GoAsync("/signed-out");
        await LookAsync(nobody, "signed-out", theme);
    }

    private (string Name, string Path)[] Pages(string ready, string plan, string failed) =>
    [
        ("projects", "/projects"),
        ("overview", world.Path("team-shop")),
        ("clusters", world.Path("team-shop", "/clusters")),
        ("create", world.Path("team-shop", "/clusters/create")),
        ("cluster", world.Path("team-shop", $"/clusters/{ready}")),
        ("nodes", world.Path("team-shop", $"/clusters/{ready}?tab=nodes")),
        ("addons", world.Path("team-shop", $"/clusters/{ready}?tab=addons")),
        ("access", world.Path("team-shop", $"/clusters/{ready}?tab=access")),
        ("plans", world.Path("team-shop", $"/clusters/{ready}?tab=plans")),
        ("cluster-activity", world.Path("team-shop", $"/clusters/{ready}?tab=activity")),
        ("delete", world.Path("team-shop", $"/clusters/{ready}?do=delete")),
        ("plan", world.Path("team-shop", $"/plans/{plan}?step=addon.prometheus")),
        ("failed", world.Path("team-shop", $"/clusters/{failed}")),
        ("events", world.Path("team-shop", $"/clusters/{failed}?tab=events")),
        ("alerts", world.Path("team-shop", "/alerts")),
        ("activity", world.Path("team-shop", "/activity")),
        ("foreign", "/p/00000000000000000000000000000000"),
        ("cluster-gone", world.Path("team-shop", "/clusters/11111111-2222-3333-4444-555555555555")),
    ];

    private async Task SizeStepAsync(Visit visit, ColorScheme theme)
    {
        await visit.GoAsync(world.Path("team-shop", "/clusters/create"));
        await ClusterLifeTests.ToSizeAsync(visit);
        await visit.Page.GetByLabel(global::Portal.Clusters.Create.CreateText.Name, new() { Exact = true }).FillAsync("shop-next");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync("shop-next");
        await LookAsync(visit, "create-size", theme);
    }

    private static Task SettledAsync(IPage page) => Assertions.Expect(page.Locator(".sk, .skel, .mud-skeleton")).ToHaveCountAsync(0);

    private static async Task LookAsync(Visit visit, string name, ColorScheme theme)
    {
        // A theme changes colours only: what a width may break has been looked at in the light one.
        await visit.CheckAsync($"{name}, {theme}", contrastOnly: theme is ColorScheme.Dark);
        await ShootAsync(visit.Page, $"{name}-1440-{theme}", full: false);
        await visit.Page.SetViewportSizeAsync(390, 844);
        if (theme is ColorScheme.Light)
        {
            await visit.CheckAsync($"{name}, {theme}, 390 px");
        }

        await ShootAsync(visit.Page, $"{name}-390-{theme}", full: !OfReadme.ContainsKey($"{name}-390-{theme}".ToLowerInvariant()));
        await visit.Page.SetViewportSizeAsync(1440, 900);
    }

    private static async Task ShootAsync(IPage page, string name, bool full)
    {
        if (string.IsNullOrEmpty(Folder))
        {
            return;
        }

        name = name.ToLowerInvariant();
        var picture = await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, name + ".png"), FullPage = full, Animations = ScreenshotAnimations.Disabled });
        if (OfReadme.TryGetValue(name, out var file))
        {
            await File.WriteAllBytesAsync(Path.Combine(RepositoryPaths.Root, "docs", "images", file), picture);
        }
    }
}
