using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Registry.Settings;
using Portal.Registry;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry;

public sealed class SettingsPanelTests : BunitContext, IAsyncLifetime
{
    private readonly FakeImageSettings _settings = new();
    private readonly FakeScopes _scopes = new();

    public SettingsPanelTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IImageSettings>(_settings);
        Services.AddSingleton<IImageRetention>(_settings);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Fact]
    public void Storage_TellsUsedLeftAndWhereToAskForMore()
    {
        var panel = Open();

        Assert.Contains("40.0 GiB of 50.0 GiB used, 10.0 GiB left.", panel.Markup, StringComparison.Ordinal);
        Assert.Equal("https://platform.example/storage", panel.FindAll("a").Single(a => a.TextContent == "Ask for more").GetAttribute("href"));
    }

    [Fact]
    public void Storage_Full_SaysThatPushesFail()
    {
        _settings.Settings = _settings.Settings with { Used = 51L << 30 };

        Assert.Contains("Pushes fail until something is deleted", Open().Find(".note b").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_IsAskedWithItsConsequence_AndTheNameTyped()
    {
        var dialogs = Render<MudDialogProvider>();
        var panel = Open();

        Button(panel, "Make public").Click();
        Assert.Contains("repositories now: 3", dialogs.Markup, StringComparison.Ordinal);
        Assert.True(Button(dialogs, "Make team-shop public").HasAttribute("disabled"));
        dialogs.Find("input").Input("team-shop");
        Button(dialogs, "Make team-shop public").Click();

        panel.WaitForAssertion(() => Assert.Equal("Public", panel.FindAll("section header b")[0].TextContent));
        Assert.Equal(["public"], _settings.Changes);
    }

    [Fact]
    public void Scanning_IsSavedWhenItDiffers()
    {
        var panel = Open();
        Assert.True(Button(panel, "Save").HasAttribute("disabled"));

        panel.Find("#block").Change("Critical");
        panel.Find("fieldset input[type=checkbox]").Change(false);
        Assert.Contains("every new image is refused", panel.Find("#block-why").TextContent, StringComparison.Ordinal);
        Button(panel, "Save").Click();

        Assert.Equal(["scanning False Critical"], _settings.Changes);
        Assert.Contains(panel.FindAll("[role=status]"), s => s.TextContent == "Saved.");
    }

    [Theory]
    [InlineData("", "Give a pattern")]
    [InlineData("release *", "A name with letters")]
    public void Protection_BadPattern_IsToldAtTheField_AndNothingIsSent(string tags, string why)
    {
        var panel = Open();

        panel.Find("#protect-tags").Input(tags);
        Button(panel, "Protect").Click();

        Assert.StartsWith(why, panel.Find("#protect-tags-help .st").TextContent.Trim(), StringComparison.Ordinal);
        Assert.Equal("true", panel.Find("#protect-tags").GetAttribute("aria-invalid"));
        Assert.Equal(tags, panel.Find("#protect-tags").GetAttribute("value") ?? "");
        Assert.Empty(_settings.Changes);
    }

    [Fact]
    public void Rules_AreProtectedAndTakenAway()
    {
        var panel = Open();

        panel.Find("#protect-tags").Input(" v* ");
        Button(panel, "Protect").Click();
        panel.Find("button[aria-label='Take away the rule for release-* of **']").Click();

        Assert.Equal(["protect ** v*", "unprotect 7"], _settings.Changes);
        Assert.Equal("", panel.Find("#protect-tags").GetAttribute("value"));
    }

    [Fact]
    public void Retention_IsRunOnlyAfterATry_AndWithTheNameTyped()
    {
        var dialogs = Render<MudDialogProvider>();
        var panel = Open();
        Assert.True(Button(panel, "Run now").HasAttribute("disabled"));

        Button(panel, "Try out").Click();
        Assert.Contains("32 of 42 images would be deleted", panel.Markup, StringComparison.Ordinal);
        Button(panel, "Run now").Click();
        Assert.Contains("Images that are deleted: 32, with all their tags; repositories that lose some: 1.", dialogs.Markup, StringComparison.Ordinal);
        dialogs.Find("input").Input("team-shop");
        Button(dialogs, "Delete what the rules do not keep").Click();

        panel.WaitForAssertion(() => Assert.Contains("Done: 32 of 42 images were deleted.", panel.Markup, StringComparison.Ordinal));
        Assert.Equal(["try", "run"], _settings.Changes);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("ten")]
    [InlineData("100001")]
    public void Retention_BadNumber_IsToldAtTheField_AndNothingIsSent(string count)
    {
        var panel = Open();

        panel.Find("#keep-count").Input(count);
        Button(panel, "Add rule").Click();

        Assert.Contains("A whole number from 1 to 100000.", panel.Find("#keep-count-error").TextContent, StringComparison.Ordinal);
        Assert.Empty(_settings.Changes);
    }

    [Fact]
    public void Retention_ANewRule_MakesTheLastTryVoid()
    {
        var panel = Open();
        Button(panel, "Try out").Click();

        panel.Find("#keep-by").Change("PulledWithinDays");
        panel.Find("#keep-count").Input("30");
        Button(panel, "Add rule").Click();

        Assert.Equal(["try", "keep PulledWithinDays 30 ** ** True"], _settings.Changes);
        Assert.True(Button(panel, "Run now").HasAttribute("disabled"));
    }

    [Fact]
    public void Reader_SeesEverything_AndChangesNothing()
    {
        _scopes.Capabilities = [Capability.Read];
        var panel = Open();

        Assert.Contains("release-*", panel.Markup, StringComparison.Ordinal);
        Assert.Contains("the last 10 pushed", panel.Markup, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("button"));
        Assert.True(panel.Find("fieldset").HasAttribute("disabled"));
        Assert.True(panel.Find("#schedule").HasAttribute("disabled"));
    }

    [Fact]
    public void HarborDown_IsANotice()
    {
        _settings.Failure = new BackendException("harbor", "get project", BackendFailure.Unreachable);

        Assert.Equal("The settings cannot be shown.", Open().Find(".note b").TextContent);
    }

    private static IElement Button<T>(IRenderedComponent<T> of, string name)
        where T : Microsoft.AspNetCore.Components.IComponent => of.FindAll("button").Single(b => b.TextContent.Trim() == name);

    private IRenderedComponent<SettingsPanel> Open() => Render<SettingsPanel>(p => p.Add(s => s.Scope, _scopes.Scope));
}
