using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Sandbox.Faults;
using Portal.Shared;

namespace Portal.Tests.Browser;

/// <summary>A portal that was started again: nobody signs in anew, and no page is empty.</summary>
[Trait("lane", "browser")]
public sealed class RestartTests
{
    [Fact]
    public async Task Restart_WhileMagnumIsSilent_LastKnownRowsComeFirstWithTheirAgeAndNobodySignsIn()
    {
        var world = new PortalWorld();
        await world.InitializeAsync();
        try
        {
            await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
            await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
            var fault = new Fault { Service = "magnum", Kind = "hang" };
            world.Sandbox.Faults.Add(fault);

            await world.Host.RestartAsync();
            await visit.LeaveAsync();
            await visit.GoAsync(world.Path("team-shop", "/clusters"));

            await visit.SeesAsync(ClustersText.AskingAfterStart);
            await visit.SeesAsync(SharedText.LastKnownAt);
            await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
            await Assertions.Expect(visit.Row("shop-vision")).ToContainTextAsync(Words.Of(ClustersText.ResourceManager, "State.creation-failed"));
            await visit.CheckAsync("last known rows after a restart");
            world.Sandbox.Faults.Remove(fault.Id);
            await visit.Button(ClustersText.AskNow).ClickAsync();
            await Assertions.Expect(visit.Page.GetByText(ClustersText.AskingAfterStart)).ToHaveCountAsync(0);
        }
        finally
        {
            await world.DisposeAsync();
        }
    }
}
