using Bunit;
using Portal.Core.Monitoring.Rules;
using Portal.Monitoring.Rules;

namespace Portal.Tests.Monitoring.Rules;

public sealed class RulesPageTests : AlertingPages
{
    [Fact]
    public void Rules_AreShownAsLoaded_AndAnOwnOneIsTriedAndWritten()
    {
        Silences.Rules.Add(new("c5", true, [new AlertRule { Name = "TargetDown", Expression = "up == 0", State = RuleState.Firing, Since = DateTimeOffset.UtcNow.AddHours(-1), Severity = "warning" }, new AlertRule { Name = "Bad", Expression = "x", IsOwn = true, Error = "many-to-many" }]));
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
        Assert.Equal("(sum(rate(errors[5m]))) > 0.5", Silences.Written.Single().Draft.Expression);
    }

    [Fact]
    public void StockRule_IsChangedWithAPreview_AndGoesBack()
    {
        var stock = new AlertRule { Name = "TargetDown", Expression = "x > 10", For = TimeSpan.FromMinutes(10), Severity = "warning", IsReplaceable = true, Threshold = "10" };
        Silences.Rules.Add(new("c5", true, [stock]));
        var page = Show<RulesPage>("/p/p1/alerts/rules");

        page.WaitForElement("button[aria-label='Change the rule TargetDown']").Click();
        page.WaitForElement("#adjust-threshold").Change("many");
        page.Find("form").Submit();
        Assert.Contains("no number", page.Find("#adjust-threshold-error").TextContent, StringComparison.Ordinal);
        page.Find("#adjust-threshold").Change("25");
        page.Find("#adjust-for").Change("30");
        page.FindAll("form button[type=button]")[0].Click();
        page.WaitForAssertion(() => Assert.Contains("fired 3 times", page.Find("form .note").TextContent, StringComparison.Ordinal));
        Silences.Rules[0] = new("c5", true, [stock, stock with { IsOwn = true, IsReplaceable = false, Replaces = true, Threshold = "25" }]);
        page.Find("form").Submit();

        page.WaitForElement("button[aria-label=\"Back to the platform's rule TargetDown\"]").Click();
        page.WaitForAssertion(() => Assert.Equal(["TargetDown"], Silences.Restored));
        Assert.Equal([("TargetDown", "25", TimeSpan.FromMinutes(30))], Silences.Adjusted);
        Assert.Single(page.FindAll("button[aria-label='Change the rule TargetDown']"));
    }

    [Fact]
    public void PrometheusOfAnOlderPortal_LeadsToItsRepair_AndTakesNoNewRule()
    {
        var stock = new AlertRule { Name = "TargetDown", Expression = "up == 0", Severity = "warning" };
        Silences.Rules.Add(new("c5", true, [stock]) { CanTake = false });
        var page = Show<RulesPage>("/p/p1/alerts/rules");

        var notice = page.WaitForElement("section.card .note");
        Assert.Contains("does not look for own rules", notice.TextContent, StringComparison.Ordinal);
        Assert.Contains("in the menu of Prometheus, and repair it", notice.TextContent, StringComparison.Ordinal);
        Assert.Equal("/p/p1/clusters/c5?tab=addons", page.Find("section.card .note a").GetAttribute("href"));
        Assert.Single(page.FindAll("#rule-cluster option"));

        Silences.Rules[0] = new("c5", true, [stock]);
        Wait();
        page.WaitForAssertion(() => Assert.Contains("thresholds of the platform's rules cannot be changed here", page.Find("section.card .note").TextContent, StringComparison.Ordinal));

        Silences.Rules[0] = new("c5", true, [stock with { IsReplaceable = true }]);
        Wait();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("section.card .note")));
        Assert.Equal(2, page.FindAll("#rule-cluster option").Count);
    }
}
