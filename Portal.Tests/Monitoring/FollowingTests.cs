using Bunit;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;
using Portal.Monitoring.Receivers;
using Portal.Monitoring.Rules;
using Portal.Monitoring.Silences;

namespace Portal.Tests.Monitoring;

/// <summary>What others change is seen on the pages of receivers, rules and silences without a reload, while they are shown.</summary>
public sealed class FollowingTests : AlertingPages
{
    private static readonly BackendException Away = new("alertmanager", "list", BackendFailure.Timeout);

    [Fact]
    public void Receivers_ChangedByAnother_AreShown_AndTheFormStaysAsItIsTyped()
    {
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");
        page.WaitForElement("button.btn.p").Click();
        page.WaitForElement("#receiver-name").Change("chat");
        page.Find("input[type=checkbox][checked]").Change(false);
        var ticked = page.FindAll("input[type=checkbox][checked]").Count;

        Receivers.Lists[0] = Receivers.Lists[0] with { Receivers = [.. Receivers.Lists[0].Receivers, new AlertReceiver { Name = "of-another", Kind = ReceiverKind.Slack, Host = "https://chat.example.test" }] };
        Wait();

        page.WaitForAssertion(() => Assert.Equal(["pager", "of-another"], page.FindAll("tbody b").Select(b => b.TextContent)));
        Assert.Equal(("chat", ticked), (page.Find("#receiver-name").GetAttribute("value"), page.FindAll("input[type=checkbox][checked]").Count));
    }

    [Fact]
    public void Rule_ThatIsLoadedMeanwhile_IsShown_AndTheFormStaysEvenWhereItsPrometheusGoes()
    {
        Silences.Rules.Add(new("c5", true, []));
        var page = Show<RulesPage>("/p/p1/alerts/rules");
        page.WaitForElement("#rule-cluster").Change("c5");
        page.Find("#rule-expression").Change("sum(up)");

        Silences.Rules[0] = new("c5", true, [new AlertRule { Name = "OfAnother", Expression = "up == 0", IsOwn = true, State = RuleState.Pending }]);
        Wait();
        page.WaitForAssertion(() => Assert.Equal(["OfAnother"], page.FindAll("tbody b").Select(b => b.TextContent)));
        Silences.Rules[0] = new("c5", false, []);
        Wait();

        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tbody b")));
        Assert.Equal("sum(up)", page.Find("#rule-expression").GetAttribute("value"));
        Assert.Contains(page.FindAll("#rule-cluster option"), o => o.GetAttribute("value") == "c5");
    }

    [Fact]
    public void Silence_ThatEnds_LeavesTheList()
    {
        var page = Show<SilencesPage>("/p/p1/alerts/silences");
        page.WaitForElement("tbody tr");

        Silences.Lists[0] = Silences.Lists[0] with { Silences = [Silences.Lists[0].Silences[0] with { State = SilenceState.Expired }] };
        Wait();

        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tbody tr")));
        Assert.Equal("Live", page.Find(".live").TextContent);
    }

    [Fact]
    public void Reading_ThatFails_LeavesWhatWasSeen_WithItsTime_UntilOneSucceeds()
    {
        var page = Show<SilencesPage>("/p/p1/alerts/silences");
        page.WaitForElement("tbody tr");
        var seen = Clock.GetUtcNow();

        Silences.Failure = Away;
        Wait();
        page.WaitForAssertion(() => Assert.Contains("As of", page.Find(".note").TextContent, StringComparison.Ordinal));
        Wait();

        Assert.Equal(seen.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), page.Find(".note time").GetAttribute("datetime"));
        Assert.Single(page.FindAll("tbody tr"));
        Assert.Empty(page.FindAll(".live"));
        Silences.Failure = null;
        Wait();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".note")));
    }

    [Fact]
    public void Cluster_ThatStopsAnswering_KeepsItsRows_WithTheirTime()
    {
        var page = Show<ReceiversPage>("/p/p1/alerts/receivers");
        page.WaitForElement("tbody tr");

        Receivers.Lists[0] = new("c5", true, false, [], Away);
        Wait();

        page.WaitForAssertion(() => Assert.Contains("As of", page.Find(".note").TextContent, StringComparison.Ordinal));
        Assert.Contains("shop-prod-1", page.Find(".note b").TextContent, StringComparison.Ordinal);
        Assert.Equal(["pager"], page.FindAll("tbody b").Select(b => b.TextContent));
    }

    [Fact]
    public async Task Page_ThatWasLeft_ReadsNothingAnyMore()
    {
        var silences = Show<SilencesPage>("/p/p1/alerts/silences");
        var receivers = Show<ReceiversPage>("/p/p1/alerts/receivers");
        silences.WaitForElement("tbody tr");
        receivers.WaitForElement("tbody tr");
        Wait();
        silences.WaitForAssertion(() => Assert.Equal((2, 2), (Silences.Reads, Receivers.Reads)));

        await silences.Instance.DisposeAsync();
        await receivers.Instance.DisposeAsync();
        Wait();
        Wait();

        Assert.Equal((2, 2), (Silences.Reads, Receivers.Reads));
    }
}
