using Microsoft.Playwright;
using Portal.Core.Registry.Verification;
using Portal.Mapping;
using Portal.Mapping.Connection;

namespace Portal.Tests.Browser;

/// <summary>An administrator tests the connection to Harbor from the mapping's page.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class ConnectionTests(PortalWorld world)
{
    [Fact]
    public async Task Administrator_TestsTheConnection_AndAMemberCannot()
    {
        await using var visit = await world.SignedInAsync("pavel", world.Path("admin", "/mapping"));
        await visit.SeesHeadingAsync(MappingText.Title);
        await visit.Link(ConnectionText.Open).ClickAsync();
        await visit.SeesHeadingAsync(ConnectionText.Title);
        await visit.Button(ConnectionText.Run).ClickAsync();

        await visit.SeesAsync(ConnectionText.AllPassed);
        await Assertions.Expect(visit.Page.Locator("tr[data-check]")).ToHaveCountAsync(CheckNames.All.Length);
        await Assertions.Expect(visit.Page.Locator("tr[data-check=isolation]")).ToContainTextAsync(Words.Of(ConnectionText.ResourceManager, "isolation.ok"));
        await visit.CheckAsync("connection");

        await using var member = await world.SignedInAsync("luca", world.Path("team-shop", "/mapping/connection"));
        await member.SeesAsync(ConnectionText.Missing);
        Assert.Equal(0, await member.Button(ConnectionText.Run).CountAsync());
    }
}
