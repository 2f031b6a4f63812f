using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Provisioning;
using Portal.Monitoring;
using Portal.Monitoring.Receivers;
using Portal.Monitoring.Rules;
using Portal.Shared.Ranges;
using Portal.Tests.Support.Fakes;
using static Portal.Tests.Support.Fakes.FakeAlerts;

namespace Portal.Tests.Monitoring.Receivers;

public sealed class ReceiverPageTests : BunitContext
{
    private readonly FakeAlerts _alerts = new();
    private readonly FakeClusters _clusters = new();
    private readonly FakeScopes _scopes = new();
    private readonly FakeReceivers _receivers = new();
    private readonly FakeSilences _silences = new();

    public ReceiverPageTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IClusterService>(_clusters);
        Services.AddSingleton<IProjectAlerts>(_alerts);
        Services.AddSingleton<IPlanService>(new FakePlans());
        Services.AddSingleton<IAlertReceivers>(_receivers);
        Services.AddSingleton<IAlertRules>(_silences);
        Services.AddScoped<BrowserZone>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        _clusters.Rows.Add(ShopWorld.Row("c5", "shop-prod-1", StateKind.Ok, "ready"));
        _alerts.Books = [new("c5", Heard(), [])];
        _receivers.Lists.Add(new("c5", true, true, [new AlertReceiver { Name = "pager", Kind = ReceiverKind.Webhook, Host = "https://pager.example.test", HasSecret = true }]));
    }

    [Fact]
    public void New_IsTyped_ErrorsStandAtTheirField_AndTheSecretIsForgotten()
    {
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement(".head button, header button.btn.p, button.btn.p").Click();
        page.WaitForElement("#receiver-kind").Change(nameof(ReceiverKind.Slack));
        page.Find("#receiver-name").Change("chat");
        page.Find("#receiver-url").Change("https://chat.example.test/very-secret");
        page.Find("#receiver-channel").Change("#ops");
        _receivers.Refusal = new ClusterInvalidException([FieldError.Of("url", "receiver-bad-url")]);
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("begins with https", page.Find("#receiver-url-error").TextContent, StringComparison.Ordinal));
        _receivers.Refusal = null;
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Contains("Alertmanager works with it: chat", page.Markup, StringComparison.Ordinal));
        var (cluster, draft) = _receivers.Saved.Single();
        Assert.Equal(("c5", "chat", ReceiverKind.Slack, "#ops", "https://chat.example.test/very-secret", true), (cluster, draft.Name, draft.Kind, draft.Channel, draft.Url, draft.IsNew));
        Assert.Empty(page.FindAll("form"));
        Assert.DoesNotContain("very-secret", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Edit_KeepsWhatIsEmpty_AndShowsNoSecret()
    {
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("button[aria-label='Edit the receiver pager']").Click();
        Assert.Equal("", page.WaitForElement("#receiver-url").GetAttribute("value") ?? "");
        Assert.Equal("password", page.Find("#receiver-secret").GetAttribute("type"));
        Assert.Contains("https://pager.example.test", page.Find("#receiver-url-help").TextContent, StringComparison.Ordinal);
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Single(_receivers.Saved));
        Assert.Equal(("", "", false), (_receivers.Saved[0].Draft.Url, _receivers.Saved[0].Draft.Secret, _receivers.Saved[0].Draft.IsNew));
    }

    [Theory]
    [InlineData(TrialOutcome.Delivered, null, null, true, "was delivered")]
    [InlineData(TrialOutcome.Failed, "dns", null, true, "does not know https://pager.example.test")]
    [InlineData(TrialOutcome.Failed, "status", 503, true, "HTTP status 503")]
    [InlineData(TrialOutcome.Silenced, null, null, true, "A silence")]
    [InlineData(TrialOutcome.NotTried, null, null, true, "half a minute")]
    [InlineData(TrialOutcome.Delivered, null, null, false, "counts all receivers")]
    public void Test_SaysWhatBecameOfIt(TrialOutcome outcome, string? reason, int? status, bool isCertain, string words)
    {
        _receivers.Trial = new(outcome, reason, status, isCertain);
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("button[aria-label='Send a test to pager']").Click();

        page.WaitForAssertion(() => Assert.Contains(words, string.Concat(page.FindAll(".note").Select(n => n.TextContent)), StringComparison.Ordinal));
    }

    [Fact]
    public void Refused_ByAlertmanager_IsSaidInItsWords()
    {
        _receivers.Loading = new(false, "failed to reload config: undefined receiver");
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("button[aria-label='Remove the receiver pager']").Click();

        page.WaitForAssertion(() => Assert.Contains("undefined receiver", page.Find(".note").TextContent, StringComparison.Ordinal));
        Assert.Contains("what was there before is written again", page.Find(".note").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_SeesThem_AndNoButton_AndAnOldAlertmanagerLeadsToItsRepair()
    {
        _scopes.Capabilities = [Capability.Read];
        _receivers.Lists[0] = _receivers.Lists[0] with { CanTake = false };
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("tbody tr");
        Assert.Empty(page.FindAll("tbody button, button.btn.p"));
        Assert.EndsWith("/clusters/c5?tab=addons", page.Find(".note a").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void StockRule_IsChangedWithAPreview_AndGoesBack()
    {
        var stock = new AlertRule { Name = "TargetDown", Expression = "x > 10", For = TimeSpan.FromMinutes(10), Severity = "warning", IsReplaceable = true, Threshold = "10" };
        _silences.Rules.Add(new("c5", true, [stock]));
        var page = Show<RulesPage>("/p/p1/alerts/rules");

        page.WaitForElement("button[aria-label='Change the rule TargetDown']").Click();
        page.WaitForElement("#adjust-threshold").Change("many");
        page.Find("form").Submit();
        Assert.Contains("no number", page.Find("#adjust-threshold-error").TextContent, StringComparison.Ordinal);
        page.Find("#adjust-threshold").Change("25");
        page.Find("#adjust-for").Change("30");
        page.FindAll("form button[type=button]")[0].Click();
        page.WaitForAssertion(() => Assert.Contains("fired 3 times", page.Find("form .note").TextContent, StringComparison.Ordinal));
        _silences.Rules[0] = new("c5", true, [stock, stock with { IsOwn = true, IsReplaceable = false, Replaces = true, Threshold = "25" }]);
        page.Find("form").Submit();

        page.WaitForElement("button[aria-label=\"Back to the platform's rule TargetDown\"]").Click();
        page.WaitForAssertion(() => Assert.Equal(["TargetDown"], _silences.Restored));
        Assert.Equal([("TargetDown", "25", TimeSpan.FromMinutes(30))], _silences.Adjusted);
        Assert.Single(page.FindAll("button[aria-label='Change the rule TargetDown']"));
    }

    private IRenderedComponent<T> Show<T>(string address)
        where T : IComponent
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return Render<T>(p =>
        {
            p.TryAdd("ProjectId", "p1");
            p.AddCascadingValue(_scopes.Scope);
        });
    }
}
