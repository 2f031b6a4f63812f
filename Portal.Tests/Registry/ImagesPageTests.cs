using System.Net;
using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Identity;
using Portal.Registry;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry;

public sealed class ImagesPageTests : BunitContext
{
    private static readonly string Digest = FakeImages.Critical().Digest;
    private readonly FakeImages _images = new();
    private readonly FakeScopes _scopes = new();

    public ImagesPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IImageService>(_images);
        Services.AddSingleton<IRegistryCredentials>(_images);
        Services.AddSingleton<IMappingService>(_images);
        Services.AddSingleton<IImageUse>(_images);
        Services.AddSingleton<IImagePushes>(_images);
        Services.AddSingleton<IImageCopies>(_images);
        Services.AddSingleton<ISessionScopes>(_scopes);
        Services.AddSingleton<IUserPreferences>(new FakeAccess());
        Services.AddScoped<PortalSession>();
        this.AddAuthorization().SetAuthorized("shop-lead").SetClaims(new Claim(PortalClaims.Session, "s1"));
        Services.AddSingleton<Portal.Core.Mapping.PullRenewal.IPullRenewal>(new FakePullRenewal());
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

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
        page.WaitForAssertion(() => Assert.Equal("front", _images.Asked[^1].Text));
        Assert.Equal(["web/frontend"], page.FindAll("a.nm").Select(a => a.TextContent));
        page.FindAll("th button")[0].Click();

