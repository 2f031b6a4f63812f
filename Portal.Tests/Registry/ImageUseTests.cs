using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Registry;

namespace Portal.Tests.Registry;

public sealed class ImageUseTests : ImagesPages
{
    [Fact]
    public void Artifact_PushedByTheProjectsOwnUser_IsToldInWords()
    {
        Images.Push = new ImagePush("project-4f2a", null, DateTimeOffset.UtcNow) { IsProject = true };

        var facts = OpenRepository("team-shop/checkout", Digest).Find("dl.facts").TextContent;
        Assert.Contains(" by the project's own account", facts, StringComparison.Ordinal);
        Assert.DoesNotContain("project-4f2a", facts, StringComparison.Ordinal);
    }

    [Fact]
    public void List_WhenHarborTellsOfAPush_IsReadAgain()
    {
        var page = Open();
        var asked = Images.Asked.Count;

        Images.Told.Writer.TryWrite("project/p1/images");

        page.WaitForAssertion(() => Assert.Equal(asked + 1, Images.Asked.Count));
    }

    [Fact]
    public void Copy_ToAProjectWithoutAPlace_IsToldAtItsField_AndLeadsToWhereItIsMade()
    {
        Images.Placeless = "p2";
        var page = OpenRepository("team-shop/checkout", Digest);
        page.FindAll("button").Single(b => b.TextContent == "Copy…").Click();

        page.WaitForElement("#copy-target").Change("p2");
        Button(page, "Copy the image").Click();

        page.WaitForAssertion(() => Assert.Contains("This project has no place in the registry yet.", page.Find("#copy-target-help").TextContent, StringComparison.Ordinal));
        Assert.Equal("/p/p2/images", page.Find("#copy-target-help a").GetAttribute("href"));
        Assert.Equal("true", page.Find("#copy-target").GetAttribute("aria-invalid"));
        Assert.Empty(Images.Changes);

        // Once it is made there, the same choice copies.
        Images.Placeless = null;
        Button(page, "Copy the image").Click();
        page.WaitForAssertion(() => Assert.Equal(["copy team-shop/checkout to p2 as checkout"], Images.Changes));
    }

    [Fact]
    public void Artifact_PushedWithAPersonalCredential_NamesThePerson()
    {
        Images.Push = new ImagePush("robot$team-shop+person-x", "mei", DateTimeOffset.UtcNow);

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
        Assert.Empty(Images.Changes);

        page.Find("#copy-target").Change("p2");
        page.Find("#copy-name").Input("from-shop/checkout");
        Button(page, "Copy the image").Click();

        page.WaitForAssertion(() => Assert.Equal($"/p/p2/images/team-data/from-shop/checkout?artifact={Uri.EscapeDataString(Digest)}", page.FindAll("a").Single(a => a.TextContent == "See it there").GetAttribute("href")));
        Assert.Equal(["copy team-shop/checkout to p2 as from-shop/checkout"], Images.Changes);
    }

    [Fact]
    public void Running_RowsLeadToTheirImages_AndTellWhatIsWrongWithThem()
    {
        Images.Usage = new(
        [
            new("c1", "prod", 3, [new("shop", "checkout-1", "app", "registry.example/team-shop/checkout:1.4.2", Digest), new("kube-system", "dns-1", "dns", "registry.k8s.io/coredns:1.12", "sha256:" + new string('9', 64)), new("shop", "next-1", "app", "registry.example/team-shop/checkout:2", null)]),
            new("c2", "lab", 0, [], new BackendException("kubernetes", "list pods", BackendFailure.Timeout)),
        ], 2);
        Navigation.NavigateTo("/p/p1/images?tab=running&q=shop");

        var page = Open();

        page.WaitForAssertion(() => Assert.Contains("1 critical", page.Find("tbody tr").TextContent, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("shop", Images.Listed);
        Assert.Equal($"/p/p1/images/team-shop/checkout?artifact={Uri.EscapeDataString(Digest)}", page.Find("tbody td.mono a").GetAttribute("href"));
        Assert.Contains("Another registry's", page.FindAll("tbody tr")[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("lab", page.Find(".obj").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Artifact_WithABill_ListsItsPackages_ByAPartOfTheirName()
    {
        Images.Artifacts[0] = Images.Artifacts[0] with { HasBill = true };
        Images.Bill = new SoftwareBill("SPDX-2.3", "trivy", null, [new("openssl", "3.0", "Apache-2.0"), new("zlib", "1.3", "Zlib")]);
        var page = OpenRepository("team-shop/checkout", Digest);
        Assert.Contains("zlib", page.FindComponent<SbomList>().Markup, StringComparison.Ordinal);

        page.Find("input[aria-label='Package or licence']").Input("openssl");

        Assert.Equal("openssl", Assert.Single(page.FindComponent<SbomList>().FindAll("tbody tr")).QuerySelector("td")!.TextContent);
    }

    [Fact]
    public void Artifact_WithoutABill_SaysNothingOfIt() => Assert.Empty(OpenRepository("team-shop/checkout", Digest).FindComponents<SbomList>());
}
