using System.Net;
using System.Text;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Removal;
using Portal.Core.Provisioning;
using Portal.Mapping;
using Portal.Shell;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Mapping;

public sealed class MappingPageTests : IAsyncLifetime
{
    private readonly BunitContext _bunit = new();
    private readonly FakeComparison _comparison = new();
    private readonly FakeRemoval _removal = new();
    private readonly FakeScopes _scopes = new() { Capabilities = [Capability.Read, Capability.Write, Capability.Administer] };

    public MappingPageTests()
    {
        _bunit.Services.AddMudServices();
        _bunit.Services.AddSingleton(TimeProvider.System);
        _bunit.Services.AddSingleton<IMappingComparison>(_comparison);
        _bunit.Services.AddSingleton<IMappingRemoval>(_removal);
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
    }

    private NavigationManager Navigation => _bunit.Services.GetRequiredService<NavigationManager>();

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task DisposeAsync() => await _bunit.DisposeAsync();

    [Fact]
    public void Places_AreListedWithWhatDiffers_AndFilteredByTheAddress()
    {
        var page = Open();
        Assert.Equal(["team-shop", "team-data", "=cmd()", "team-lab"], Names(page));
        Assert.Contains("Harbor user project-p2 is gone.", page.Markup, StringComparison.Ordinal);

        page.FindAll(".seg button").Single(b => b.TextContent.StartsWith("Differs", StringComparison.Ordinal)).Click();
        Assert.EndsWith("?state=differs", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal(["team-data"], Names(page)));

        page.FindAll(".seg button")[0].Click();
        page.Find("select").Change("Default");
        page.WaitForAssertion(() => Assert.Equal(["=cmd()", "team-lab"], Names(page)));
        page.Find("input[data-filter]").Change("lab team");
        page.WaitForAssertion(() => Assert.Equal(["team-lab"], Names(page)));
        Assert.Contains("mapping.csv?q=lab%20team&domain=Default", page.Find("a[download]").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void RepairAll_ListsWhatWouldBeDone_AndBeginsThat_ButMakesNoPlaceThatNobodyAskedFor()
    {
        var dialogs = _bunit.Render<MudDialogProvider>();
        var page = Open();

        page.FindAll(".tools button").Single(b => b.TextContent == "Repair all (2)").Click();
        dialogs.WaitForAssertion(() => Assert.Contains("Repair 2 places?", dialogs.Markup, StringComparison.Ordinal));
        Assert.Contains("Harbor user project-p2 is gone.", dialogs.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("team-lab", dialogs.Markup, StringComparison.Ordinal);
        Assert.Empty(_comparison.Asked);
        dialogs.FindAll("button").Single(b => b.TextContent == "Begin").Click();

        page.WaitForAssertion(() => Assert.Contains("2 repairs have begun.", page.Markup, StringComparison.Ordinal));
        Assert.Equal(["repair p2,p3"], _comparison.Asked);
    }

    [Fact]
    public void Remove_OfADeletedPlace_ListsWhatGoes_AndWantsItsNameTyped()
    {
        _comparison.Report = FakeComparison.Of(
            FakeComparison.Place("p1", "team-shop", "tenants", PlaceState.Disabled),
            FakeComparison.Place("p5", "old", "tenants", PlaceState.Deleted, "mapping.diff.left-user") with { ProjectName = null, Domain = null });
        var dialogs = _bunit.Render<MudDialogProvider>();
        var page = Open();

        page.FindAll("tbody button.btn").Single(b => b.TextContent == "Remove…").Click();

        dialogs.WaitForAssertion(() => Assert.Contains("Harbor project harbor-p5 with 3 repositories", dialogs.Markup, StringComparison.Ordinal));
        Assert.Contains("Robot account robot$harbor-p5+portal-pull", dialogs.Markup, StringComparison.Ordinal);
        Assert.Contains("Harbor user project-p5", dialogs.Markup, StringComparison.Ordinal);
        Assert.True(Confirm().HasAttribute("disabled"));
        dialogs.Find("input").Input("harbor-p5");
        dialogs.WaitForAssertion(() => Assert.False(Confirm().HasAttribute("disabled")));
        Confirm().Click();
        dialogs.WaitForAssertion(() => Assert.Contains("its own plan is being stopped", dialogs.Markup, StringComparison.Ordinal));
        Assert.Equal(["preview p5", "remove p5 harbor-p5"], _removal.Asked);

        AngleSharp.Dom.IElement Confirm() => dialogs.FindAll("button").Single(b => b.TextContent == "Remove");
    }

    [Fact]
    public void Remove_Blocked_SaysWhy_AndCannotBegin()
    {
        _comparison.Report = FakeComparison.Of(FakeComparison.Place("p5", "old", "tenants", PlaceState.Deleted) with { ProjectName = null });
        _removal.Preview = new() { ProjectId = "p5", Blocked = Reason.Of("mapping.removal.alive") };
        var dialogs = _bunit.Render<MudDialogProvider>();
        var page = Open();

        page.FindAll("tbody button.btn").Single(b => b.TextContent == "Remove…").Click();

        dialogs.WaitForAssertion(() => Assert.Contains("Keystone still has this project", dialogs.Markup, StringComparison.Ordinal));
        Assert.True(dialogs.FindAll("button").Single(b => b.TextContent == "Remove").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "because it is no administrator")]
    [InlineData(HttpStatusCode.Unauthorized, "does not take the name or password")]
    public void Compare_RefusedToThePortalsAccount_SaysWhatIsMissing(HttpStatusCode status, string words)
    {
        _comparison.Report = _comparison.Report with { Failure = new(DateTimeOffset.UtcNow, "harbor", "list users", BackendFailure.Forbidden, "clerk", status, null) };

        Assert.Contains(words, Open().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void UserWithoutARecord_BesideItsProject_AreTwoRows()
    {
        _comparison.Report = FakeComparison.Of(
            FakeComparison.Place("p1", "team-shop", "tenants", PlaceState.Extra),
            FakeComparison.Place("p1", "team-shop", "tenants", PlaceState.Unmapped, null, PlaceRepair.Make),
            FakeComparison.Place("", "a", "tenants", PlaceState.Unrecorded) with { ProjectName = null, UserName = null, HarborProject = "library" },
            FakeComparison.Place("", "b", "tenants", PlaceState.Unrecorded) with { ProjectName = null, UserName = null, HarborProject = "other" });

        Assert.Equal(["team-shop", "team-shop", "library", "other"], Names(Open()));
    }

    [Fact]
    public void Compare_Fails_SaysSo_AndTheLastResultStays()
    {
        _comparison.Report = _comparison.Report with { Failure = new(DateTimeOffset.UtcNow, "harbor", "list users", BackendFailure.Unreachable, null, null, null) };
        var page = Open();

        Assert.Equal("The last try to compare failed.", page.Find(".note b").TextContent);
        Assert.Equal(4, Names(page).Count);
        page.FindAll(".note button.btn").Single().Click();
        Assert.Equal(["compare"], _comparison.Asked);
    }

    [Fact]
    public void NeverCompared_OffersToCompare()
    {
        _comparison.Report = new();
        var page = Open();

        Assert.Equal("Nothing has been compared yet", page.Find(".em h2").TextContent);
        _comparison.Report = FakeComparison.Of(FakeComparison.Place("p1", "team-shop", "tenants", PlaceState.InSync));
        page.FindAll(".head button").Single(b => b.TextContent == "Compare now").Click();
        page.WaitForAssertion(() => Assert.Equal(["team-shop"], Names(page)));
    }

    [Fact]
    public void Member_IsToldThatItIsThePlatformTeams()
    {
        _scopes.Capabilities = [Capability.Read, Capability.Write];
        var page = Open();

        Assert.Equal("The comparison cannot be shown.", page.Find(".note b").TextContent);
        Assert.Empty(page.FindAll("button.btn"));
        Assert.Empty(page.FindAll("table"));
    }

    [Fact]
    public void Drawer_ShowsTheMapping_ToAdministratorsAlone()
    {
        Assert.DoesNotContain(ProjectEntries.All(isAdministrator: false), e => e.Name == "Mapping");
        Assert.Contains(ProjectEntries.All(isAdministrator: true), e => e.Name == "Mapping" && e.Url("p1") == "/p/p1/mapping");
    }

    [Theory]
    [InlineData("=cmd()", "\"'=cmd()\"")]
    [InlineData(" +1", "\"' +1\"")]
    [InlineData("@x", "\"'@x\"")]
    [InlineData("-2", "\"'-2\"")]
    [InlineData("a \"b\"", "\"a \"\"b\"\"\"")]
    [InlineData(null, "\"\"")]
    public void Cell_OfTheFile_IsNeverAFormula(string? text, string cell) => Assert.Equal(cell, PlacesCsv.Cell(text));

    [Fact]
    public async Task File_HasARowForEachPlace()
    {
        using var body = new MemoryStream();
        await PlacesCsv.WriteAsync(body, _comparison.Report.Places, CancellationToken.None);

        var lines = Encoding.UTF8.GetString(body.ToArray()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("\"Project\",\"Project id\"", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("\"'=cmd()\",\"p3\",\"Default\",\"Missing\"", lines[3], StringComparison.Ordinal);
    }

    private static List<string> Names(IRenderedComponent<MappingPage> page) => [.. page.FindAll("tbody td:first-child b").Select(b => b.TextContent)];

    private IRenderedComponent<MappingPage> Open() => _bunit.Render<MappingPage>(p => p.Add(m => m.ProjectId, "p1").AddCascadingValue(_scopes.Scope));
}
