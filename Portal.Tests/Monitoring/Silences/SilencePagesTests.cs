using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;
using Portal.Monitoring;
using Portal.Monitoring.Rules;
using Portal.Monitoring.Silences;
using Portal.Shared.Ranges;
using Portal.Tests.Support.Fakes;
using static Portal.Tests.Support.Fakes.FakeAlerts;

namespace Portal.Tests.Monitoring.Silences;

public sealed class SilencePagesTests : BunitContext
{
    private readonly FakeAlerts _alerts = new();
    private readonly FakeClusters _clusters = new();
    private readonly FakeScopes _scopes = new();
    private readonly FakeSilences _silences = new();

    public SilencePagesTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IProjectAlerts>(_alerts);
        Services.AddSingleton<IPlanService>(new FakePlans());
        Services.AddSingleton<ISilences>(_silences);
        Services.AddSingleton<IAlertRules>(_silences);
        Services.AddScoped<BrowserZone>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _alerts.Books = [new("c5", Heard(), [Alert("a", "ApiSlow", "warning", TimeSpan.FromHours(1), null, ("namespace", "zone-prod")), Alert("b", "ApiSlow", "warning", TimeSpan.FromHours(1), null, ("namespace", "zone-test"))])];
        _silences.Lists.Add(new("c5", true, [
            FakeSilences.Silence("s1", SilenceState.Active, "disk is extended", new SilenceMatcher("alertname", "ApiSlow")),
            FakeSilences.Silence("s2", SilenceState.Expired, "long ago", new SilenceMatcher("alertname", "Other")),
        ]));
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void List_SaysWhoWhyAndHowMany_AndNamesAClusterThatIsSilent()
    {
        _silences.Lists.Add(new("c5", true, [], new BackendException("alertmanager", "list silences", BackendFailure.Timeout)));
        var page = Show<SilencesPage>("/p/p1/alerts/silences");

        var row = page.WaitForElement("tbody tr").TextContent;
        Assert.Contains("alertname=\"ApiSlow\"", row, StringComparison.Ordinal);
        Assert.Contains("disk is extended", row, StringComparison.Ordinal);
        Assert.Contains("dana", row, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("2", page.Find("tbody td.num").TextContent));
        Assert.Contains("shop-prod-1", page.Find(".note b").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll("tbody tr"));
        page.Find("input[type=checkbox]").Change(true);
        Assert.Equal(2, page.FindAll("tbody tr").Count);
    }

    [Fact]
    public void End_IsDoneAtOnce_AndUndone_ByMakingItAgain()
    {
        var toasts = Render<MudSnackbarProvider>();
        var page = Show<SilencesPage>("/p/p1/alerts/silences");

        page.WaitForElement("tbody button").Click();
        page.WaitForAssertion(() => Assert.Equal(["s1"], _silences.Ended));
        toasts.WaitForElement(".mud-snackbar button").Click();
        page.WaitForAssertion(() => Assert.Single(_silences.Saved));

        var (cluster, draft) = _silences.Saved.Single();
        Assert.Equal(("c5", null, "disk is extended"), (cluster, draft.Id, draft.Comment));
        Assert.Equal("alertname=\"ApiSlow\"", draft.Matchers.Single().ToString());
    }

    [Fact]
    public void Reader_SeesThem_AndNoButton()
    {
        _scopes.Capabilities = [Capability.Read];
        var page = Show<SilencesPage>("/p/p1/alerts/silences");

        page.WaitForElement("tbody tr");
        Assert.Empty(page.FindAll("tbody button, tbody a, .head a.btn"));
    }

