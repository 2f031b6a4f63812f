using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Clusters.Create;
using Portal.Identity;
using Portal.Shared;
using Portal.Tests.Browser;

namespace Portal.Tests.Lab;

/// <summary>A person at a browser, the real provider, the real Keystone that asks for its audience.</summary>
[Collection(LabLane.Name)]
[Trait("lane", "real")]
public sealed class LabSignInTests(LabWorld lab)
{
    [Fact]
    public async Task SignIn_ThroughTheRealKeystone_PicksAProjectAndSeesClustersAndTemplates()
    {
        await using var visit = await lab.SignedInAsync("erin", "/projects");
        await visit.SeesHeadingAsync(IdentityText.ChooseProject);
        foreach (var project in new[] { "team-a-dev", "team-a-prod", "team-b-dev", "team-b-prod" })
        {
            await Assertions.Expect(Choice(visit, project)).ToBeVisibleAsync();
        }

        await Choice(visit, "team-b-dev").ClickAsync();
        await visit.SeesHeadingAsync("team-b-dev");
        Assert.EndsWith(await lab.PathAsync("team-b-dev"), visit.Page.Url, StringComparison.Ordinal);

        await visit.GoAsync(await lab.PathAsync("team-b-dev", "/clusters"));
        await visit.SeesAsync(Sentence.With(ClustersText.EmptyTitle, ("project", "team-b-dev")));
        await visit.Link(ClustersText.Create).First.ClickAsync();
        await visit.SeesHeadingAsync(CreateText.Title);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Radio, new() { Name = "k8s-1.24-small" })).ToBeVisibleAsync();
        visit.NoComplaints("sign-in to templates");
    }

    [Theory]
    [InlineData("carol")]
    [InlineData("dave")]
    public async Task SignIn_InNoGroupThatKeystoneKnows_SaysSo(string user)
    {
        await using var visit = await lab.SignedInAsync(user, "/");

        await visit.SeesHeadingAsync(IdentityText.NoProjectHeadline);
    }

    [Fact]
    public async Task Project_OfAnotherTeam_IsRefusedInWords()
    {
        await using var visit = await lab.SignedInAsync("alice", await lab.PathAsync("team-b-prod"));

        await visit.SeesHeadingAsync(IdentityText.ProjectRefusedHeadline);
    }

    [Fact]
    public async Task SignOut_EndsTheSessionHereAndAtTheProvider()
    {
        await using var visit = await lab.SignedInAsync("bob", await lab.PathAsync("team-b-prod", "/clusters"));
        await visit.SeesHeadingAsync(ClustersText.Title);

        await visit.SignOutAsync();

        // The provider asks whether its own session shall end too.
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Yes, sign me out" }).ClickAsync();
        await visit.SeesHeadingAsync(IdentityText.SignedOut);
        await visit.Page.GotoAsync(await lab.PathAsync("team-b-prod"));
        await visit.Page.WaitForURLAsync(LabWorld.SignInPage());
    }

    private static ILocator Choice(Visit visit, string project) =>
        visit.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = project, Exact = true }).First;
}
