using System.Net;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Registry;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry;

public sealed class ImagesPageTests : ImagesPages
{
    [Fact]
    public void List_Rows_LeadToTheirRepositories_AndPagesAreHarbors()
    {
        var page = Open();

        Assert.Equal(["/p/p1/images/team-shop/checkout", "/p/p1/images/team-shop/web/frontend"], page.FindAll("a.nm").Select(a => a.GetAttribute("href")));
        Assert.Equal("Page 1 of 189, 4711 in all", page.Find(".more span").TextContent);
        Assert.True(page.FindAll(".more button")[0].HasAttribute("disabled"));
        page.FindAll(".more button")[1].Click();
        Assert.EndsWith("?page=2", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void List_FilterAndOrder_AreInTheAddressAndAskHarbor()
    {
        var page = Open();

        page.Find("input[data-filter]").Change("front");
        page.WaitForAssertion(() => Assert.Equal("front", Images.Asked[^1].Text));
        Assert.Equal(["web/frontend"], page.FindAll("a.nm").Select(a => a.TextContent));
        page.FindAll("th button")[0].Click();

        page.WaitForAssertion(() => Assert.Equal(new ImageQuery("front", ImageSort.Name, IsAscending: true), Images.Asked[^1]));
        Assert.EndsWith("?q=front&sort=name", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void List_ProjectWithoutAPlace_OffersToMakeIt()
    {
        Images.Place = null;
        var page = Open();

        Assert.Equal("This project has no place in the registry yet", page.Find(".em h2").TextContent);
        page.Find(".em button").Click();
        Assert.Equal(["ensure"], Images.Changes);
    }

    [Fact]
    public void List_ProjectWithoutAPlace_TellsAReaderWhoCan()
    {
        Images.Place = null;
        Scopes.Capabilities = [Capability.Read];
        var page = Open();

        Assert.Empty(page.FindAll(".em button"));
        Assert.Contains("A member of the project", page.Find(".em p").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BackendFailure.Unreachable, true)]
    [InlineData(BackendFailure.Timeout, true)]
    [InlineData(BackendFailure.Forbidden, false)]
    public void List_HarborFails_IsANoticeAndTheTabsStay(BackendFailure failure, bool mayRetry)
    {
        Images.Failure = new BackendException("harbor", "list repositories", failure);
        var page = Open();

        Assert.Equal("The images cannot be shown.", page.Find(".note b").TextContent);
        Assert.Equal(5, page.FindAll(".tabs a").Count);
        Assert.Equal(mayRetry, page.FindAll(".note button.btn").Count > 0);
        if (mayRetry)
        {
            Images.Failure = null;
            page.Find(".note button.btn").Click();
            page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("a.nm").Count));
        }
    }

    [Fact]
    public void List_PasswordChangedByHand_OffersTheRepair()
    {
        Images.Failure = new BackendException("harbor", "list repositories", BackendFailure.Forbidden, "unauthorized", HttpStatusCode.Unauthorized);
        var page = Open();

        page.FindAll(".note button.btn").Single(b => b.TextContent == "Repair").Click();

        Assert.Equal(["repair"], Images.Changes);
    }

    [Fact]
    public void Repository_Artifacts_TellScanPlatformAndTags()
    {
        var page = OpenRepository("team-shop/checkout");

        Assert.Equal(["1.4.2, latest", "sha256:bbbbbbbbbbbb"], page.FindAll("a.nm").Select(a => a.TextContent));
        Assert.Equal(["1 critical, 1 low", "Not scanned"], page.FindAll("tbody .st").Select(s => s.TextContent));
        Assert.Contains("linux/arm64", page.FindAll("tbody tr")[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("release", page.FindAll("tbody tr")[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Artifact_Findings_AreFilteredBySeverityAndFix()
    {
        var page = OpenRepository("team-shop/checkout", Digest);
        Assert.Contains("CVE-2024-0003", page.Markup, StringComparison.Ordinal);

        page.FindAll(".seg button").Single(b => b.TextContent.StartsWith("critical", StringComparison.Ordinal)).Click();
        Assert.DoesNotContain("CVE-2024-0003", page.Markup, StringComparison.Ordinal);
        Assert.Contains("1.1.1w", page.Markup, StringComparison.Ordinal);
        page.FindAll(".seg button")[0].Click();
        page.Find("input[type=checkbox]").Change(true);
        Assert.DoesNotContain("CVE-2024-0003", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Artifact_TellsWhereItRuns_AndWhichClusterIsSilent()
    {
        Images.Usage = new([
            new("c1", "shop-prod", 2, [new("shop", "checkout-1", "app", "registry.example/team-shop/checkout:1.4.2", Digest), new("shop", "checkout-2", "app", "registry.example/team-shop/checkout:1.4.2", null)]),
            new("c2", "shop-test", 0, [], new BackendException("kubernetes", "list pods", BackendFailure.Unreachable)),
        ], 3);
        var page = OpenRepository("team-shop/checkout", Digest);

        Assert.Contains("Containers with it: 2, in clusters of this project: 1.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("shop/checkout-2", page.Markup, StringComparison.Ordinal);
        Assert.Single(page.FindAll("td .t3"), t => t.TextContent == "not pulled yet");
        Assert.Equal("/p/p1/clusters/c2", page.FindAll("li a").Single(a => a.TextContent == "shop-test").GetAttribute("href"));
        Assert.Equal(2, Images.Wanted!.Tags.Length);
        Assert.Equal([Digest], Images.Wanted.Digests.AsEnumerable());
    }

    [Fact]
    public void Artifact_NotScanned_IsScannedByAMember()
    {
        var page = OpenRepository("team-shop/checkout", FakeImages.Unscanned().Digest);

        Assert.Contains("Attestation", page.Markup, StringComparison.Ordinal);
        page.FindAll("button.btn").Single(b => b.TextContent == "Scan now").Click();

        Assert.Equal(["scan " + FakeImages.Unscanned().Digest], Images.Changes);
    }

    [Theory]
    [InlineData("team-shop/checkout", false)]
    [InlineData("base-images/debian", true)]
    public void Artifact_OfAPublicProjectOrForAReader_CannotBeChanged(string repository, bool isMember)
    {
        Scopes.Capabilities = isMember ? [Capability.Read, Capability.Write] : [Capability.Read];
        var page = OpenRepository(repository, Digest);

        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent is "Scan now" or "Delete" or "Delete repository");
    }

    [Fact]
    public void Credential_IsShownOnce_AndHiddenIsGone()
    {
        var panel = OpenCredentials();

        panel.Find("input[type=checkbox]").Change(true);
        panel.FindAll("button").Single(b => b.TextContent == "Make a credential").Click();

        Assert.Equal(FakeImages.Secret, panel.Find("#credential-secret").TextContent);
        Assert.Equal(["credential True 7"], Images.Changes);
        Assert.Contains("docker login registry.example --username 'robot$team-shop+person-x'", panel.Find("#registry-commands").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeImages.Secret, panel.Find("#registry-commands").TextContent, StringComparison.Ordinal);
        panel.FindAll("button").Single(b => b.TextContent == "Hide it").Click();
        Assert.DoesNotContain(FakeImages.Secret, panel.Markup, StringComparison.Ordinal);
        panel.FindAll("button").Single(b => b.TextContent == "Revoke").Click();
        Assert.Equal("No personal credentials", panel.Find(".em h2").TextContent);
    }

    [Theory]
    [InlineData(1.01, 1)]
    [InlineData(29.9, 30)]
    [InlineData(365, 90)]
    public void Credential_Renewed_HasTheSameRightsAndLife_AndTheOneBeforeStays(double life, int days)
    {
        var now = DateTimeOffset.UtcNow;
        Images.Made.Add(new(4, "robot$team-shop+person-old", "alice", true, now, now.AddDays(life)));
        var panel = OpenCredentials();

        panel.Find("button[aria-label='Renew robot$team-shop+person-old']").Click();

        Assert.Equal([$"credential True {days}"], Images.Changes);
        Assert.Equal(FakeImages.Secret, panel.Find("#credential-secret").TextContent);
        Assert.Contains("It takes the place of robot$team-shop+person-old", panel.Find(".once").TextContent, StringComparison.Ordinal);
        Assert.Contains(panel.FindAll("td.mono"), c => c.TextContent == "robot$team-shop+person-old");
        panel.FindAll("button").Single(b => b.TextContent == "Hide it").Click();
        panel.FindAll("button").Single(b => b.TextContent == "Make a credential").Click();
        Assert.DoesNotContain("takes the place", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Credential_ForAReader_IsNotOffered()
    {
        Scopes.Capabilities = [Capability.Read];

        Assert.DoesNotContain(OpenCredentials().FindAll("button"), b => b.TextContent == "Make a credential");
    }

    [Theory]
    [InlineData("docker", "docker push registry.example/team-shop/IMAGE:TAG")]
    [InlineData("podman", "podman login registry.example --username 'robot$x+y'")]
    [InlineData("buildah", "buildah push registry.example/team-shop/IMAGE:TAG")]
    [InlineData("kubernetes", "--docker-server=registry.example --docker-username='robot$x+y'")]
    public void Snippet_HasHostAndName(string tool, string line) =>
        Assert.Contains(line, Snippets.Of("registry.example", "team-shop", "robot$x+y").Single(s => s.Tool == tool).Text, StringComparison.Ordinal);
}
