using Microsoft.Playwright;
using Portal.Core.Mapping;
using Portal.Core.Registry.Harbor;
using Portal.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>An administrator finds what somebody deleted in Harbor by hand, and puts it back.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class MappingTests(PortalWorld world)
{
    [Fact]
    public async Task Administrator_SeesAUserThatIsGone_AndRepairsIt_AndAMemberSeesNothing()
    {
        var scope = await world.ScopeAsync("team-payments");
        var mapping = world.Host.Get<IMappingService>();
        await mapping.EnsureAsync(scope, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await mapping.FindAsync(scope, CancellationToken.None))?.ReadyAt is not null, "team-payments has its place in Harbor");
        var accounts = world.Host.Get<IHarborAccounts>();
        var name = (await mapping.FindAsync(scope, CancellationToken.None))!.UserName!;
        await accounts.DeleteUserAsync((await accounts.FindUserAsync(name, CancellationToken.None))!.Id, CancellationToken.None);

        await using var visit = await world.SignedInAsync("pavel", world.Path("admin"));
        await visit.Link(MappingText.Title).First.ClickAsync();
        await visit.SeesHeadingAsync(MappingText.Title);
        await visit.Button(MappingText.CompareNow).ClickAsync();
        var row = visit.Page.Locator("tbody tr").Filter(new() { Has = visit.Page.Locator("b", new() { HasTextString = "team-payments" }) });
        await Assertions.Expect(row).ToContainTextAsync(Words.Of(MappingText.ResourceManager, "State.Differs"));
        await Assertions.Expect(row).ToContainTextAsync(name);
        await visit.CheckAsync("mapping");

        await row.GetByRole(AriaRole.Button, new() { NameString = MappingText.Repair }).ClickAsync();
        await visit.SeesAsync(MappingText.RepairWhat);
        await visit.CheckAsync("mapping repair");
        await visit.Button(MappingText.Begin).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync(MappingText.RunDone);
        await visit.Button(MappingText.CompareNow).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync(Words.Of(MappingText.ResourceManager, "State.InSync"));
        Assert.NotNull(await accounts.FindUserAsync(name, CancellationToken.None));

        var file = await visit.Page.APIRequest.GetAsync(world.Path("admin", "/mapping.csv"));
        Assert.Contains("\"team-payments\"", await file.TextAsync(), StringComparison.Ordinal);

        await using var member = await world.SignedInAsync("luca", world.Path("team-shop", "/mapping"));
        await member.SeesAsync(MappingText.Missing);
        Assert.Equal(403, (await member.Page.APIRequest.GetAsync(world.Path("team-shop", "/mapping.csv"))).Status);
        Assert.Equal(0, await member.Link(MappingText.Title).CountAsync());
    }
}
