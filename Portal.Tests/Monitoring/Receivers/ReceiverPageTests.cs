using Bunit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Receivers;
using Portal.Monitoring.Receivers;

namespace Portal.Tests.Monitoring.Receivers;

public sealed class ReceiverPageTests : AlertingPages
{
    [Fact]
    public void New_IsTyped_ErrorsStandAtTheirField_AndTheSecretIsForgotten()
    {
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement(".head button, header button.btn.p, button.btn.p").Click();
        page.WaitForElement("#receiver-kind").Change(nameof(ReceiverKind.Slack));
        page.Find("#receiver-name").Change("chat");
        page.Find("#receiver-url").Change("https://chat.example.test/very-secret");
        page.Find("#receiver-channel").Change("#ops");
        Receivers.Refusal = new ClusterInvalidException([FieldError.Of("url", "receiver-bad-url")]);
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("begins with https", page.Find("#receiver-url-error").TextContent, StringComparison.Ordinal));
        Receivers.Refusal = null;
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Contains("Alertmanager works with it: chat", page.Markup, StringComparison.Ordinal));
        var (cluster, draft) = Receivers.Saved.Single();
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

        page.WaitForAssertion(() => Assert.Single(Receivers.Saved));
        Assert.Equal(("", "", false), (Receivers.Saved[0].Draft.Url, Receivers.Saved[0].Draft.Secret, Receivers.Saved[0].Draft.IsNew));
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
        Receivers.Trial = new(outcome, reason, status, isCertain);
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("button[aria-label='Send a test to pager']").Click();

        page.WaitForAssertion(() => Assert.Contains(words, string.Concat(page.FindAll(".note").Select(n => n.TextContent)), StringComparison.Ordinal));
    }

    [Fact]
    public void Refused_ByAlertmanager_IsSaidInItsWords()
    {
        Receivers.Loading = new(false, "failed to reload config: undefined receiver");
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("button[aria-label='Remove the receiver pager']").Click();

        page.WaitForAssertion(() => Assert.Contains("undefined receiver", page.Find(".note").TextContent, StringComparison.Ordinal));
        Assert.Contains("what was there before is written again", page.Find(".note").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_SeesThem_AndNoButton_AndAnOldAlertmanagerLeadsToItsRepair()
    {
        Scopes.Capabilities = [Capability.Read];
        Receivers.Lists[0] = Receivers.Lists[0] with { CanTake = false };
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");

        page.WaitForElement("tbody tr");
        Assert.Empty(page.FindAll("tbody button, button.btn.p"));
        Assert.EndsWith("/clusters/c5?tab=addons", page.Find("section .note a").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("in the menu of Alertmanager, and repair it", page.Find("section .note").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Test_OfOneThatIsToldEnds_IsSaidToTellTwice(bool toldEnds)
    {
        Receivers.Lists[0] = Receivers.Lists[0] with { Receivers = [Receivers.Lists[0].Receivers[0] with { SendResolved = toldEnds }] };
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");
        var button = page.WaitForElement("button[aria-label='Send a test to pager']");
        var help = button.GetAttribute("aria-describedby");

        button.Click();

        page.WaitForAssertion(() => Assert.Contains("was delivered", string.Concat(page.FindAll(".note").Select(n => n.TextContent)), StringComparison.Ordinal));
        Assert.Equal(toldEnds, help is not null && page.Find("#" + help).TextContent.Contains("a second message", StringComparison.Ordinal));
        Assert.Equal(toldEnds, page.Find(".note").TextContent.Contains("A second message tells its end", StringComparison.Ordinal));
    }
}