    [Fact]
    public void Form_OfAnAlert_HasItsLabels_SaysWhatItMatches_AndPutsErrorsAtTheirField()
    {
        var page = Show<SilencePage>("/p/p1/alerts/silences/edit?cluster=c5&alert=a");

        page.WaitForAssertion(() => Assert.Equal(["alertname", "namespace", "severity"], page.FindAll("input[aria-label=Label]").Select(i => i.GetAttribute("value"))));
        Assert.Contains("One alert", page.Find("section.card").TextContent, StringComparison.Ordinal);
        page.Find("button[aria-label='Remove the condition on namespace']").Click();
        Assert.Contains("2 alerts", page.Find("section.card").TextContent, StringComparison.Ordinal);
        _silences.Refusal = new ClusterInvalidException([FieldError.Of("comment", "silence-no-comment")]);
        page.Find("form").Submit();
        Assert.Contains("Say why", page.Find("#comment-error").TextContent, StringComparison.Ordinal);
        _silences.Refusal = null;
        page.Find("#silence-comment").Change("known");
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.EndsWith("/p/p1/alerts/silences", Navigation.Uri, StringComparison.Ordinal));
        Assert.Equal(["alertname", "severity"], _silences.Saved.Single().Draft.Matchers.Select(m => m.Name));
    }

    [Fact]
    public void Form_WithALaterBeginning_CountsItsLengthFromThere_AndNoTimeIsToldAtItsField()
    {
        var page = Show<SilencePage>("/p/p1/alerts/silences/edit?cluster=c5&alert=a");
        page.WaitForElement("#silence-from").Change("tomorrow");
        page.Find("#silence-comment").Change("maintenance");
        page.Find("form").Submit();
        Assert.Contains("This is no time", page.Find("#startsAt-error").TextContent, StringComparison.Ordinal);
        Assert.Empty(_silences.Saved);

        page.Find("#silence-from").Change("2031-01-05 22:00");
        page.Find("#silence-hours").Change("4");
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Single(_silences.Saved));
        var draft = _silences.Saved.Single().Draft;
        Assert.Equal((new DateTime(2031, 1, 5, 22, 0, 0), TimeSpan.FromHours(4)), (TimeZoneInfo.ConvertTime(draft.StartsAt!.Value, TimeZoneInfo.Utc).DateTime, draft.EndsAt - draft.StartsAt));
    }

    [Fact]
    public void Form_OfOneThatIsThere_KeepsItsIdAndBeginning()
    {
        var page = Show<SilencePage>("/p/p1/alerts/silences/edit?cluster=c5&id=s1");

        page.WaitForElement("#silence-until");
        page.Find("form").Submit();

        var draft = _silences.Saved.Single().Draft;
        Assert.Equal(("s1", _silences.Lists[0].Silences[0].StartsAt), (draft.Id, draft.StartsAt));
    }

    [Fact]
    public void Rules_AreShownAsLoaded_AndAnOwnOneIsTriedAndWritten()
    {
        _silences.Rules.Add(new("c5", true, [new AlertRule { Name = "TargetDown", Expression = "up == 0", State = RuleState.Firing, Since = DateTimeOffset.UtcNow.AddHours(-1), Severity = "warning" }, new AlertRule { Name = "Bad", Expression = "x", IsOwn = true, Error = "many-to-many" }]));
        var page = Show<RulesPage>("/p/p1/alerts/rules");

        page.WaitForElement("tbody tr");
        Assert.Equal(["Fires", "Cannot be evaluated"], page.FindAll("tbody .st").Select(s => s.TextContent.Trim()));
        page.Find("#rule-cluster").Change("c5");
        page.Find("#rule-name").Change("ApiSlow");
        page.Find("#rule-expression").Change("sum(rate(errors[5m]))");
        page.Find("#rule-comparison").Change(">");
        page.Find("input[aria-label=Threshold]").Change("0.5");
        page.Find("form button[type=button]").Click();
        page.WaitForAssertion(() => Assert.Contains("fired 3 times", page.Find("form .note").TextContent, StringComparison.Ordinal));
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("Prometheus works with it: ApiSlow", page.Markup, StringComparison.Ordinal));
        Assert.Equal("(sum(rate(errors[5m]))) > 0.5", _silences.Written.Single().Draft.Expression);
    }

    private IRenderedComponent<T> Show<T>(string address)
        where T : IComponent
    {
        Navigation.NavigateTo(address);
        return Render<T>(p =>
        {
            p.TryAdd("ProjectId", "p1");
            p.AddCascadingValue(_scopes.Scope);
        });
    }
}
