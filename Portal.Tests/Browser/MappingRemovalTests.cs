using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using Portal.Core.Mapping;
using Portal.Core.Registry.Harbor;
using Portal.Mapping;
using Portal.Shared;
using Portal.Tests.Mapping;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>An administrator takes away the place of a project that Keystone does not know any more.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class MappingRemovalTests(PortalWorld world)
{
    [Fact]
    public async Task Administrator_TakesAPlaceAway_AfterTypingItsName()
    {
        var id = Guid.NewGuid().ToString("N");
        var gone = (await world.ScopeAsync("team-shop")) with { ProjectId = id, ProjectName = "team-gone-" + id[..6] };
        var mapping = world.Host.Get<IMappingService>();
        await mapping.EnsureAsync(gone, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await mapping.FindAsync(gone, CancellationToken.None))?.ReadyAt is not null, "the project has its place in Harbor");
        var harbor = world.Host.Get<IOptions<HarborOptions>>().Value;
        using (var admin = RunningHarbor.Http(harbor.Url, harbor.UserName, harbor.ReadPassword()))
        {
            using var copied = await admin.PostAsync($"/api/v2.0/projects/{gone.ProjectName}/repositories/app/artifacts?from={Uri.EscapeDataString(await RemovalPortal.ImageAsync(admin))}", null);
            copied.EnsureSuccessStatusCode();
        }

        await using var visit = await world.SignedInAsync("pavel", world.Path("admin", "/mapping"));
        await visit.SeesHeadingAsync(MappingText.Title);
        await visit.Button(MappingText.CompareNow).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = Sentence.With(MappingText.RemoveName, ("name", gone.ProjectName)) }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("project-" + id);
        await visit.CheckAsync("mapping-removal");
        var remove = dialog.GetByRole(AriaRole.Button, new() { Name = MappingText.RemoveVerb, Exact = true });
        await Assertions.Expect(remove).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync(gone.ProjectName);
        await remove.ClickAsync();

        await Assertions.Expect(visit.Row(gone.ProjectName)).ToContainTextAsync(MappingText.RunRemoved, new() { Timeout = 60_000 });
        await visit.CheckAsync("mapping");
        Assert.Null(await mapping.FindAsync(gone, CancellationToken.None));
        Assert.Null(await world.Host.Get<IHarborClient>().FindProjectAsync(gone.ProjectName, CancellationToken.None));
    }
}