        page.WaitForAssertion(() => Assert.Equal(new ImageQuery("front", ImageSort.Name, IsAscending: true), _images.Asked[^1]));
        Assert.EndsWith("?q=front&sort=name", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void List_ProjectWithoutAPlace_OffersToMakeIt()
    {
        _images.Place = null;
        var page = Open();

        Assert.Equal("This project has no place in the registry yet", page.Find(".em h2").TextContent);
        page.Find(".em button").Click();
        Assert.Equal(["ensure"], _images.Changes);
    }

    [Fact]
    public void List_ProjectWithoutAPlace_TellsAReaderWhoCan()
    {
        _images.Place = null;
        _scopes.Capabilities = [Capability.Read];
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
        _images.Failure = new BackendException("harbor", "list repositories", failure);
        var page = Open();

        Assert.Equal("The images cannot be shown.", page.Find(".note b").TextContent);
        Assert.Equal(5, page.FindAll(".tabs a").Count);
        Assert.Equal(mayRetry, page.FindAll(".note button.btn").Count > 0);
        if (mayRetry)
        {
            _images.Failure = null;
            page.Find(".note button.btn").Click();
            page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("a.nm").Count));
        }
    }

    [Fact]
    public void List_PasswordChangedByHand_OffersTheRepair()
    {
        _images.Failure = new BackendException("harbor", "list repositories", BackendFailure.Forbidden, "unauthorized", HttpStatusCode.Unauthorized);
        var page = Open();

        page.FindAll(".note button.btn").Single(b => b.TextContent == "Repair").Click();

        Assert.Equal(["repair"], _images.Changes);
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
        _images.Usage = new([
            new("c1", "shop-prod", 2, [new("shop", "checkout-1", "app", "registry.example/team-shop/checkout:1.4.2", Digest), new("shop", "checkout-2", "app", "registry.example/team-shop/checkout:1.4.2", null)]),
            new("c2", "shop-test", 0, [], new BackendException("kubernetes", "list pods", BackendFailure.Unreachable)),
        ], 3);
        var page = OpenRepository("team-shop/checkout", Digest);

        Assert.Contains("Containers with it: 2, in clusters of this project: 1.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("shop/checkout-2", page.Markup, StringComparison.Ordinal);
        Assert.Single(page.FindAll("td .t3"), t => t.TextContent == "not pulled yet");
        Assert.Equal("/p/p1/clusters/c2", page.FindAll("li a").Single(a => a.TextContent == "shop-test").GetAttribute("href"));
        Assert.Equal(2, _images.Wanted!.Tags.Length);
        Assert.Equal([Digest], _images.Wanted.Digests.AsEnumerable());
    }

    [Fact]
    public void Artifact_NotScanned_IsScannedByAMember()
    {
        var page = OpenRepository("team-shop/checkout", FakeImages.Unscanned().Digest);

        Assert.Contains("Attestation", page.Markup, StringComparison.Ordinal);
        page.FindAll("button.btn").Single(b => b.TextContent == "Scan now").Click();

        Assert.Equal(["scan " + FakeImages.Unscanned().Digest], _images.Changes);
    }

    [Theory]
    [InlineData("team-shop/checkout", false)]
    [InlineData("base-images/debian", true)]
    public void Artifact_OfAPublicProjectOrForAReader_CannotBeChanged(string repository, bool isMember)
    {
        _scopes.Capabilities = isMember ? [Capability.Read, Capability.Write] : [Capability.Read];
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
        Assert.Equal(["credential True 7"], _images.Changes);
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
        _images.Made.Add(new(4, "robot$team-shop+person-old", "alice", true, now, now.AddDays(life)));
        var panel = OpenCredentials();

        panel.Find("button[aria-label='Renew robot$team-shop+person-old']").Click();

        Assert.Equal([$"credential True {days}"], _images.Changes);
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
        _scopes.Capabilities = [Capability.Read];

        Assert.DoesNotContain(OpenCredentials().FindAll("button"), b => b.TextContent == "Make a credential");
    }

    [Theory]
    [InlineData("docker", "docker push registry.example/team-shop/IMAGE:TAG")]
    [InlineData("podman", "podman login registry.example --username 'robot$x+y'")]
    [InlineData("buildah", "buildah push registry.example/team-shop/IMAGE:TAG")]
    [InlineData("kubernetes", "--docker-server=registry.example --docker-username='robot$x+y'")]
    public void Snippet_HasHostAndName(string tool, string line) =>
        Assert.Contains(line, Snippets.Of("registry.example", "team-shop", "robot$x+y").Single(s => s.Tool == tool).Text, StringComparison.Ordinal);

    [Fact]
    public void Artifact_PushedWithAPersonalCredential_NamesThePerson()
    {
        _images.Push = new ImagePush("robot$team-shop+person-x", "mei", DateTimeOffset.UtcNow);

        Assert.Contains("by mei (robot$team-shop+person-x)", OpenRepository("team-shop/checkout", Digest).Find("dl.facts").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_ToAnotherProject_IsAskedOnce_AndLeadsThere()
    {
        var page = OpenRepository("team-shop/checkout", Digest);
        page.FindAll("button").Single(b => b.TextContent == "Copy…").Click();
        page.WaitForAssertion(() => Assert.Equal(["Choose a project", "team-data"], page.FindAll("#copy-target option").Select(o => o.TextContent)));

        page.Find("#copy-name").Input("Wrong Name");
        Button(page, "Copy the image").Click();
        Assert.Equal(["true", "true"], page.FindAll("#copy-target, #copy-name").Select(f => f.GetAttribute("aria-invalid")));
        Assert.Empty(_images.Changes);

        page.Find("#copy-target").Change("p2");
        page.Find("#copy-name").Input("from-shop/checkout");
        Button(page, "Copy the image").Click();

        page.WaitForAssertion(() => Assert.Equal($"/p/p2/images/team-data/from-shop/checkout?artifact={Uri.EscapeDataString(Digest)}", page.FindAll("a").Single(a => a.TextContent == "See it there").GetAttribute("href")));
        Assert.Equal(["copy team-shop/checkout to p2 as from-shop/checkout"], _images.Changes);
    }

    [Fact]
    public void Running_RowsLeadToTheirImages_AndTellWhatIsWrongWithThem()
    {
        _images.Usage = new(
        [
            new("c1", "prod", 3, [new("shop", "checkout-1", "app", "registry.example/team-shop/checkout:1.4.2", Digest), new("kube-system", "dns-1", "dns", "registry.k8s.io/coredns:1.12", "sha256:" + new string('9', 64)), new("shop", "next-1", "app", "registry.example/team-shop/checkout:2", null)]),
            new("c2", "lab", 0, [], new BackendException("kubernetes", "list pods", BackendFailure.Timeout)),
        ], 2);
        Navigation.NavigateTo("/p/p1/images?tab=running&q=shop");

        var page = Open();

        page.WaitForAssertion(() => Assert.Contains("1 critical", page.Find("tbody tr").TextContent, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("shop", _images.Listed);
        Assert.Equal($"/p/p1/images/team-shop/checkout?artifact={Uri.EscapeDataString(Digest)}", page.Find("tbody td.mono a").GetAttribute("href"));
        Assert.Contains("Another registry's", page.FindAll("tbody tr")[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("lab", page.Find(".obj").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Artifact_WithABill_ListsItsPackages_ByAPartOfTheirName()
    {
        _images.Artifacts[0] = _images.Artifacts[0] with { HasBill = true };
        _images.Bill = new SoftwareBill("SPDX-2.3", "trivy", null, [new("openssl", "3.0", "Apache-2.0"), new("zlib", "1.3", "Zlib")]);
        var page = OpenRepository("team-shop/checkout", Digest);
        Assert.Contains("zlib", page.FindComponent<SbomList>().Markup, StringComparison.Ordinal);

        page.Find("input[aria-label='Package or licence']").Input("openssl");

        Assert.Equal("openssl", Assert.Single(page.FindComponent<SbomList>().FindAll("tbody tr")).QuerySelector("td")!.TextContent);
    }

    [Fact]
    public void Artifact_WithoutABill_SaysNothingOfIt() => Assert.Empty(OpenRepository("team-shop/checkout", Digest).FindComponents<SbomList>());

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<RepositoryPage> page, string text) => page.FindAll("button").Single(b => b.TextContent == text);

    private IRenderedComponent<ImagesPage> Open() => Render<ImagesPage>(p => p.Add(i => i.ProjectId, "p1").AddCascadingValue(_scopes.Scope));

    private IRenderedComponent<CredentialsPanel> OpenCredentials() => Render<CredentialsPanel>(p => p.Add(c => c.Scope, _scopes.Scope).Add(c => c.Place, _images.Place!));

    private IRenderedComponent<RepositoryPage> OpenRepository(string name, string? digest = null)
    {
        Navigation.NavigateTo($"/p/p1/images/{name}" + (digest is null ? "" : "?artifact=" + Uri.EscapeDataString(digest)));
        return Render<RepositoryPage>(p => p.Add(r => r.ProjectId, "p1").Add(r => r.Path, name).AddCascadingValue(_scopes.Scope));
    }
}
