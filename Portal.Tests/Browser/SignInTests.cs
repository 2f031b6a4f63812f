using Microsoft.Playwright;
using Portal.Identity;
using Portal.Sandbox.Faults;
using Portal.Shared;
using Portal.Shell;
using Portal.Tests.Sandbox;

namespace Portal.Tests.Browser;

/// <summary>A person at a browser: in, to a project, out.</summary>
[Collection(BrowserLane.Name)]
[Trait("lane", "browser")]
public sealed class SignInTests(PortalWorld world)
{
    public static TheoryData<string> Problems => [.. Enum.GetNames<SignInProblem>()];

    [Fact]
    public async Task SignIn_FirstTime_AsksForAProjectAndOpensIt()
    {
        await using var visit = await world.SignedInAsync("dana", "/projects");
        await visit.SeesHeadingAsync(IdentityText.ChooseProject);
        await visit.CheckAsync("project picker");

        await visit.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "team-lab" }).ClickAsync();

        await visit.SeesHeadingAsync("team-lab");
        Assert.EndsWith(world.Path("team-lab"), visit.Page.Url, StringComparison.Ordinal);
        await visit.CheckAsync("overview of team-lab");
        await visit.GoAsync("/");
        await visit.SeesHeadingAsync("team-lab");
    }

    [Fact]
    public async Task SignIn_OneProject_SkipsTheChoice()
    {
        await using var visit = await world.SignedInAsync("luca", "/");

        await visit.SeesHeadingAsync("team-shop");
    }

    [Fact]
    public async Task SignIn_NoProject_SaysSoAndWhoCanHelp()
    {
        await using var visit = await world.SignedInAsync("remy", "/");

        await visit.SeesHeadingAsync(IdentityText.NoProjectHeadline);
        await visit.SeesAsync(IdentityText.NoProjectWho);
        await visit.CheckAsync("no project");
    }

    [Fact]
    public async Task DeepLink_NotSignedIn_SurvivesSignIn()
    {
        var path = world.Path("team-shop", "/clusters?sort=name");
        await using var visit = await world.SignedInAsync("luca", path);

        await visit.SeesHeadingAsync(global::Portal.Clusters.ClustersText.Title);

        Assert.EndsWith(path, visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switcher_OtherProject_OpensIt()
    {
        await using var visit = await world.SignedInAsync("dana", world.Path("team-shop"));
        await visit.SeesHeadingAsync("team-shop");

        await visit.Page.Locator("button[popovertarget=project-menu]").ClickAsync();
        await visit.Page.Locator("#project-menu").GetByRole(AriaRole.Link, new() { Name = "team-lab" }).ClickAsync();

        await visit.SeesHeadingAsync("team-lab");
        Assert.EndsWith(world.Path("team-lab"), visit.Page.Url, StringComparison.Ordinal);
        visit.NoComplaints("switcher");
    }

    [Fact]
    public async Task Project_OfAnotherTeam_IsRefusedInWords()
    {
        await using var visit = await world.SignedInAsync("mei", world.Path("team-shop"));

        await visit.SeesHeadingAsync(IdentityText.ProjectRefusedHeadline);
        await visit.SeesAsync(IdentityText.ProjectRefusedWho);
        await visit.CheckAsync("foreign project");
    }

    [Fact]
    public async Task SignOut_EndsTheSessionInTheOtherTabToo()
    {
        await using var visit = await world.SignedInAsync("luca", world.Path("team-shop", "/clusters"));
        var other = await visit.NewTabAsync(world.Path("team-shop", "/clusters"));
        await other.GetByRole(AriaRole.Heading, new() { Name = global::Portal.Clusters.ClustersText.Title, Exact = true }).WaitForAsync();

        await visit.SignOutAsync();

        await visit.SeesHeadingAsync(IdentityText.SignedOut);
        await Assertions.Expect(other.GetByText(ShellText.SessionEnded).First).ToBeVisibleAsync();
        await visit.CheckAsync("signed out");
        await visit.Page.GotoAsync(world.Path("team-shop"));
        await visit.Page.WaitForURLAsync(PortalWorld.SignInPage());
    }

    [Fact]
    public async Task SignIn_KeystoneDown_SaysSoInWordsAndOffersAnotherTry()
    {
        await using var visit = await world.VisitAsync();
        await visit.Page.GotoAsync("/projects");
        await visit.Page.WaitForURLAsync(PortalWorld.SignInPage());
        var fault = new Fault { Service = "keystone", Kind = "status", Status = 503 };
        world.Sandbox.Faults.Add(fault);
        try
        {
            await visit.FillSignInAsync("dana");
            await visit.SeesHeadingAsync(IdentityText.KeystoneDownHeadline);
            await visit.SeesAsync(IdentityText.KeystoneDownWho);
            await visit.CheckAsync("Keystone down");
        }
        finally
        {
            world.Sandbox.Faults.Remove(fault.Id);
        }

        await visit.Link(IdentityText.SignInAgain).ClickAsync();
        await visit.SeesHeadingAsync(IdentityText.ChooseProject);
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public async Task Problem_OfEveryKind_SaysWhatIsSoWhyAndWhoActs(string problem)
    {
        await using var visit = await world.VisitAsync();
        await visit.GoAsync($"/sign-in/problem?reason={problem}&returnUrl=%2Fprojects");

        foreach (var part in new[] { "Headline", "Detail", "Who" })
        {
            await visit.SeesAsync(Words.Of(IdentityText.ResourceManager, problem + part));
        }

        await Assertions.Expect(visit.Link(IdentityText.SignInAgain)).ToHaveAttributeAsync("href", "/sign-in?returnUrl=%2Fprojects");
        await visit.CheckAsync($"sign-in problem {problem}");
    }

    [Fact]
    public async Task SessionEndedElsewhere_SignInAgain_ComesBackToThePage()
    {
        var path = world.Path("team-shop", "/clusters?q=prod");
        await using var visit = await world.SignedInAsync("luca", path);
        var other = await visit.NewTabAsync(world.Path("team-shop"));
        await other.Locator(".app h1").First.WaitForAsync();
        await other.Locator("button[popovertarget=user-menu]").ClickAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = ShellText.SignOut, Exact = true }).ClickAsync();

        await visit.SeesAsync(ShellText.SessionEndedWhy);
        await visit.CheckAsync("session ended elsewhere");
        await visit.Button(ShellText.SignIn).ClickAsync();
        await visit.FillSignInAsync("luca");

        await Assertions.Expect(visit.Row("shop-prod")).ToBeVisibleAsync();
        Assert.EndsWith(path, visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_RoleThatGivesNothing_SaysWhichRoleIsMissing()
    {
        await using var visit = await world.SignedInAsync("remy", "/");
        await visit.SeesHeadingAsync(IdentityText.NoProjectHeadline);
        using var keystone = new KeystoneCaller(world.Host.Sandbox);
        await keystone.PasswordAsync("admin", "admin");
        var admin = keystone.LastToken;
        var user = (string)(await keystone.GetAsync("/v3/users?name=remy", admin))["users"]![0]!["id"]!;
        var role = (string)(await keystone.GetAsync("/v3/roles?name=creator", admin))["roles"]![0]!["id"]!;
        var grant = $"/v3/projects/{world.ProjectId("team-lab")}/users/{user}/roles/{role}";
        await keystone.SendAsync(HttpMethod.Put, grant, admin);
        try
        {
            await visit.GoAsync(world.Path("team-lab", "/clusters"));
            await visit.SeesHeadingAsync(Sentence.With(IdentityText.CapabilityMissingHeadline, ("project", "team-lab")));
            await visit.SeesAsync(IdentityText.CapabilityMissingDetail);
            await visit.CheckAsync("capability missing");
        }
        finally
        {
            await keystone.SendAsync(HttpMethod.Delete, grant, admin);
        }
    }

    [Fact]
    public async Task SignIn_ProviderDown_SaysSoInWords()
    {
        await using var visit = await world.VisitAsync();
        await visit.GoAsync($"/sign-in/problem?reason={nameof(SignInProblem.ProviderDown)}");

        await visit.SeesHeadingAsync(IdentityText.ProviderDownHeadline);
        await visit.CheckAsync("provider down");
    }
}
